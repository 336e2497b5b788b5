"""The XML documents that phones read: envelope, list of forms, manifest, integrity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
RESPONSE = "http://openrosa.org/http/response"
FORM_LIST = "http://openrosa.org/xforms/xformsList"
MANIFEST = "http://openrosa.org/xforms/xformsManifest"


def text(value: str) -> str:
    """A text as XML may hold it."""
    return escape("".join(c for c in value if c in "\t\n" or (c.isprintable() and ord(c) >= 32)))


def envelope(message: str, *, is_received: bool) -> bytes:
    """What a phone shows to its user.

    >>> envelope("Thank you", is_received=True).decode().splitlines()[1]
    '<OpenRosaResponse xmlns="http://openrosa.org/http/response" items="0"><message nature="submit_success">Thank you</message></OpenRosaResponse>'
    """  # noqa: E501
    nature = "submit_success" if is_received else "error"
    said = f'<message nature="{nature}">{text(message)}</message>'
    return f'{HEAD}<OpenRosaResponse xmlns="{RESPONSE}" items="0">{said}</OpenRosaResponse>'.encode()


def form_list(forms: Iterable[Mapping[str, str]]) -> bytes:
    """The list of forms. One without what a phone needs would void the whole list, so it is left out."""
    needed = ("formID", "name", "hash", "downloadUrl")
    shown = [_element("xform", form) for form in forms if all(form.get(name) for name in needed)]
    return f'{HEAD}<xforms xmlns="{FORM_LIST}">{"".join(shown)}</xforms>'.encode()


def manifest(files: Iterable[tuple[str, Mapping[str, str]]]) -> bytes:
    """The files of a form: pairs of a type (empty for plain files) and what is said of the file."""
    needed = ("filename", "hash", "downloadUrl")
    shown = [
        _element("mediaFile", file, f" type={quoteattr(kind)}" if kind else "")
        for kind, file in files
        if all(file.get(name) for name in needed)
    ]
    return f'{HEAD}<manifest xmlns="{MANIFEST}">{"".join(shown)}</manifest>'.encode()


def integrity(deleted: Mapping[str, bool]) -> bytes:
    """Which entities are gone; phones read the words true and false and nothing else."""
    shown = [
        f"<entity id={quoteattr(key)}><deleted>{'true' if gone else 'false'}</deleted></entity>"
        for key, gone in deleted.items()
    ]
    return f"{HEAD}<data><entities>{''.join(shown)}</entities></data>".encode()


def _element(tag: str, children: Mapping[str, str], attributes: str = "") -> str:
    inner = "".join(f"<{name}>{text(value)}</{name}>" for name, value in children.items())
    return f"<{tag}{attributes}>{inner}</{tag}>"

"""XML from outside, read without entities, document types or surprises of encoding."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.parsers import expat

from .errors import ForbiddenXml, NotXml

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._\-]{1,40})["']""")
# In these, markup looks as it does in ASCII, so that a document type cannot hide.
_PLAIN = frozenset(
    {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso8859-1", "latin1", "latin-1", "iso-8859-15"}
    | {"windows-1252", "cp1252"}
)
_BOMS = ((b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"),
         (b"\xfe\xff", "utf-16"))  # fmt: skip


class _Doctype(Exception):
    pass


def parse_xml(content: str | bytes) -> Element:
    """The root element; raises ``NotXml`` or ``ForbiddenXml``.

    >>> parse_xml("<data><a>1</a></data>").find("a").text
    '1'
    """
    content = _in_a_plain_encoding(content)
    marker, sign = ("<!DOCTYPE", "<!") if isinstance(content, str) else (b"<!DOCTYPE", b"<!")
    if sign in content and marker in content:  # type: ignore[operator]
        _refuse_doctype(content)
    try:
        return fromstring(content)
    except (ParseError, ValueError, LookupError) as error:
        raise NotXml(problem=str(error)[:200]) from None


def _in_a_plain_encoding(content: str | bytes) -> str | bytes:
    if isinstance(content, str):
        return content
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _decode(content, encoding)
    if b"\x00" in content[:4]:
        raise NotXml(problem="its encoding cannot be told")
    declared = _DECLARED.match(content[:300])
    if declared and declared.group(1).decode("ascii").lower() not in _PLAIN:
        raise NotXml(problem=f"its encoding {declared.group(1).decode('ascii')} is not one that we read")
    return content


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise NotXml(problem=f"it is not {encoding}, as it begins") from None


def _refuse_doctype(content: str | bytes) -> None:
    """Answers may speak of a document type in a CDATA section; only a declaration before the root is refused."""

    def refuse(*_: object) -> None:
        raise _Doctype

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except _Doctype:
        raise ForbiddenXml() from None
    except expat.ExpatError as error:
        raise NotXml(problem=str(error)[:200]) from None


def local(tag: str) -> str:
    """The name without its namespace.

    >>> local("{http://openrosa.org/xforms}meta")
    'meta'
    """
    return tag.rpartition("}")[2]


def namespace(tag: str) -> str:
    """The namespace of a name, or nothing.

    >>> namespace("{http://openrosa.org/xforms}meta")
    'http://openrosa.org/xforms'
    """
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def attribute(element: Element, name: str) -> str:
    """The attribute of that local name, whatever its namespace."""
    value = element.get(name)
    if value is not None:
        return value
    return next((v for k, v in element.items() if local(k) == name), "")

"""The head of a submission's XML: which form, which instance. Nothing else is looked at before the answer is given.

Read with expat in one pass and little memory. A document type is refused as such, and with it every entity,
external reference and bomb; defusedxml does the same, over a tree that the door does not need.
"""

from __future__ import annotations

from xml.parsers import expat

from defusedxml.common import DTDForbidden

from ..arrivals import Head
from ..errors import IdTooLong, InstanceIdMissing, XmlUnreadable

MOST_ID = 255
DEEPEST = 200
ENCRYPTED = "http://opendatakit.org/submissions"
META = {"instanceID", "deprecatedID"}
FILES = {"file", "encryptedXmlFile"}


class _Watcher:
    """Follows the elements of a document, and keeps the few that tell which it is."""

    def __init__(self) -> None:
        self.depth = 0
        self.root: dict[str, str] = {}
        self.root_space = ""
        self.is_in_meta = False
        self.is_encrypted = False
        self.wanted = ""
        self.text: list[str] = []
        self.meta: dict[str, str] = {}
        self.files: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.buffer_text = True

    def leave(self) -> None:
        """Parser and watcher know each other; parted, both are freed at once and not some day."""
        self.parser.StartElementHandler = self.parser.EndElementHandler = None
        self.parser.StartDoctypeDeclHandler = self.parser.CharacterDataHandler = None

    def refuse(self, name: str, *rest: object) -> None:
        raise DTDForbidden(name, *rest[:2])

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth == 1:
            self.root = attributes
            self.root_space = tag.rpartition("}")[0]
            self.is_encrypted = attributes.get("encrypted", "").lower() in {"yes", "true"}
        elif self.depth == 2:
            self.is_in_meta = tag.rpartition("}")[2] == "meta"
            if self.is_encrypted and tag.rpartition("}")[2] in FILES:
                self.listen("file")
        elif self.depth == 3 and self.is_in_meta:
            name = tag.rpartition("}")[2]
            if name in META and name not in self.meta:
                self.listen(name)
        elif self.depth == 3 and self.is_encrypted and tag.rpartition("}")[2] in FILES:
            self.listen("file")
        elif self.depth > DEEPEST:
            raise ValueError("its elements stand too deep in one another")

    def listen(self, name: str) -> None:
        self.wanted, self.text = name, []
        self.parser.CharacterDataHandler = self.text.append

    def end(self, tag: str) -> None:
        self.depth -= 1
        if self.wanted:
            said = "".join(self.text).strip()
            if self.wanted == "file":
                self.files.append(said)
            else:
                self.meta[self.wanted] = said
            self.wanted = ""
            self.parser.CharacterDataHandler = None


def read_head(xml: bytes) -> Head:
    """Which form and instance it is; raises what the phone is to be told where that cannot be said.

    >>> read_head(b'<data id="f" version="2"><meta><instanceID>uuid:1</instanceID></meta></data>')
    Head(form_id='f', version='2', instance_id='uuid:1', deprecated_id='', is_encrypted=False, file_names=())
    """
    watcher = _Watcher()
    try:
        watcher.parser.Parse(xml, True)
    except DTDForbidden:
        raise XmlUnreadable(problem="it declares a document type") from None
    except expat.ExpatError as error:
        raise XmlUnreadable(
            problem=f"line {error.lineno}, column {error.offset}: {expat.ErrorString(error.code)}"
        ) from None
    except (ValueError, LookupError, UnicodeError) as error:
        raise XmlUnreadable(problem=str(error)[:200]) from None
    finally:
        watcher.leave()
    root = watcher.root
    form_id = root.get("id") or watcher.root_space
    version = root.get("version") or next((v for k, v in root.items() if k.endswith("}version")), "")
    instance_id = watcher.meta.get("instanceID") or root.get("instanceID", "").strip()
    head = Head(
        form_id=form_id.strip(),
        version=version,
        instance_id=instance_id,
        deprecated_id=watcher.meta.get("deprecatedID", ""),
        is_encrypted=watcher.is_encrypted,
        file_names=tuple(name for name in watcher.files if name),
    )
    _check(head)
    return head


def _check(head: Head) -> None:
    said = {
        "form id": head.form_id,
        "form version": head.version,
        "instanceID": head.instance_id,
        "deprecatedID": head.deprecated_id,
    }
    for what, value in said.items():
        if len(value) > MOST_ID:
            raise IdTooLong(what=what, n=len(value), most=MOST_ID)
    if not head.form_id:
        raise XmlUnreadable(problem="its root names no form id")
    if not head.instance_id:
        raise InstanceIdMissing(head=head)

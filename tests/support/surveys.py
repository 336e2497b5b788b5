"""Field work in every test that needs it: a programme with one instrument, an enumerator with a key, and another."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from io import BytesIO

from django_scopes import scopes_disabled

from nanduti.foundation.models import Scope
from nanduti.programme.models import Component, Coverage, Programme
from nanduti.programme.scopes import work_scope
from nanduti.surveys import keeping
from nanduti.surveys.actions import enumerators
from nanduti.surveys.actions.enumerators import Enrolled
from nanduti.surveys.keeping import KeptFile
from nanduti.surveys.models import Instrument, InstrumentVersion
from tests.support import register
from tests.support.register import AT

BOUNDARY = "field-work-boundary"
XFORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
    xmlns:orx="http://openrosa.org/xforms">
  <h:head><h:title>{title}</h:title><model>
    <instance><data id="{code}" version="{version}"><workers/><photo/>
      <meta><instanceID/></meta></data></instance>
    <bind nodeset="/data/workers" type="int"/><bind nodeset="/data/photo" type="binary"/>
    <bind nodeset="/data/meta/instanceID" type="string" calculate="concat('uuid:', uuid())"/>
  </model></h:head>
  <h:body><input ref="/data/workers"><label>Workers</label></input>
    <upload ref="/data/photo" mediatype="image/*"><label>Photo</label></upload></h:body>
</h:html>"""


@dataclass
class Field:
    """A programme in the field, and another that must never be reached from it."""

    world: register.World
    programme: Programme
    other: Programme
    instrument: Instrument
    version: InstrumentVersion
    enrolled: Enrolled
    stranger: Enrolled

    @property
    def address(self) -> str:
        """The server's address as the enumerator's phone has it."""
        return address(self.enrolled)


def address(enrolled: Enrolled) -> str:
    return f"/collect/{enrolled.enumerator.programme.code}/key/{enrolled.token}"


def field() -> Field:
    """Make it; within no scope, as an operator would."""
    with scopes_disabled():
        world = register.world()
        here = programme("weaving", Scope.objects.get(code="weaving"))
        there = programme("carving")
        part = Component.objects.create(programme=here, scope=here.scope, code="field", name="Field work")
        work = work_scope(here, world.cluster)
        Coverage.objects.create(programme=here, component=part, cluster=world.cluster, scope=work)
        asked = instrument(here)
        return Field(
            world=world,
            programme=here,
            other=there,
            instrument=asked,
            version=publish(asked),
            enrolled=enumerators.enrol(programme=here, code="ana", title="Ana", by="test", at=AT),
            stranger=enumerators.enrol(programme=there, code="stranger", by="test", at=AT),
        )


def programme(code: str, scope: Scope | None = None) -> Programme:
    scope = scope or Scope.objects.create(kind=Scope.Kind.PROGRAMME, code=code, title=code.title())
    return Programme.objects.create(scope=scope, code=code, title=code.title())


def instrument(of: Programme, code: str = "census", **more) -> Instrument:
    values = {"title": "Census of workshops", "title_es": "Censo de talleres", "kind": "census", **more}
    return Instrument.objects.create(programme=of, scope=of.scope, code=code, **values)


def publish(
    of: Instrument, label: str = "1", xform: str = "", state: str = "published", **more
) -> InstrumentVersion:
    """A version of an instrument, as it is in the database; converting workbooks is another matter."""
    xform = xform or XFORM.format(title=of.title, code=of.code, version=label)
    digest = hashlib.md5(xform.encode(), usedforsecurity=False).hexdigest()
    values = {"xform": xform, "digest": digest, "state": state, "published_at": AT, **more}
    return InstrumentVersion.objects.create(instrument=of, scope=of.scope, label=label, **values)


def submission(
    instance_id: str = "", *, form: str = "census", version: str = "1", inner: str = "<workers>7</workers>",
    deprecated_id: str = "",
) -> bytes:  # fmt: skip
    """The XML of a filled form."""
    instance_id = instance_id or f"uuid:{uuid.uuid4()}"
    former = f"<orx:deprecatedID>{deprecated_id}</orx:deprecatedID>" if deprecated_id else ""
    return (
        f'<data id="{form}" version="{version}" xmlns:orx="http://openrosa.org/xforms">{inner}'
        f"<orx:meta>{former}<orx:instanceID>{instance_id}</orx:instanceID></orx:meta></data>"
    ).encode()


def body(*parts: tuple[str, str | None, str, bytes], boundary: str = BOUNDARY) -> bytes:
    """A multipart form of parts: name, file name, media type, content."""
    written = BytesIO()
    for name, filename, media_type, content in parts:
        where = f'; filename="{filename}"' if filename is not None else ""
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{where}\r\n'
        head += f"Content-Type: {media_type}\r\n" if media_type else ""
        written.write(head.encode() + b"\r\n" + content + b"\r\n")
    written.write(f"--{boundary}--\r\n".encode())
    return written.getvalue()


def xml_part(xml: bytes) -> tuple[str, str, str, bytes]:
    return ("xml_submission_file", "submission.xml", "text/xml", xml)


def photo(name: str, content: bytes = b"\xff\xd8 a picture") -> tuple[str, str, str, bytes]:
    return (name, name, "image/jpeg", content)


def post(client, where: str, *parts: tuple[str, str | None, str, bytes], **headers):
    """Post parts to an address of the door, as a phone does."""
    content_type = f"multipart/form-data; boundary={BOUNDARY}"
    return client.post(
        f"{where}/submission?deviceID=d1", body(*parts), content_type=content_type, headers=headers
    )


def kept_file(content: bytes, *, name: str) -> KeptFile:
    """A file on the disk as a post leaves it, sealed in pieces; no row tells of it yet."""
    writer = keeping.FileWriter(name, "")
    writer.write(content)
    kept = writer.finish()
    keeping.flush_names([kept])
    return kept

"""A small form with answers behind the door: rows as the door makes them, without going through it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nanduti.foundation.models import User
from nanduti.methods.instruments import read_xform
from nanduti.programme.models import Programme
from nanduti.programme.scopes import work_scope
from nanduti.surveys.keeping import seal_xml
from nanduti.surveys.models import Enumerator, Envelope, Instrument, InstrumentVersion, Submission
from tests.support.register import World, account, world

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OWNER, PHONE = "Blasida Yvoty", "0971 555 0123"
PLACE = "-25.3871 -57.3544 120.5 4.0"

FORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
  xmlns:jr="http://openrosa.org/javarosa" xmlns:nanduti="https://nanduti.org/xforms">
<h:head><h:title>Visit</h:title><model>
<itext><translation lang="English (en)" default="true()">
 <text id="/data/workers:label"><value>How many people work here?</value></text>
 <text id="/data/product:label"><value>What is made most?</value></text>
 <text id="product-0"><value>Shirts</value></text><text id="product-1"><value>Trousers</value></text>
 <text id="tool-0"><value>Sewing machine</value></text><text id="tool-1"><value>Overlock</value></text>
</translation><translation lang="Español (es)">
 <text id="/data/workers:label"><value>¿Cuántas personas trabajan aquí?</value></text>
 <text id="/data/product:label"><value>¿Qué se hace más?</value></text>
 <text id="product-0"><value>Camisas</value></text><text id="product-1"><value>Pantalones</value></text>
 <text id="tool-0"><value>Máquina de coser</value></text><text id="tool-1"><value>Overlock</value></text>
</translation></itext>
<instance><data id="visit" version="VERSION"><start/><end/><deviceid/><owner_name/><phone/><place/><workers/>
<rent_per_month/><product/><tools/><visited_on/><photo/>
<machine jr:template=""><brand/><age/></machine><meta><instanceID/></meta></data></instance>
<instance id="product"><choices><item><itextId>product-0</itextId><name>shirts</name></item>
<item><itextId>product-1</itextId><name>trousers</name></item></choices></instance>
<instance id="tool"><choices><item><itextId>tool-0</itextId><name>sewing</name></item>
<item><itextId>tool-1</itextId><name>overlock</name></item></choices></instance>
<bind nodeset="/data/start" type="dateTime" jr:preload="timestamp" jr:preloadParams="start"/>
<bind nodeset="/data/end" type="dateTime" jr:preload="timestamp" jr:preloadParams="end"/>
<bind nodeset="/data/deviceid" type="string" jr:preload="property" jr:preloadParams="deviceid"/>
<bind nodeset="/data/owner_name" type="string"/><bind nodeset="/data/phone" type="string"/>
<bind nodeset="/data/place" type="geopoint"/>
<bind nodeset="/data/workers" type="int" nanduti:sensitivity="open"/>
<bind nodeset="/data/rent_per_month" type="decimal"/>
<bind nodeset="/data/product" type="string" nanduti:sensitivity="open"/>
<bind nodeset="/data/tools" type="string"/>
<bind nodeset="/data/visited_on" type="date"/><bind nodeset="/data/photo" type="binary"/>
<bind nodeset="/data/machine/brand" type="string"/><bind nodeset="/data/machine/age" type="int"/>
<bind nodeset="/data/meta/instanceID" type="string" readonly="true()"/>
</model></h:head><h:body>
<input ref="/data/owner_name"><label>Owner</label></input>
<input ref="/data/phone"><label>Telephone</label></input>
<input ref="/data/place"><label>Place</label></input>
<input ref="/data/workers"><label ref="jr:itext('/data/workers:label')"/></input>
<input ref="/data/rent_per_month"><label>Rent a month</label></input>
<select1 ref="/data/product"><label ref="jr:itext('/data/product:label')"/>
<itemset nodeset="instance('product')/choices/item"><value ref="name"/>
<label ref="jr:itext(itextId)"/></itemset></select1>
<select ref="/data/tools"><label>Tools</label>
<itemset nodeset="instance('tool')/choices/item"><value ref="name"/><label ref="jr:itext(itextId)"/></itemset></select>
<input ref="/data/visited_on"><label>Visited on</label></input>
<upload ref="/data/photo" mediatype="image/*"><label>Photo</label></upload>
<group ref="/data/machine"><label>Machine</label><repeat nodeset="/data/machine">
<input ref="/data/machine/brand"><label>Brand</label></input>
<input ref="/data/machine/age"><label>Age</label></input></repeat></group>
</h:body></h:html>"""


@dataclass
class Field:
    """A programme in the world of the register, with one published instrument and one enumerator."""

    world: World
    programme: Programme
    instrument: Instrument
    version: InstrumentVersion
    enumerator: Enumerator

    def user(self, role: str) -> User:
        return self.world.users[role]


def field() -> Field:
    """Make it, within no scope."""
    made = world()
    from nanduti.foundation.models import Grant, Scope

    scope = Scope.objects.get(kind="programme", code="weaving")
    programme = Programme.objects.create(scope=scope, code="weaving", title="Weaving", title_es="Tejido")
    work = work_scope(programme, made.cluster)
    instrument = Instrument.objects.create(
        scope=scope, programme=programme, code="visit", title="Visit", title_es="Visita", kind="visit_log"
    )
    version = publish(instrument, "1")
    asker = account("asker", "enumerator", made.cluster.scope)
    enumerator = Enumerator.objects.create(
        scope=work, programme=programme, cluster=made.cluster, code="rosa", title="Rosa", user=asker,
        token_digest=hashlib.sha256(b"rosa").hexdigest(), enrolled_at=AT,
    )  # fmt: skip
    made.users["asker"] = asker
    made.users["supervisor"] = account("supervisor", "coordinator", scope)
    Grant.objects.filter(user=made.users["researcher"]).update(scope=scope)
    return Field(made, programme, instrument, version, enumerator)


def publish(instrument: Instrument, label: str, xform: str = FORM) -> InstrumentVersion:
    """A published version of the form."""
    xml = xform.replace("VERSION", label)
    definition = read_xform(xml)
    return InstrumentVersion.objects.create(
        scope=instrument.scope, instrument=instrument, label=label, state="published", xform=xml,
        digest=hashlib.md5(xml.encode()).hexdigest(), definition=definition.to_json(),
        languages=list(definition.languages), n_questions=len(definition.asked()), published_at=AT,
    )  # fmt: skip


def answers_xml(n: int, *, version: str = "1", form: str = "visit", extra: str = "", **changed: str) -> str:
    """The answers of the n-th visit, each a little different."""
    begun = AT + timedelta(minutes=20 * n)
    said = {
        "start": begun.isoformat(),
        "end": (begun + timedelta(minutes=12 + n % 5)).isoformat(),
        "deviceid": "phone-1",
        "owner_name": OWNER,
        "phone": PHONE,
        "place": PLACE,
        "workers": str(3 + n % 7),
        "rent_per_month": f"{100 + 7.5 * n:.2f}",
        "product": ("shirts", "trousers")[n % 2],
        "tools": ("sewing", "sewing overlock")[n % 2],
        "visited_on": begun.date().isoformat(),
        **changed,
    }
    body = "".join(f"<{name}>{value}</{name}>" for name, value in said.items())
    machines = "".join(
        f"<machine><brand>Juki</brand><age>{age}</age></machine>" for age in range(1, 2 + n % 2)
    )
    return (
        f'<data id="{form}" version="{version}">{body}{machines}{extra}'
        f"<meta><instanceID>{instance_id(n)}</instanceID></meta></data>"
    )


def instance_id(n: int) -> str:
    return f"uuid:00000000-0000-4000-8000-{n:012d}"


def waiting(made: Field, n: int, xml: str = "", **values) -> Submission:
    """A submission as the door leaves it."""
    content = (xml or answers_xml(n)).encode()
    row = Submission.objects.create(
        **{
            "scope": made.enumerator.scope, "programme": made.programme, "instrument": made.instrument,
            "instrument_version": made.version, "form_id": "visit", "form_version": "1",
            "instance_id": instance_id(n), "xml_digest": hashlib.sha256(content).hexdigest(),
            "enumerator": made.enumerator, "received_at": AT + timedelta(days=30, minutes=n), **values,
        }
    )  # fmt: skip
    Envelope.objects.create(
        submission=row, n_bytes=len(content),
        sealed=seal_xml(content, programme_code=made.programme.code, instance_id=row.instance_id),
    )  # fmt: skip
    return row

"""Verbs of instruments: hand in a form, replace its draft, add files, publish, retire, open and close."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.utils.translation import gettext as _

from nanduti.foundation import files
from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit
from nanduti.foundation.models import User
from nanduti.methods.instruments import Definition
from nanduti.programme.models import Programme

from .. import library, validation
from ..errors import (
    DraftTried,
    FormInvalid,
    MediaMissing,
    MediaRefused,
    NotADraft,
    SubmissionAddressRefused,
    VersionTaken,
)
from ..models import AnswerMapping, EntityList, Instrument, InstrumentMedia, InstrumentVersion
from ..queries import instruments as queries
from ..workbooks import (
    MAX_BYTES,
    Converted,
    Place,
    convert,
    convert_file,
    refuse,
    version_label,
    write_workbook,
)
from .mappings import keep_mapping

MAX_MEDIA_BYTES = 100 * 1_048_576
MAX_FORM_BYTES = MAX_BYTES
KNOWN_ENTITIES = ("", "2022.1.0", "2023.1.0", "2024.1.0", "2025.1.0")
State = InstrumentVersion.State


@action("surveys.hand_in_form")
def hand_in_form(
    *,
    programme: Programme,
    name: str,
    content: bytes,
    kind: str = Instrument.Kind.SURVEY,
    instrument: Instrument | None = None,
    by: User | str,
    at: datetime | None = None,
) -> InstrumentVersion:
    """Make a draft of an XLSForm workbook or an XForm; an earlier draft of the same form gives way to it.

    ``instrument``: the one whose page it was handed in at; a form with another id is refused there.
    """
    assert at is not None  # the decorator reads the clock
    made = convert_file(name, content, at=at)
    return _keep_draft(programme, name, content, made, kind=kind, expected=instrument, by=by, at=at)


@action("surveys.use_library_form")
def use_library_form(
    *, programme: Programme, code: str, by: User | str, at: datetime | None = None
) -> InstrumentVersion:
    """Make a draft of a form of the library, with what its answers become."""
    assert at is not None
    form = library.form(code)
    content = write_workbook(form.sheets)
    made = convert(f"{code}.xlsx", form.sheets, version=version_label(at))
    draft = _keep_draft(programme, f"{code}.xlsx", content, made, kind=form.kind, library_code=code, by=by, at=at,
                        titles=form.title)  # fmt: skip
    if form.mapping and not AnswerMapping.objects.filter(instrument=draft.instrument).exists():
        keep_mapping(instrument=draft.instrument, spec=form.mapping, by=by, at=at)
    note(subject=draft)  # keeping the mapping is a deed of its own
    return draft


def _keep_draft(
    programme: Programme,
    name: str,
    content: bytes,
    made: Converted,
    *,
    kind: str,
    by: User | str,
    at: datetime,
    expected: Instrument | None = None,
    library_code: str = "",
    titles: dict[str, str] | None = None,
) -> InstrumentVersion:
    definition = made.definition
    _check_definition(name, made, expected)
    named = _titles(definition) | (titles or {})
    instrument, is_new = Instrument.objects.get_or_create(
        programme=programme,
        code=definition.form_id,
        defaults={
            "scope": programme.scope,
            "title": named["en"][:255],
            "title_es": named["es"][:255],
            "kind": kind,
            "library_code": library_code,
        },
    )
    hold(instrument)
    xform = made.xform
    digest = hashlib.md5(xform.encode(), usedforsecurity=False).hexdigest()
    same = instrument.versions.filter(label=definition.version).first()
    if same is not None and same.state != State.DRAFT:
        if same.digest == digest:
            return same
        raise VersionTaken(version=definition.version, form=instrument.title)
    checked = validation.validate(xform)
    draft = (
        same
        or instrument.versions.filter(state=State.DRAFT).first()
        or InstrumentVersion(instrument=instrument)
    )
    draft.scope = programme.scope
    draft.label = definition.version
    draft.workbook = files.keep_file(scope=programme.scope, name=name, content=content, by=by)
    draft.xform, draft.digest = xform, digest
    draft.definition = definition.to_json()
    draft.languages = list(definition.languages)
    draft.n_questions = len(definition.asked())
    draft.validation, draft.validation_report = checked.state, checked.report
    draft.draft_token = draft.draft_token or secrets.token_urlsafe(32)
    draft.save()
    note(
        subject=draft, form=instrument.code, version=draft.label, is_new_form=is_new, validation=checked.state
    )
    return draft


def _titles(definition: Definition) -> dict[str, str]:
    """What the form calls itself, for an instrument that nobody has named."""
    title = definition.title.get(definition.default_language) or definition.form_id
    return {"en": title, "es": title if definition.default_language == "es" else ""}


def _check_definition(name: str, made: Converted, expected: Instrument | None) -> None:
    definition = made.definition
    problems = []
    if not definition.form_id or len(definition.form_id) > 249:
        problems.append(
            Place(_("the form id is missing or longer than 249 characters"), "settings", 2, "form_id")
        )
    if len(definition.version) > 255:
        problems.append(Place(_("the version is longer than 255 characters"), "settings", 2, "version"))
    if expected is not None and definition.form_id != expected.code:
        said = _("the form id is “%(given)s”, not “%(wanted)s”; it would be another instrument")
        place = said % {"given": definition.form_id[:60], "wanted": expected.code}
        problems.append(Place(place, "settings", 2, "form_id"))
    if definition.entities_version not in KNOWN_ENTITIES:
        problems.append(
            Place(_("it speaks a later language of entities (%s) than we") % definition.entities_version)
        )
    if not definition.asked():
        problems.append(Place(_("it asks nothing"), "survey"))
    if not any(q.path.rpartition("/")[2] == "instanceID" for q in definition.questions):
        problems.append(Place(_("it has no meta/instanceID: answers could not be told apart")))
    if problems:
        raise refuse(name, problems)
    if definition.submission_url:
        raise SubmissionAddressRefused(address=definition.submission_url[:200])


# --- files that a form needs


def _media_name(name: str) -> str:
    """The name as phones take it: no folder, no leading dot, nothing that cannot be seen; else ``MediaRefused``."""
    most = MAX_MEDIA_BYTES // 1_048_576
    bare = name.strip()
    if not bare or bare in (".", "..") or bare.startswith(".") or any(c in bare for c in "/\\\x00"):
        raise MediaRefused(name=name[:100], problem=_("is no plain file name"), most=most)
    if len(bare) > 200 or not bare.isprintable():
        raise MediaRefused(name=bare[:100], problem=_("has a name that phones cannot keep"), most=most)
    return bare


@action("surveys.add_form_media")
def add_media(
    *, version: InstrumentVersion, name: str, content: bytes, by: User | str, at: datetime | None = None
) -> InstrumentMedia:
    """Add a picture, sound or table to a draft; one of the same name gives way to it."""
    name = _media_name(name)
    if len(content) > MAX_MEDIA_BYTES:
        raise MediaRefused(name=name, problem=_("is too large"), most=MAX_MEDIA_BYTES // 1_048_576)
    _require_draft(version)
    kept = files.keep_file(scope=version.instrument.programme.scope, name=name, content=content, by=by)
    media, _made = InstrumentMedia.objects.update_or_create(
        instrument_version=version,
        name=name,
        defaults={
            "scope": version.scope,
            "kind": InstrumentMedia.Kind.FILE,
            "file": kept,
            "entity_list": None,
        },
    )
    note(subject=version, file=name, n_bytes=len(content))
    return media


def _require_draft(version: InstrumentVersion) -> None:
    """Raise ``NotADraft`` for a version that is frozen."""
    hold(version)
    version.refresh_from_db(fields=["state"])
    if version.state != State.DRAFT:
        raise NotADraft(version=version.label, state=version.get_state_display())


# --- published, retired, open, closed


@action("surveys.publish_form")
def publish(*, version: InstrumentVersion, by: User | str, at: datetime | None = None) -> InstrumentVersion:
    """Freeze a draft and hand it to the phones; the version they had is retired, and its answers still come in."""
    _require_draft(version)
    if version.validation == InstrumentVersion.Validation.FAILED:
        raise FormInvalid(report=version.validation_report[:300])
    missing = queries.missing_media(version=version)
    if missing:
        raise MediaMissing(names=", ".join(missing))
    _attach_lists(version)
    version.instrument.versions.filter(state=State.PUBLISHED).update(state=State.RETIRED)
    version.state = State.PUBLISHED
    version.published_at = at
    version.published_by = by if isinstance(by, User) else None
    version.draft_token = ""
    version.save()
    if not version.instrument.is_open:
        save_edit(version.instrument, {"is_open": True}, version=version.instrument.version)
    note(subject=version, form=version.instrument.code, version=version.label, validation=version.validation)
    return version


def _attach_lists(version: InstrumentVersion) -> None:
    """Lists of entities that the form chooses from or adds to travel with it; those it declares are made."""
    programme = version.instrument.programme
    for declared in version.definition.get("entities", []):
        EntityList.objects.get_or_create(
            programme=programme, name=declared["list_name"], defaults={"scope": programme.scope}
        )
    added = set(version.media.values_list("name", flat=True))
    for entity_list in EntityList.objects.filter(programme=programme):
        name = f"{entity_list.name}.csv"
        if name in version.definition.get("media", []) and name not in added:
            InstrumentMedia.objects.create(
                scope=version.scope,
                instrument_version=version,
                name=name,
                kind=InstrumentMedia.Kind.ENTITY_LIST,
                entity_list=entity_list,
            )


@action("surveys.retire_form")
def retire(*, version: InstrumentVersion, by: User | str, at: datetime | None = None) -> InstrumentVersion:
    """Hand a published version out no more; answers to it still come in."""
    hold(version)
    version.refresh_from_db(fields=["state"])
    if version.state != State.PUBLISHED:
        raise NotADraft(version=version.label, state=version.get_state_display())
    version.state = State.RETIRED
    version.save()
    note(subject=version, form=version.instrument.code, version=version.label)
    return version


@action("surveys.open_or_close_form")
def set_open(
    *, instrument: Instrument, is_open: bool, version: int, by: User | str, at: datetime | None = None
) -> Instrument:
    """Take answers, or take none any more."""
    changed = save_edit(instrument, {"is_open": is_open}, version=version)
    note(subject=instrument, fields=changed, is_open=is_open)
    return instrument


@action("surveys.edit_form_titles")
def edit_instrument(
    *, instrument: Instrument, values: dict, version: int, by: User | str, at: datetime | None = None
) -> Instrument:
    """Call an instrument otherwise, or say what kind it is."""
    note(subject=instrument, fields=save_edit(instrument, values, version=version))
    return instrument


@action("surveys.drop_draft")
def drop_draft(*, version: InstrumentVersion, by: User | str, at: datetime | None = None) -> None:
    """Throw a draft away that nobody has answered; with the instrument where nothing else hangs on it."""
    _require_draft(version)
    instrument = version.instrument
    n_trials = version.submissions.count()
    if n_trials:
        raise DraftTried(n=n_trials)
    note(subject=instrument, version=version.label)
    version.media.all().delete()
    version.delete()
    rest = (instrument.versions, instrument.submissions, instrument.waves, instrument.findings)
    if not any(rows.exists() for rows in rest):
        instrument.delete()

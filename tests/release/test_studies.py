"""A study's report enters the ledger: how it divides the firms is held against tables, and tables against it."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from django.utils import timezone

from nanduti.diagnostics.actions import studies as actions
from nanduti.diagnostics.findings import safe
from nanduti.diagnostics.models import DiagnosticStudy
from nanduti.diagnostics.queries import profile
from nanduti.release.models import Publication
from nanduti.surveys.models import AnswerSet
from tests.support.release import AT, Door, census


def report(door: Door, asked, code: str = "study") -> int:
    """An agreed study of the cluster with its document; the number of the document."""
    study = DiagnosticStudy.objects.create(
        programme=door.programme, cluster=door.world.cluster, scope=door.programme.scope, code=code, title="Study",
        instrument=asked, status="agreed", agreed_on=date(2026, 3, 3), columns={"product": "product"},
    )  # fmt: skip
    study.findings = safe(profile.findings(study=study, access=None, at=timezone.now())).as_json()
    study.save()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("word/document.xml", "<w:t>Shirts and trousers.</w:t>")
    made = actions.keep_report(
        study=study, language="en", file_format="docx", content=target.getvalue(), by="test", at=AT
    )
    return made.pk


@pytest.fixture
def asked(door):
    """Everybody has answered; four make belts, so the study keeps them back, and the next smallest with them."""
    made = census(door)
    rows = list(AnswerSet._base_manager.order_by("submission_id"))
    for row in rows[:4]:
        row.answers = {**row.answers, "product": "belts"}
        row.save()
    return made


def table_of(*dims: str) -> dict:
    return {"source": "instrument:visit", "wave": "", "clusters": [], "dims": list(dims), "measure": ""}


def codes(check) -> set[str]:
    return {r["code"] for v in check.verdict for r in v["reasons"]}


def test_a_report_leaves_a_page_in_the_ledger(door, asked):
    made = door.publish(kind="study", code="study", material={"report": report(door, asked)})
    assert made.population == "weaving/instrument:visit" and made.ledger


def test_a_table_is_held_against_a_report(door, asked, monkeypatch):
    """The report told how many make shirts; a firm more or less must not follow from a table that comes later."""
    door.publish(kind="study", code="study", material={"report": report(door, asked)})
    row = AnswerSet._base_manager.order_by("-submission_id").first()
    row.submission.is_current = False
    row.submission.save()
    check = door.check(door.ask(code="towns", material=table_of("size_class")))
    assert check.n_hidden > 0 or not check.is_safe
    from nanduti.release import jobs

    monkeypatch.setattr(jobs, "entries", lambda **_what: [])
    forgetful = door.check(door.ask(code="again", material=table_of("place")))
    assert forgetful.is_safe and forgetful.n_hidden == 0


def test_a_report_that_opens_a_table_stays_in_or_is_weighed(door, asked):
    """A table of one firm less was published before: the check of the report says that the two differ by one."""
    row = AnswerSet._base_manager.order_by("-submission_id").first()
    row.submission.is_current = False
    row.submission.save()
    door.publish(code="towns", material=table_of("size_class"))
    row.submission.is_current = True
    row.submission.save()
    check = door.check(door.ask(kind="study", code="study", material={"report": report(door, asked)}))
    assert "disclosure.ledger.difference" in codes(check)


def test_divisions_that_have_changed_since_are_said(door, asked):
    number = report(door, asked)
    for row in AnswerSet._base_manager.order_by("submission_id")[10:16]:
        row.answers = {**row.answers, "product": "belts"}
        row.save()
    check = door.check(door.ask(kind="study", code="study", material={"report": number}))
    told = [r for v in check.verdict for r in v["reasons"] if r["code"] == "release.document.changed"]
    assert check.is_safe and told[0]["details"]["divisions"] == "product"


def test_a_report_is_published_as_it_was_made(door, asked, as_user):
    made = door.publish(kind="study", code="study", material={"report": report(door, asked)})
    answer = as_user().get("/open/weaving/study/v1/study-en.docx")
    assert answer.status_code == 200 and Publication._base_manager.get(pk=made.pk).files.count() == 1
    assert as_user().get("/open/weaving/study/").status_code == 200

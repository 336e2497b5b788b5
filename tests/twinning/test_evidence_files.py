"""The document behind a piece of evidence: handed in with it, opened by insiders alone."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nanduti.foundation.models import StoredFile
from nanduti.twinning import forms
from nanduti.twinning.models import StepEvidence
from tests.support.example import CODE

pytestmark = pytest.mark.django_db(databases=["default", "vault"])

P = f"/p/{CODE}"
BYTES = b"%PDF-1.4 <script>minutes</script>"


def hand_in(visit, name: str = "minutes.pdf", content: bytes = BYTES, who: str = "coordinator"):
    sent = {
        "evidence_kind": "diagnostic_study", "label": "The minutes", "when_text": "March 2009",
        "file": SimpleUploadedFile(name, content, content_type="text/html"),
    }  # fmt: skip
    return visit(who).post(f"{P}/step/3/evidence/?cluster=chennai-leather", sent)


def test_it_is_kept_shown_on_the_step_and_comes_back_as_it_was(visit):
    assert hand_in(visit, "../../etc/minutes é.pdf").status_code == 302
    row = StepEvidence.objects.get(label="The minutes")
    assert row.file.name == "minutes é.pdf" and row.file.scope == row.scope
    address = f"{P}/evidence/{row.pk}/file/"
    assert address in visit("coordinator").get(f"{P}/step/3/?cluster=chennai-leather").content.decode()
    answer = visit("coordinator").get(address)
    assert b"".join(answer.streaming_content) == BYTES
    assert answer["Content-Type"] == "application/octet-stream"
    assert (
        answer["Content-Disposition"].startswith("attachment")
        and answer["X-Content-Type-Options"] == "nosniff"
    )


@pytest.mark.parametrize("who", ["committee", "researcher"])
def test_who_reads_no_sensitive_records_sees_the_evidence_and_not_the_document(visit, who):
    hand_in(visit)
    row = StepEvidence.objects.get(label="The minutes")
    page = visit(who).get(f"{P}/step/3/?cluster=chennai-leather").content.decode()
    assert "The minutes" in page and "/evidence/" not in page.split("<main", 1)[-1]
    assert visit(who).get(f"{P}/evidence/{row.pk}/file/").status_code == 403


def test_the_agent_of_another_cluster_does_not_open_it(visit):
    hand_in(visit)
    row = StepEvidence.objects.get(label="The minutes")
    assert visit("cda-footwear").get(f"{P}/evidence/{row.pk}/file/").status_code in {403, 404}
    assert visit("cda-leather").get(f"{P}/evidence/{row.pk}/file/").status_code == 200


def test_too_large_and_empty_are_told_and_nothing_is_kept(visit, monkeypatch):
    monkeypatch.setattr(forms, "LARGEST_FILE", 20)
    refused = hand_in(visit)
    assert refused.status_code == 422 and "Hand in the pages that matter." in refused.content.decode()
    assert hand_in(visit, content=b"").status_code == 422
    assert not StoredFile.objects.exists() and not StepEvidence.objects.filter(label="The minutes").exists()


def test_a_second_click_keeps_one(visit):
    for _ in range(2):
        assert hand_in(visit).status_code == 302
    assert StepEvidence.objects.filter(label="The minutes").count() == 1
    assert hand_in(visit, content=b"another").status_code == 302
    assert StepEvidence.objects.filter(label="The minutes").count() == 2


@pytest.mark.parametrize("number", ["0", "999999", "9" * 25])
def test_a_document_that_is_not_there(visit, number):
    assert visit("coordinator").get(f"{P}/evidence/{number}/file/").status_code == 404

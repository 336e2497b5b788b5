"""What deeds noted is told in words, in the language of whoever reads them; no key of the program is shown."""

from __future__ import annotations

import ast

import pytest
import yaml
from django.conf import settings
from django.utils.translation import override

from nanduti.foundation.models import AuditEvent
from nanduti.home.deed_details import ASIDE, in_words
from tests.support.example import CODE

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def told(language: str = "en", kind: str = "twinning.linkage", **details) -> str:
    with override(language):
        return in_words(AuditEvent(subject_kind=kind, subject_id="1", details=details))


@pytest.mark.parametrize(
    ("language", "details", "said"),
    [
        ("en", {"stage": "broken_off", "fields": ["label", "from_type"]},
         "changed: label, kind of the one side; stage: broken off"),
        ("es", {"stage": "broken_off"}, "etapa: interrumpido"),
        ("en", {"role": "cda"}, "role: Cluster development agent"),
        ("es", {"rule": "quorum"}, "regla: Para decidir deben estar los suficientes"),
        ("en", {"is_kept": True, "n": 12_000}, "kept: yes; number: 12,000"),
        ("en", {"reason": "Entered twice", "said": {"label": "Soles", "kind": "learning"}},
         "reason: Entered twice; it said: label: Soles, kind: learning"),
        ("en", {"a_key_of_tomorrow": "x_y"}, "a key of tomorrow: x_y"),
        ("en", {"once": "0ab", "made": ["a.b", "1"], "digest": "0ab", "reason": ""}, ""),
    ],
)  # fmt: skip
def test_in_words(language, details, said):
    assert told(language, **details) == said


def test_a_deed_on_a_kind_that_is_no_more_is_told_too():
    assert told(kind="formerly.thing", n=3) == "number: 3" and told(kind="", label="x")


def test_the_page_of_deeds_shows_no_key(visit, example):
    sent = {"topic": "Design", "priority_emerging": "high"}
    assert (
        visit("coordinator").post(f"/p/{CODE}/twinnings/chennai-leather:santa-croce/topic/", sent).status_code
        == 302
    )
    topic = AuditEvent.objects.filter(action="twinning.rank_topic").get()
    AuditEvent.objects.filter(pk=topic.pk).update(details={"fields": ["priority_emerging"], "rule": "quorum"})
    page = visit("coordinator").get("/deeds/").content.decode()
    assert "changed: emerging cluster; rule: Enough must be there to decide" in page
    assert "priority_emerging" not in page


def noted() -> set[str]:
    """The names under which the verbs of all rooms note something."""
    found = set()
    for path in settings.PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "note":
                found |= {keyword.arg for keyword in node.keywords if keyword.arg}
    return found - {"subject", "scope", "override_reason"}


def test_whatever_a_deed_notes_has_words_in_both_languages():
    words = yaml.safe_load((settings.PACKAGE / "home/detail_words.yaml").read_text(encoding="utf-8"))
    assert {"fields", "reason"} <= noted()
    assert noted() - set(words) - ASIDE == set(), "home/detail_words.yaml says how these are called"
    assert all(
        len(said) == 2 and all(isinstance(one, str) and one for one in said) for said in words.values()
    )

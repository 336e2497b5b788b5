"""How a programme sets its rules, and how often somebody went against one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import nanduti
from nanduti.foundation.audit import action, note
from nanduti.foundation.models import AuditEvent
from nanduti.programme import rulebook
from nanduti.programme.models import Programme
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

P = f"/p/{CODE}"


@action("programme.test_override")
def go_ahead(*, programme, rule, by, at=None):
    note(subject=programme, rule=rule, override_reason="Nobody else was there")


def standing(programme, code):
    return next(row for row in rulebook.standings(programme=programme) if row.rule.code == code)


def test_every_rule_that_is_asked_by_name_stands_in_the_book():
    """Found in the code, so that a rule that comes later is not forgotten."""
    asked = set()
    for path in Path(nanduti.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                spot = {"rule_setting": 0, "obey": 1}.get(name)
                if spot is not None and len(node.args) > spot and isinstance(node.args[spot], ast.Constant):
                    asked.add(node.args[spot].value)
    assert {"agent", "quorum", "scope", "deal_split"} <= asked <= set(rulebook.rules())
    for rule in rulebook.rules().values():
        assert all(rule.titles) and all(rule.asks) and rule.source.place


def test_going_ahead_against_a_rule_is_counted(example):
    assert standing(example, "quorum").n_overrides == 0
    go_ahead(programme=example, rule="quorum", by="test")
    assert standing(example, "quorum").n_overrides == 1 and standing(example, "hold").n_overrides == 0


def test_a_coordinator_sets_a_rule_and_says_why(visit, example):
    client = visit("coordinator")
    assert "Every rule refuses" in client.get(f"{P}/rules/").content.decode()
    sent = {"version": example.version, "setting": "warn", "reason": ""}
    refused = client.post(f"{P}/rules/division_of_labour/", sent)
    assert refused.status_code == 422 and "Say why" in refused.content.decode()
    sent["reason"] = "The association has a new board"
    assert client.post(f"{P}/rules/division_of_labour/", sent).status_code == 302
    assert Programme._base_manager.get(pk=example.pk).rule_setting("division_of_labour") == "warn"
    event = AuditEvent.objects.order_by("-id").first()
    assert (event.action, event.details["why"]) == ("programme.set_rule", sent["reason"])
    assert "1 rule does not refuse" in client.get(f"{P}/rules/").content.decode()
    behind = client.post(f"{P}/rules/division_of_labour/", {**sent, "setting": "off"})
    assert behind.status_code == 409 and "only warns" in behind.content.decode()
    assert client.get(f"{P}/rules/nothing/").status_code == 404
    assert client.post(f"{P}/rules/hold/", {**sent, "setting": "perhaps"}).status_code == 422


def test_others_read_the_rules_and_leave_them(visit):
    for who in ("committee", "cda-leather", "researcher"):
        client = visit(who)
        assert client.get(f"{P}/rules/").status_code == 200, who
        assert client.get(f"{P}/rules/hold/").status_code == 403, who

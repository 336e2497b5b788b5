"""A second click makes nothing twice: every verb that makes a record is ``once``, or says here what else keeps it."""

from __future__ import annotations

import ast
import inspect
import textwrap
import typing
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model

from nanduti.foundation import audit
from tests.repository.test_actions import action_modules

MAKES = frozenset({"keep_file", "create", "create_user", "bulk_create", "enqueue", "issue"})
# These find by a key what is there, so that the second click writes the same into the same record.
FINDS = frozenset({"get_or_create", "update_or_create"})

# Kept from a second record by a constraint of the database: its name, or model.field where the field is unique.
UNIQUE = {
    "foundation.make_account": "foundation.user.username",
    "register.judge_pair": "duplicate_decision_once",
    "release.approve_release": "approval_once",
    "release.refuse_release": "approval_once",
    "surveys.enrol": "enumerator_code_once",
}
# Kept from it otherwise.
WORK = "work in the background, which is taken up once"
MOVES = "what it would move or replace has moved by then, and the second is told"
OTHERWISE = {
    "diagnostics.assess": WORK,
    "diagnostics.decide_selection": MOVES,
    "diagnostics.enter_result": "a firm's answers entered again replace the former",
    "diagnostics.keep_report": WORK,
    "diagnostics.move_challenge": "the same change on the same day is passed over",
    "foundation.import_tables": "rows are found by their keys, and a batch is imported once",
    "foundation.issue_token": "a deed of the command line, which prints the key",
    "home.start_import": "asked twice, it runs once",
    "indicators.change_indicator": "the same definition makes no version",
    "indicators.keep_measurements": WORK,
    "indicators.order_computing": "what is going on already is handed back",
    "indicators.take_from_library": "those that are followed already are passed over",
    "networks.keep_drawing": WORK,
    "networks.order_drawing": "what is going on already is handed back",
    "networks.take_back_step": "it takes away",
    "programme.record_presence": "who was there is written anew, in place of the former",
    "programme.set_coverage": MOVES,
    "register.keep_pairs": WORK,
    "register.merge_establishments": MOVES,
    "register.register_firms": WORK,
    "register.search_duplicates": "what is going on already is handed back",
    "release.make_noise_key": "a programme has one",
    "release.publish_release": WORK,
    "release.request_release": "the address that it asks for is taken by then",
    "release.start_check": "while one runs, a second is refused",
    "surveys.accept_submissions": MOVES,
    "surveys.hand_in_form": "an earlier draft of the same form gives way to it",
    "surveys.add_form_media": "a file of the same name gives way to it",
    "surveys.issue_coupons": "each slip has a code of its own, and one that nobody is handed hurts nobody",
    "surveys.keep_mapping": "an instrument has one",
    "surveys.publish_form": MOVES,
    "surveys.review_submission": MOVES,
    "surveys.take_in": MOVES,
    "surveys.take_quarantined": MOVES,
    "surveys.undo_spreadsheet": MOVES,
    "surveys.use_library_form": "an earlier draft of the same form gives way to it",
    "twinning.edit_evidence": "the second is told that it was corrected meanwhile",
    "vault.shred_identity": "it takes away",
}


def calls(function: Callable[..., Any], seen: set[Any] | None = None) -> set[str]:
    """The names of the methods and functions that a verb calls, itself or in helpers of its module."""
    seen = set() if seen is None else seen
    seen.add(function)
    beside = vars(inspect.getmodule(function))
    found = set()
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute):
            found.add(node.func.attr)
        elif isinstance(node.func, ast.Name):
            helper = beside.get(node.func.id)
            is_here = inspect.isfunction(helper) and helper.__module__ == function.__module__
            if is_here and helper not in seen and not hasattr(helper, "action_code"):
                found |= calls(helper, seen)
    return found


def returns_another(function: Callable[..., Any]) -> bool:
    """Whether it hands back a record of a kind that it was not given."""
    hints = typing.get_type_hints(function)
    made = hints.pop("return", None)
    return (
        inspect.isclass(made)
        and issubclass(made, Model)
        and made
        not in {
            kind
            for hint in hints.values()
            for kind in (hint, *typing.get_args(hint))
            if inspect.isclass(kind)
        }
    )


def makes(function: Callable[..., Any]) -> bool:
    """Whether a verb makes a record that a second click would make again, for all that can be read from it."""
    called = calls(function)
    return bool(called & MAKES) or (returns_another(function) and not called & FINDS)


def verbs() -> list[Any]:
    """Every action of the rooms, those that stand outside their modules of actions included."""
    list(action_modules())  # imports them
    found = {code: verb for code, verb in audit.ACTIONS.items() if verb.__module__.startswith("nanduti.")}
    return [pytest.param(code, verb, id=code) for code, verb in sorted(found.items())]


@pytest.mark.parametrize(("code", "verb"), verbs())
def test_what_a_verb_makes_is_not_made_twice(code, verb):
    kept = [code in UNIQUE, code in OTHERWISE, verb.is_once]
    if makes(inspect.unwrap(verb)):
        assert any(kept), (
            f"{code} makes a record: say @action(…, once=True), or in tests/repository/test_once.py what else keeps a "
            "second click from making it twice"
        )
    assert sum(kept) <= 1, f"{code} says twice what keeps it from being done twice"


def test_what_is_said_of_verbs_is_said_of_verbs_that_make_something():
    known = {param.values[0]: param.values[1] for param in verbs()}
    for code in {**UNIQUE, **OTHERWISE}:
        assert code in known, f"there is no verb {code}"
        assert makes(inspect.unwrap(known[code])), f"{code} makes nothing"


def test_the_constraints_are_there():
    models = apps.get_models()
    names = {constraint.name for model in models for constraint in model._meta.constraints}
    names |= {f"{m._meta.label_lower}.{f.name}" for m in models for f in m._meta.fields if f.unique}
    assert set(UNIQUE.values()) <= names


def test_the_reading_finds_what_is_made():
    """The test itself: it sees a record made by a helper, and none where a record is found or corrected."""
    known = {param.values[0]: inspect.unwrap(param.values[1]) for param in verbs()}
    assert makes(known["plans.make_plan"]) and makes(known["programme.appoint"])
    assert makes(known["release.start_check"])  # by work that it puts into the queue
    for code in (
        "plans.edit_activity",
        "foundation.grant_role",
        "diagnostics.score_candidate",
        "vault.look_up",
    ):
        assert not makes(known[code]), code

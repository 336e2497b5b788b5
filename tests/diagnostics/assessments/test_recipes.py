"""Recipes as data: both languages, what cannot be read is said, answers become scores as the arithmetic has it."""

from __future__ import annotations

import pytest
import yaml
from django.utils import translation

from nanduti.diagnostics import assessing
from nanduti.diagnostics.errors import RecipeContradicts, RecipeUnreadable
from nanduti.diagnostics.yaml_text import LONGEST_TEXT
from nanduti.methods import indices

SMALL = """
assessment: small
title: Small
title_es: Pequeña
sources: [{document: here}]
answers_from: census
answers:
  q1: {ticked: tools}
  q2: {number: rating}
rubric:
  bands: [{code: low, name: Low, name_es: Bajo, from: 0}, {code: high, name: High, name_es: Alto, from: 50}]
  least_answered_share: 0.5
  dimensions:
    - code: tools
      name: Tools
      name_es: Herramientas
      target: 80
      questions: [{code: q1, kind: checklist, items: {a: {name: A, name_es: Á}, b: B}, exclusive: [none]}]
    - code: care
      target: 50
      questions: [{code: q2, kind: rating, low: 1, high: 5, favourable: 5}]
"""


@pytest.mark.parametrize("code", assessing.shipped())
@pytest.mark.parametrize("language", ["en", "es"])
def test_shipped_recipes_read_in_both_languages_and_do_not_contradict_themselves(code, language):
    with translation.override(language):
        recipe = assessing.read(assessing.shipped_text(code))
    assessing.check(recipe)
    assert recipe.sources and recipe.bands and recipe.asked


@pytest.mark.parametrize("code", assessing.shipped())
def test_every_text_of_a_shipped_recipe_has_its_spanish(code):
    def missing(value, path=""):
        if isinstance(value, list):
            return [m for n, v in enumerate(value) for m in missing(v, f"{path}[{n}]")]
        if not isinstance(value, dict):
            return []
        texts = ("title", "name", "question", "says", "remedy", "about", "notes", "sentence")
        here = [f"{path}.{t}" for t in texts if t in value and f"{t}_es" not in value]
        return here + [m for k, v in value.items() for m in missing(v, f"{path}.{k}")]

    assert missing(yaml.safe_load(assessing.shipped_text(code))) == []


def test_a_recipe_speaks_the_readers_language():
    with translation.override("es"):
        recipe = assessing.read(SMALL)
    assert (recipe.title, dict(recipe.bands)["low"]) == ("Pequeña", "Bajo")
    assert recipe.rubric.dimensions[0].name == "Herramientas"
    with translation.override("en"):
        assert assessing.read(SMALL).title == "Small"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "no list of entries"),
        ("- a", "no list of entries"),
        ("a: [", "not YAML"),
        ("a: 1", "not known"),
        ("title: x", "“assessment” is missing"),
        ("assessment: x\ntitle: y\nrubric: {}\nreadiness: {}", "either"),
        ("assessment: x\ntitle: y\nsubject: moon\nrubric: {}", "subject"),
        ("assessment: x\ntitle: y\nrubric: {bands: [], dimensions: []}", "no source"),
        ("assessment: x\ntitle: y\nsources: [{document: d}]\nrubric: {bands: [], dimensions: []}", ""),
        ("assessment: x\ntitle: y\nsources: [{document: d}]\nrubric: 7", ""),
        ("assessment: x\ntitle: y\nsources: 7\nrubric: {}", ""),
        ("a: &a [1]\nb: *a", "itself"),
        ("a: " + "[" * 3000, ""),
        (SMALL.replace("q1: {ticked: tools}", "zz: {ticked: tools}"), "not asked"),
        (SMALL.replace("{ticked: tools}", "{guessed: tools}"), "no known way"),
        (SMALL.replace("from: 50", "from: 0"), "rise"),
        (SMALL.replace("from: 50", "from: much"), ""),
        ("x" * (LONGEST_TEXT + 1), "longer"),
        ("a: \x00", ""),
    ],
)
def test_what_is_no_recipe_is_said_in_words(text, word):
    with pytest.raises(RecipeUnreadable) as refused:
        assessing.read(text)
    assert word in str(refused.value)


def test_contradictory_rules_are_named():
    text = assessing.shipped_text("associativity-readiness").replace(
        "tension, at_least: 4", "tension, at_least: 0"
    )
    with pytest.raises(RecipeContradicts) as refused:
        assessing.check(assessing.read(text))
    said = str(refused.value)
    assert "Strengthen groups and trust first" in said and "Leave it alone for now" in said


def test_answers_of_the_unit_frame_become_scores():
    recipe = assessing.read(SMALL)
    row = {"tools": ["a", "strange"], "rating": "3"}
    given = assessing.answers_of(recipe, row)
    assert given == {"q1": ["a"], "q2": 3.0}
    found = assessing.score(recipe, given)
    assert found.score == pytest.approx((50 + 50) / 2) and found.band == "high"
    assert found.dimensions["tools"]["gap"] == pytest.approx(30) and found.priority == pytest.approx(15)


@pytest.mark.parametrize(
    ("row", "given"),
    [
        ({}, {"q1": None, "q2": None}),
        ({"tools": None, "rating": None}, {"q1": None, "q2": None}),
        ({"tools": [], "rating": "not_seen"}, {"q1": [], "q2": None}),
        ({"tools": "a b", "rating": 9}, {"q1": ["a", "b"], "q2": None}),
        ({"tools": ["none"], "rating": float("nan")}, {"q1": ["none"], "q2": None}),
    ],
)
def test_unknown_is_unknown_and_an_empty_list_is_an_answer(row, given):
    assert assessing.answers_of(assessing.read(SMALL), row) == given


def test_nothing_answered_has_no_score_and_a_contradiction_is_named():
    recipe = assessing.read(SMALL)
    nothing = assessing.score(recipe, {"q1": None, "q2": None})
    assert (nothing.score, nothing.band, nothing.reason) == (None, "", "unanswered")
    odd = assessing.score(recipe, {"q1": ["a", "none"], "q2": 3.0})
    assert (odd.score, odd.reason, odd.about) == (None, "contradicts", ("q1",))


def test_rules_of_firms_read_the_census():
    recipe = assessing.read(assessing.shipped_text("firm-associativity"))
    willing = {"member_of": ["association", "savings"], "joint_action": ["buying", "orders"], "trust_colleagues": "4",
               "hindered_by": ["time"]}  # fmt: skip
    given = assessing.answers_of(recipe, willing)
    assert given == {"member": 4.0, "joint": 2.0, "trust": 4.0, "rivalry": 0.0, "no_use": 0.0}
    assert assessing.score(recipe, given).band == "promote"
    alone = {
        "member_of": ["none"],
        "joint_action": ["none"],
        "trust_colleagues": "3",
        "hindered_by": ["no_use"],
    }
    assert assessing.score(recipe, assessing.answers_of(recipe, alone)).band == "leave_alone"
    wary = {**willing, "trust_colleagues": "1"}
    found = assessing.score(recipe, assessing.answers_of(recipe, wary))
    assert found.band == "strengthen_first" and found.says[0][0] == "strengthen_first.trust"
    silent = {**willing, "trust_colleagues": None}
    found = assessing.score(recipe, assessing.answers_of(recipe, silent))
    assert (found.band, found.reason, found.about) == ("", "unanswered", ("trust",))


def test_digital_maturity_scores_as_the_instrument_does_where_all_is_answered():
    """The recipe of the assessment and the scoring that travels with the instrument agree on dimensions."""
    recipe = assessing.read(assessing.shipped_text("digital-maturity"))
    row = {
        "invested": ["development", "stock"], "planned": ["marketing"], "readiness": ["money", "leaders"],
        "mainstream": ["website", "chat", "shop"], "people_skills": ["plan"],
        "people_involved": ["support", "involved"],
        "data_kept": ["policy", "digital"], "security": ["backup"], "green_use": ["none"],
        **{f"adv_{n}": "2" for n in ("simulation", "reality", "cad", "mes", "iot", "chain", "print")},
        **{f"ai_{n}": "1" for n in ("language", "vision", "audio", "robots", "business")},
        **{f"green_{n}": "partly" for n in ("criteria", "strategy", "energy", "waste", "suppliers")},
    }  # fmt: skip
    found = assessing.score(recipe, assessing.answers_of(recipe, row))
    plain = {
        "strategy": (100 * 2.5 / 10 + 100 * 2 / 10) / 2,
        "readiness": (100 * 3 / 10 + 100 * 2 / 5) / 2,
        "people": (100 / 7 + 100 * 2 / 8) / 2,
        "data": (100 * 2 / 7 + 100 / 6) / 2,
        "automation": 20.0,
        "green": (0 + 50) / 2,
    }
    assert {k: v["score"] for k, v in found.dimensions.items()} == {
        k: pytest.approx(v) for k, v in plain.items()
    }
    assert found.score == pytest.approx(sum(plain.values()) / 6)


def test_the_effect_of_a_change_is_who_changes_band():
    old = assessing.read(SMALL)
    new = assessing.read(SMALL.replace("from: 50", "from: 90"))
    answers = {n: {"q1": ["a"] * (n % 2), "q2": 1.0 + n % 5} for n in range(20)}
    found = assessing.effect(old, new, answers)
    plain = {
        n: (indices.assess(old.rubric, a).band, indices.assess(new.rubric, a).band)
        for n, a in answers.items()
    }
    assert {u: (a, b) for u, a, b in found.changed} == {n: p for n, p in plain.items() if p[0] != p[1]}
    assert sum(found.moves.values()) == found.n == 20 and found.n_changed > 0
    assert assessing.effect(old, old, answers).n_changed == 0

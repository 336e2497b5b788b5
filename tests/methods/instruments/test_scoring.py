"""Scores: direction from the data, reversed statements, too few answers, and maturity worked out by hand."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest
import yaml

from nanduti.methods.instruments import scoring
from nanduti.methods.values import BadInput

ROOT = Path(__file__).resolve().parents[3]
LIBRARY = ROOT / "src" / "nanduti" / "surveys" / "library"


def scale(**more):
    data = {"code": "s", "lowest": 1, "highest": 5, "good": "low", "least_answered": 2,
            "items": ["a", "b", {"question": "c", "reversed": True}]}  # fmt: skip
    return scoring.scale_from({**data, **more})


def test_the_direction_is_in_the_data():
    agree = {"a": "1", "b": "1", "c": "5"}
    assert scoring.score(scale(), agree).points == 100
    assert scoring.score(scale(good="high"), agree).points == 0
    assert scoring.score(scale(), agree).mean == 1


def test_missing_statements_and_codes_beside_the_scale_are_left_out():
    assert scoring.score(scale(), {"a": "2", "b": "not_seen", "c": "4"}).mean == 2
    assert scoring.score(scale(), {"a": "2", "b": "9"}) == scoring.ScaleScore("s", None, 1, 3, None)
    assert scoring.score(scale(), {}).n_answered == 0


@pytest.mark.parametrize(
    "wrong", [{"good": "up"}, {"lowest": 5}, {"least_answered": 4}, {"least_answered": 0}]
)
def test_a_scale_that_cannot_be_is_refused(wrong):
    with pytest.raises(BadInput):
        scale(**wrong)


def test_a_group_has_mean_median_and_the_share_at_the_good_end():
    scores = [scoring.score(scale(), {"a": a, "b": a, "c": 6 - a}) for a in (1, 2, 4, 5)] + [
        scoring.score(scale(), {})
    ]
    assert scoring.group_score(scale(), scores) == scoring.GroupScore("s", 4, 3.0, 3.0, 0.5)
    assert scoring.group_score(scale(), []).mean is None


def test_alpha_against_the_covariances():
    said = ["125", "224", "333", "451", "542", "115", "234", "332", "442", "551"]
    rows = [{"a": int(one[0]), "b": int(one[1]), "c": int(one[2])} for one in said]
    columns = [[r["a"] for r in rows], [r["b"] for r in rows], [6 - r["c"] for r in rows]]
    within = [statistics.covariance(x, y) for x in columns for y in columns]
    between = sum(within) - sum(statistics.variance(c) for c in columns)
    assert scoring.alpha(scale(), rows) == pytest.approx(3 / 2 * between / sum(within))
    assert scoring.alpha(scale(), rows[:9]) is None
    assert scoring.alpha(scale(), [{"a": 1, "b": 1, "c": 5}] * 12) is None


def recipe():
    return yaml.safe_load((LIBRARY / "digital_maturity.yaml").read_text(encoding="utf-8"))["maturity"]


def test_maturity_worked_out_by_hand():
    answers = {
        "invested": ["development", "planning"], "planned": ["planning", "stock"], "readiness": ["money"] * 1,
        "mainstream": ["none"], "adv_iot": "5", "adv_cad": "0",
        "people_skills": ["plan"], "people_involved": ["support", "involved"],
        "data_kept": ["not_collected"], "security": ["backup", "trained", "policy"],
        "ai_vision": "1", "green_use": ["paper"], "green_energy": "partly", "green_waste": "yes",
    }  # fmt: skip
    made = scoring.maturity(recipe(), answers)
    by = {d.code: d for d in made.dimensions}
    assert by["strategy"].questions == (25.0, 10.0)  # two invested and half a point for one planned
    assert by["readiness"].questions == (0.0, 50.0)
    assert by["human"].points == pytest.approx((100 / 7 + 25) / 2)
    assert by["data"].questions == (0.0, 50.0)
    assert by["automation"].points == 20
    assert by["green"].questions == (10.0, 75.0)
    expected = [17.5, 25.0, (100 / 7 + 25) / 2, 25.0, 20.0, 42.5]
    assert made.points == pytest.approx(sum(expected) / 6)
    assert made.band == "basic"  # 24.9


def test_maturity_at_its_ends_and_without_answers():
    assert scoring.maturity(recipe(), {}).points is None
    assert scoring.maturity(recipe(), {}).band == ""
    assert scoring.maturity(recipe(), {"mainstream": ["none"]}).band == "basic"
    everything = {f"ai_{k}": "5" for k in ("language", "vision", "audio", "robots", "business")}
    assert scoring.maturity(recipe(), everything).points == 100


@pytest.mark.parametrize(
    ("points", "band"),
    [(25, "basic"), (25.6, "average"), (50, "average"), (75.4, "moderate"), (100, "advanced")],
)
def test_bands_meet_without_gaps(points, band):
    assert scoring._band(recipe()["bands"], points)["code"] == band


def test_weights_are_data():
    data = recipe()
    for dimension in data["dimensions"]:
        dimension["weight"] = 3 if dimension["code"] == "automation" else 1
    answers = {"ai_vision": "5", "mainstream": ["none"]}
    assert scoring.maturity(data, answers).points == pytest.approx(75)


def test_the_scales_of_the_library_name_questions_of_their_forms():
    for path in LIBRARY.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        for one in (yaml.safe_load(text) or {}).get("scores", []) if not path.name.startswith("_") else []:
            for item in scoring.scale_from(one).items:
                assert f"q: {item.question}," in text

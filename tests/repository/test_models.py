"""What every model owes the house: care for its fields, keys down the stair, a word of the glossary."""

from __future__ import annotations

import re

import pytest
from django.apps import apps

from nanduti.foundation.classification import Sensitivity, sensitivity_of, undecided
from tests.repository.test_contracts import ROOT, read_stair

OURS = [model for model in apps.get_models() if model.__module__.startswith("nanduti.")]
# Words that only identities use; outside the vault such a field would have to explain itself.
TELLING = re.compile(
    r"(?:^|_)(?:phone|mobile|email|e_mail|street|latitude|longitude|passport|national_id)(?:_|$)"
)

DECIDED = {"register.Place": "the middle of a town is nobody's door"}


def room(model) -> str:
    return model.__module__.split(".")[1]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_field_is_classified(model):
    missing = ", ".join(undecided(model))
    assert not missing, f"Say with @classified how much care these need in {model._meta.label}: {missing}"


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_classification_names_fields_that_exist(model):
    from nanduti.foundation.classification import _registry

    names = {field.name for field in model._meta.get_fields()} | {"pk"}
    assert not set(_registry.get(model._meta.label_lower, {})) - names


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_identities_are_kept_in_the_vault(model):
    if room(model) in {"vault", "foundation"}:  # the floor knows its own users
        return
    told = [
        f.name
        for f in model._meta.concrete_fields
        if sensitivity_of(model, f.name) is Sensitivity.IDENTIFYING
    ]
    if model._meta.label not in DECIDED:
        told += [f.name for f in model._meta.concrete_fields if TELLING.search(f.name)]
    assert not told, f"{model._meta.label} keeps what belongs in the vault: {told}"


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_foreign_keys_point_down_the_stair(model):
    stair = read_stair()
    for field in model._meta.get_fields():
        target = field.related_model if field.concrete and field.is_relation else None
        if target is None or not target.__module__.startswith("nanduti."):
            continue
        same = room(target) == room(model)
        down = stair[room(target)] < stair[room(model)]
        assert same or down, f"{model._meta.label}.{field.name} points up the stair, to {target._meta.label}"


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_no_key_crosses_the_wall_of_the_vault(model):
    """The vault is a database of its own: rows elsewhere hold pseudonyms, never keys into it."""
    targets = {field.related_model for field in model._meta.concrete_fields if field.is_relation}
    inside = room(model) == "vault"
    crossing = [str(target) for target in targets if target and (room(target) == "vault") != inside]
    assert not crossing


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_model_is_a_word_of_the_glossary(model):
    words = set(re.findall(r"`(\w+)`", (ROOT / "GLOSSARY.md").read_text()))
    assert model.__name__ in words, f"GLOSSARY.md does not say what `{model.__name__}` means"


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_model_says_what_it_is(model):
    """Django writes "Name(field, …)" where nobody has written anything."""
    said = (model.__doc__ or "").strip()
    assert said and not said.startswith(f"{model.__name__}("), f"{model._meta.label} needs a first line"

"""Fields of forms: what an empty, half or wrong amount means."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import translation

from nanduti.interface.forms import MoneyField, NandutiForm
from nanduti.interface.templatetags.nanduti import form_fields
from nanduti.methods.values import Money


@pytest.mark.parametrize("typed", [[], ["", ""], ["", "EUR"], [None, "PYG"], ["  ", "EUR"]])
def test_an_amount_left_empty_is_no_money(typed):
    assert MoneyField(required=False).clean(typed) is None
    with pytest.raises(ValidationError):
        MoneyField().clean(typed)


def test_an_amount_needs_a_currency():
    assert MoneyField(required=False).clean(["1500.50", "pyg"]) == Money("1500.50", "PYG")
    for typed in (["12", ""], ["12", "guaraní"], ["twelve", "PYG"]):
        with pytest.raises(ValidationError):
            MoneyField(required=False).clean(typed)


@pytest.mark.parametrize(
    ("language", "typed", "amount"),
    [
        ("es", "1.500.000", "1500000"),
        ("es", "350.000", "350000"),
        ("es", "1500,5", "1500.5"),
        ("es", "1.500,50", "1500.50"),
        ("es", "1500.50", "1500.50"),
        ("es", "1 500\N{NO-BREAK SPACE}000", "1500000"),
        ("es", "-12", "-12"),
        ("en", "1,500,000", "1500000"),
        ("en", "1,500.50", "1500.50"),
        ("en", "1500.50", "1500.50"),
    ],
)
def test_an_amount_is_understood_as_its_language_writes_it(language, typed, amount):
    with translation.override(language):
        assert MoneyField().clean([typed, "PYG"]) == Money(amount, "PYG")


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("es", "1,500"),
        ("es", "1,500.50"),
        ("en", "1.500"),
        ("en", "1.500,50"),
        ("es", "1.50.000"),
        ("en", "1500,5"),
    ]
    + [
        (language, wrong)
        for language in ("es", "en")
        for wrong in ("mil", "1e5", "NaN", "12 3", "1.234.5", "٣")
    ],
)
def test_an_amount_that_may_be_another_one_is_refused_with_an_example(language, typed):
    with translation.override(language):
        with pytest.raises(ValidationError) as told:
            MoneyField().clean([typed, "PYG"])
        assert ("1.500,50" if language == "es" else "1,500.50") in str(told.value)


def test_a_currency_is_known_by_its_sign_and_assumed_by_nobody():
    assert [str(MoneyField().clean(["5", sign]).currency) for sign in ("Gs", "₲", "€", "us$")] == [
        "PYG",
        "PYG",
        "EUR",
        "USD",
    ]
    assert MoneyField().widget.decompress(None) == [None, None]
    with pytest.raises(ValidationError, match="EUR, INR"):
        MoneyField().clean(["5", ""])


class Planned(NandutiForm):
    """A form with something that few need to say."""

    folded = ("why", "share", "kind", "better")
    title = forms.CharField()
    title_es = forms.CharField(required=False)
    why = forms.CharField(required=False)
    share = MoneyField(required=False)
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], initial="b")
    better = forms.ChoiceField(choices=[("more", "more"), ("less", "less")])


def shown(form):
    return render_to_string("interface/parts/form_fields.html", form_fields(form))


def test_what_few_need_to_say_is_folded_until_something_stands_in_it():
    assert (
        "<details" in shown(Planned()) and "open" not in shown(Planned()).split("<details")[1].split(">")[0]
    )
    assert '<details class="more">' in shown(Planned({"kind": "b", "better": "more"}))
    before, folded = shown(Planned()).split("<details")
    assert 'name="title"' in before and 'name="why"' not in before and 'name="why"' in folded
    for form in (
        Planned(initial={"why": "because"}),
        Planned(initial={"share": Money("5", "PYG")}),
        Planned(initial={"kind": "a"}),
        Planned({"title": "x", "share_amount": "much", "kind": "b"}),
    ):
        assert '<details class="more" open>' in shown(form), form.initial or form.data


def test_a_field_for_spanish_says_when_it_is_not_needed():
    assert shown(Planned()).count("is Spanish already") == 1

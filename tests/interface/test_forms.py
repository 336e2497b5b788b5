"""Fields of forms: what an empty, half or wrong amount means."""

import pytest
from django.core.exceptions import ValidationError

from nanduti.interface.forms import MoneyField
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

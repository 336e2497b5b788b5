"""Deals of several currencies in one, rates and stated figures that are corrected and taken back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from nanduti.foundation import imports
from nanduti.foundation.errors import EditedMeanwhile
from nanduti.foundation.models import AuditEvent
from nanduti.methods.values import PersonError
from nanduti.plans.models import ActionPlan
from nanduti.results import actions, queries
from nanduti.results.errors import FigureThere, OneCurrency, RateNeedsDays, RateThere
from nanduti.results.forms import EditRateForm, RateForm
from nanduti.results.models import ExchangeRate, StatedFigure
from nanduti.twinning.models import Linkage, Twinning
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

JULY = date(2011, 7, 31)
P = f"/p/{CODE}/results"
RATE = {"currency": "INR", "into": "EUR", "rate": Decimal("0.015"), "held_on": "2010", "source_place": "p. 1"}


def deal(example, code, amount, currency, signed):
    plan = ActionPlan.objects.get(code="leather")
    pair = Twinning.objects.get(emerging=plan.cluster)
    Linkage.objects.create(
        programme=example, scope=plan.scope, from_type="firm", to_type="firm", label="x", code=code,
        from_cluster=pair.emerging, to_cluster=pair.advanced, kind="outsourcing", stage="closed",
        amount=Decimal(amount), currency=currency, signed=signed,
    )  # fmt: skip


@pytest.fixture
def dealt(example):
    deal(example, "a", 1000, "EUR", "May 2010")
    deal(example, "b", 50000, "INR", "7 May 2010")
    deal(example, "c", 70, "USD", "2010")
    return example


def keep(example, **given):
    return actions.keep_rate(programme=example, values={**RATE, **given}, by="test")


def outsourcing(example, **asked):
    table = queries.result_table(programme=example, as_of=JULY, **asked)
    return next(r for r in table.rows if r.indicator.code == "outsourcing_agreements")


def test_without_rates_what_cannot_be_converted_is_said(dealt):
    found = outsourcing(dealt).converted
    assert (found.into, found.amount, found.n) == ("EUR", 1000, 1)
    assert found.left_out == {("INR", "no_rate"): 1, ("USD", "no_rate"): 1}


def test_a_deal_is_converted_at_the_rate_of_its_day(dealt):
    keep(dealt)
    row = outsourcing(dealt)
    assert (row.converted.amount, row.converted.n, row.converted.n_by_rate) == (1750, 2, 1)
    keep(dealt, rate=Decimal("0.02"), held_on="2010-05-07")
    assert outsourcing(dealt).converted.amount == 2000
    assert row.total.money == {"EUR": 1000, "INR": 50000, "USD": 70}, (
        "in their own currencies they stand beside"
    )
    (only,) = row.converted_by_cluster.values()
    assert only.amount == 1750


def test_sums_are_told_in_the_currency_that_most_rates_lead_to(dealt):
    keep(dealt, currency="EUR", into="PYG", rate=Decimal(6000), held_on="2010")
    found = outsourcing(dealt).converted
    assert (found.into, found.amount, found.n_left_out) == ("PYG", 6_000_000, 2)


def test_nothing_is_converted_where_nothing_has_to_be_nor_for_those_who_see_sums(example):
    assert outsourcing(example).converted is None
    deal(example, "a", 1000, "EUR", "May 2010")
    assert outsourcing(example).converted is None
    deal(example, "b", 50000, "INR", "May 2010")
    assert outsourcing(example, money="sums").converted is None
    assert outsourcing(example, money="none").converted is None


@pytest.mark.parametrize(
    ("error", "given"),
    [
        (OneCurrency, {"into": "INR"}),
        (RateNeedsDays, {"held_on": ""}),
        (RateNeedsDays, {"held_on": "ongoing"}),
        (RateThere, {"rate": Decimal("0.9")}),
    ],
)
def test_rates_that_are_refused(example, error, given):
    keep(example)
    with pytest.raises(error):
        keep(example, **given)


def test_rates_on_their_pages(dealt, visit):
    client = visit("coordinator")
    assert "No rate is written down yet" in client.get(f"{P}/rates/").content.decode()
    sent = {**RATE, "rate": "0.015", "currency": "inr"}
    assert client.post(f"{P}/rates/new/", {**sent, "rate": "0"}).status_code == 422
    assert client.post(f"{P}/rates/new/", {**sent, "into": "€"}).status_code == 422
    assert client.post(f"{P}/rates/new/", sent).status_code == 302
    rate = ExchangeRate.objects.get()
    assert (rate.currency, rate.held_on_start, rate.held_on_end) == (
        "INR",
        date(2010, 1, 1),
        date(2011, 1, 1),
    )
    page = client.get(f"{P}/?as_of=2011-07-31").content.decode()
    assert "EUR\u00a01,750" in page and "1 in USD: no rate by then" in page
    assert "EUR\u00a01,750" in client.get(f"{P}/outsourcing_agreements/?as_of=2011-07-31").content.decode()
    edit = f"{P}/rates/{rate.pk}/"
    assert 'value="0.015"' in client.get(edit).content.decode()
    assert client.post(edit, {**sent, "rate": "0.02", "version": rate.version}).status_code == 302
    assert client.post(edit, {**sent, "rate": "0.03", "version": rate.version}).status_code == 409
    rate.refresh_from_db()
    gone = {"reason": "entered twice", "version": rate.version}
    assert client.post(f"{edit}take-back/", gone).status_code == 302
    assert not ExchangeRate.objects.exists() and client.get(edit).status_code == 404
    assert AuditEvent.objects.filter(action="results.take_back").first().details["reason"] == "entered twice"


@pytest.mark.parametrize(
    ("typed", "read", "read_es"),
    [("0,0149", "0.0149", "0.0149"), ("0.0149", "0.0149", "0.0149"), ("7500", "7500", "7500"),
     ("1.392", "1.392", None), ("1,392", None, "1.392"), ("1.3920", "1.392", "1.392"), ("1e3", None, None),
     ("-1", None, None), ("0.12345678901", None, None), ("7.500,5", None, None), ("0.001", "0.001", "0.001")],
)  # fmt: skip
def test_a_rate_is_read_as_people_write_it_and_what_may_be_thousands_is_refused(typed, read, read_es):
    for language, expected in (("en", read), ("es", read_es)):
        with translation.override(language):
            form = RateForm({**RATE, "rate": typed})
            assert form.is_valid() == (expected is not None)
            assert expected is None or form.cleaned_data["rate"] == Decimal(expected)


def test_a_kept_rate_can_be_saved_again_in_either_language(example):
    kept = keep(example, rate=Decimal("1.392"))
    for language in ("en", "es"):
        with translation.override(language):
            shown = EditRateForm.values_of(kept)
            form = EditRateForm({**shown, "rate": str(shown["rate"]), "version": 1})
            assert form.is_valid() and form.cleaned_data["rate"] == Decimal("1.392")


def test_others_read_rates_and_write_none(example, visit):
    rate = keep(example)
    for who in ("committee", "cda-leather"):
        client = visit(who)
        assert client.get(f"{P}/rates/").status_code == 200
        for page in ("new/", f"{rate.pk}/", f"{rate.pk}/take-back/"):
            assert client.get(f"{P}/rates/{page}").status_code == 403


def test_the_api_tells_what_was_converted(dealt, visit):
    keep(dealt)
    url = f"/api/programmes/{CODE}/results?as_of=2011-07-31"
    rows = visit("coordinator").get(url).json()["outcomes"]
    found = next(row["converted"] for row in rows if row["code"] == "outsourcing_agreements")
    assert (found["currency"], found["amount"], found["n"]) == ("EUR", "1750.00", 2)
    assert found["not_converted"] == [{"currency": "USD", "reason": "no_rate", "n": 1}]
    assert "converted" not in str(visit("committee").get(url).json())


@pytest.mark.parametrize(
    ("column", "given"),
    [("", {}), ("rate", {"rate": "0"}), ("into", {"into": "INR"}), ("currency", {"currency": "ru"}),
     ("held_on", {"held_on": "ongoing"}), ("held_on", {"held_on": "the other day"})],
)  # fmt: skip
def test_rates_are_imported(example, tmp_path, column, given):
    row = {"programme": CODE, "currency": "inr", "into": "EUR", "rate": "0.015", "held_on": "2010", **given}
    (tmp_path / "exchange_rates.csv").write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n")
    sheets = imports.read_sheets(tmp_path)
    if not column:
        imports.import_sheets(sheets=sheets, name="rates", access=None, by="test")
        assert ExchangeRate.objects.get().currency == "INR"
        return
    with pytest.raises(PersonError) as told:
        imports.import_sheets(sheets=sheets, name="rates", access=None, by="test")
    assert column in str(told.value.details) and not ExchangeRate.objects.exists()


# --- figures that documents state


@pytest.fixture
def figure(example):
    values = {"indicator": "mous", "value": Decimal(6), "unit": "agreements", "period_text": "2010",
              "label": "Six memoranda", "source_place": "p. 30"}  # fmt: skip
    return actions.keep_stated_figure(programme=example, cluster=None, values=values, by="test")


def test_a_stated_figure_is_corrected_and_the_second_editor_told(figure):
    values = {"value": Decimal(7), "label": "Seven memoranda", "period_text": "2010"}
    actions.edit_stated_figure(figure=figure, values=values, version=1, by="test")
    event = AuditEvent.objects.filter(action="results.edit_stated_figure").first()
    assert sorted(event.details["fields"]) == ["label", "value"]
    old = StatedFigure.objects.get(pk=figure.pk)
    with pytest.raises(EditedMeanwhile):
        actions.edit_stated_figure(figure=old, values={**values, "value": Decimal(8)}, version=1, by="test")


def test_a_stated_figure_cannot_become_another_one(example, figure):
    values = {"indicator": "mous", "value": Decimal(9), "label": "Nine", "period_text": "2010"}
    actions.keep_stated_figure(programme=example, cluster=None, values=values, by="test")
    with pytest.raises(FigureThere):
        actions.edit_stated_figure(figure=figure, values=values, version=1, by="test")


def test_stated_figures_on_their_pages(example, figure, visit):
    client = visit("coordinator")
    page, edit = f"{P}/mous/", f"{P}/mous/stated/{figure.pk}/"
    assert edit in client.get(page).content.decode()
    assert edit not in visit("committee").get(page).content.decode()
    assert visit("committee").get(edit).status_code == 403
    assert client.get(f"{P}/fairs/stated/{figure.pk}/").status_code == 404
    sent = {
        "value": "7",
        "unit": "agreements",
        "period_text": "2010",
        "label": "Seven",
        "source_place": "p. 30",
    }
    assert 'value="6"' in client.get(edit).content.decode()
    assert client.post(edit, {**sent, "version": "1"}).status_code == 302
    assert client.post(edit, {**sent, "label": "Eight", "version": "1"}).status_code == 409
    assert client.post(f"{edit}take-back/", {"version": "2"}).status_code == 422, "a reason is asked for"
    gone = {"reason": "no document says so", "version": "2"}
    assert client.post(f"{edit}take-back/", gone).status_code == 302
    event = AuditEvent.objects.filter(action="results.take_back").first()
    assert event.details["said"]["label"] == "Seven" and event.details["reason"] == "no document says so"
    assert not StatedFigure.objects.filter(pk=figure.pk).exists() and client.get(edit).status_code == 404

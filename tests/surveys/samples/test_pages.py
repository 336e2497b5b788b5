"""The pages of a wave, from opening it to a visit that failed."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from nanduti.surveys.models import Sample, SampleUnit, Wave
from tests.support.register import NAME
from tests.surveys.samples.test_samples import wave  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def url(made, name, *args):
    return reverse(f"surveys:{name}", args=(made.programme.code, *args))


def test_a_new_wave_begins_today_unless_another_day_is_written(answered, as_role):
    page = as_role("supervisor").get(url(answered, "new_wave", answered.instrument.pk)).content.decode()
    (begins,) = re.findall(r'<input[^>]*name="opens_on"[^>]*>', page)
    assert f'value="{timezone.localdate():%Y-%m-%d}"' in begins


def test_from_a_wave_to_a_visit_that_failed(answered, wave, as_role):  # noqa: F811
    client = as_role("supervisor")
    home = client.get(url(answered, "waves", answered.instrument.pk))
    assert home.status_code == 200 and b"First" in home.content
    made = client.post(
        url(answered, "new_wave", answered.instrument.pk), {"code": "w9", "opens_on": "2026-01-01"}
    )
    opened = Wave.objects.get(code="w9")
    assert made.status_code == 302 and made.headers["Location"] == url(answered, "wave", opened.pk)
    assert b"Draw a sample" in client.get(url(answered, "wave", wave.pk)).content
    refused = client.post(
        url(answered, "draw_sample", wave.pk), {"method": "simple", "n": "99", "allocation": "equal"}
    )
    assert refused.status_code == 422 and not Sample.objects.exists()
    form = {
        "method": "stratified",
        "n": "6",
        "strata": ["size_band"],
        "allocation": "equal",
        "n_reserves": "2",
    }
    assert client.post(url(answered, "draw_sample", wave.pk), form).status_code == 302
    shared = client.post(url(answered, "assign_sample", wave.pk), {"enumerators": [answered.enumerator.pk]})
    assert (
        shared.status_code == 302 and SampleUnit.objects.filter(enumerator=answered.enumerator).count() == 6
    )
    unit = SampleUnit.objects.filter(is_reserve=False).first()
    told = client.post(
        url(answered, "report_unit", unit.pk), {"state": "refused", "text": "no", "replace": "on"}
    )
    assert told.status_code == 302 and SampleUnit.objects.filter(replaces=unit).exists()
    page = client.get(url(answered, "wave", wave.pk)).content.decode()
    assert "Firms in the sample: 7; answered: 0" in page and NAME not in page and "seed" in page


def test_the_days_of_a_wave_are_changed_and_its_code_stays(answered, wave, as_role):  # noqa: F811
    client, address = as_role("supervisor"), url(answered, "edit_wave", wave.pk)
    assert address.encode() in client.get(url(answered, "wave", wave.pk)).content
    values = {"title": "First", "opens_on": "2026-02-02", "closes_on": "2026-02-01", "version": wave.version}
    assert client.post(address, values).status_code == 422
    assert client.post(address, {**values, "closes_on": "2026-03-01", "code": "other"}).status_code == 302
    kept = Wave.objects.get(pk=wave.pk)
    assert (str(kept.closes_on), kept.code) == ("2026-03-01", wave.code)
    for language in (
        "en",
        "es",
    ):  # as the browser's field of a day takes it: any other writing is shown empty
        page = client.get(address, headers={"accept-language": language}).content.decode()
        assert 'value="2026-03-01"' in page, language
    assert client.post(address, {**values, "closes_on": "2026-04-01"}).status_code == 409


def test_coupons_are_shown_once(answered, wave, as_role):  # noqa: F811
    client = as_role("supervisor")
    page = client.post(url(answered, "coupons", wave.pk), {"n": "3"})
    code = wave.coupons.first().code
    assert code.encode() in page.content and wave.coupons.count() == 3
    assert code.encode() not in client.get(url(answered, "coupons", wave.pk)).content


@pytest.mark.parametrize("name", ["draw_sample", "assign_sample", "coupons", "new_wave", "edit_wave"])
@pytest.mark.parametrize("role", ["researcher", "asker"])
def test_who_may_not_manage_cannot(answered, wave, as_role, name, role):  # noqa: F811
    pk = answered.instrument.pk if name == "new_wave" else wave.pk
    answer = as_role(role).post(url(answered, name, pk), {"method": "census", "n": "3", "code": "x"})
    assert answer.status_code in {403, 404} and not SampleUnit.objects.exists()


def test_the_number_of_queries_does_not_grow(answered, wave, as_role, django_assert_max_num_queries):  # noqa: F811
    from nanduti.surveys.actions import samples as actions

    actions.draw_sample(wave=wave, design={"method": "census"}, by="test")
    client = as_role("supervisor")
    client.get(url(answered, "wave", wave.pk))
    with django_assert_max_num_queries(60):
        client.get(url(answered, "wave", wave.pk))


@pytest.mark.parametrize("bad", ["", "x", "-1", "1e9", "\x00", "9" * 40])
def test_no_value_breaks_the_form(answered, wave, as_role, bad):  # noqa: F811
    client = as_role("supervisor")
    for name in ("draw_sample", "coupons", "assign_sample"):
        sent = {
            "method": bad,
            "n": bad,
            "strata": [bad],
            "enumerators": [bad],
            "seed": bad,
            "n_reserves": bad,
        }
        assert client.post(url(answered, name, wave.pk), sent).status_code < 500

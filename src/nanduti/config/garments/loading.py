"""Load the example, part by part; what is there already is left alone."""

from __future__ import annotations

from collections.abc import Callable

from django_scopes import scopes_disabled

from nanduti.foundation.models import User
from nanduti.programme.models import Programme

from . import assessing, census, diagnosing, field, releasing, roster
from .files import PROGRAMME

# name, role, scope: who works in the second programme; the first four work in the other one too.
ACCOUNTS = [
    ("coordinator", "coordinator", f"programme:{PROGRAMME}"),
    ("committee", "committee_member", f"programme:{PROGRAMME}"),
    ("custodian", "custodian", f"programme:{PROGRAMME}"),
    ("administrator", "administrator", f"programme:{PROGRAMME}"),
    ("researcher", "researcher", f"programme:{PROGRAMME}"),
    ("cda-garments", "cda", "cluster:pilar-garments"),
    ("cda-garments", "cda", "cluster:yaguaron-garments"),
    ("cda-garments", "cda", "cluster:mra-garments"),
]
# Told the part that begins.
Say = Callable[[str], None]


def silent(part: str) -> None:
    return None


def is_complete() -> bool:
    """Whether what comes last is there: then whatever a newcomer has changed since stays as it is."""
    with scopes_disabled():
        return not releasing.returnings_missing(PROGRAMME)


def load_answers(*, say: Say = silent) -> None:
    """Census, review, corrections, second visit and roster, each through the door; safe to repeat."""
    with scopes_disabled():
        programme = Programme.objects.select_related("scope").get(code=PROGRAMME)
        forms = {code: field.asked(programme, code) for code in (field.CENSUS, field.ROSTER)}
        field.open_waves(forms)
        form = forms[field.CENSUS]
        coordinator, agent = (User.objects.get(username=name) for name in ("coordinator", "cda-garments"))
        parts: list[tuple[str, Callable[[], object]]] = [
            ("census", lambda: census.send_census(programme, form)),
            ("workbook", lambda: census.take_workbook(programme, form, agent)),
            ("returned", lambda: census.return_slips(programme, form, coordinator)),
            ("corrections", lambda: census.send_corrections(programme, form)),
            ("accepted", lambda: census.accept(form, coordinator, until=census.ACCEPTED_ON)),
            ("second visits", lambda: census.send_second_visits(programme, form)),
            ("roster", lambda: roster.send_roster(programme, forms[field.ROSTER], form)),
            ("silent", lambda: roster.note_silent(programme, form)),
            ("explained", lambda: roster.explain_nobody(forms[field.ROSTER], coordinator)),
            ("accepted", lambda: census.accept(form, coordinator, until=census.ACCEPTED_AGAIN_ON)),
            ("accepted", lambda: census.accept(forms[field.ROSTER], coordinator, until="2023-08-10")),
        ]
        for name, part in parts:
            say(name)
            part()
            field.read_all(programme)


def load_diagnosis(*, say: Say = silent) -> None:
    """What follows from the answers: indicators, selection, studies, assessments, releases; safe to repeat."""
    with scopes_disabled():
        programme = Programme.objects.select_related("scope").get(code=PROGRAMME)
        coordinator, agent = (User.objects.get(username=name) for name in ("coordinator", "cda-garments"))
        parts: list[tuple[str, Callable[[], object]]] = [
            ("indicators", lambda: diagnosing.follow_indicators(programme, coordinator)),
            ("selection", lambda: diagnosing.choose_towns(programme, coordinator)),
            ("challenges", lambda: diagnosing.note_challenges(programme, agent)),
            ("studies", lambda: diagnosing.write_studies(programme, coordinator)),
            ("networks", lambda: diagnosing.found_networks(programme, agent)),
            ("assessments", lambda: assessing.assess_towns(programme, agent)),
            ("assessments", lambda: assessing.assess_workshops(programme, agent)),
            ("release", lambda: releasing.ask_and_decide(programme)),
            ("return", lambda: releasing.record_returnings(programme, agent)),
        ]
        for name, part in parts:
            say(name)
            part()

"""What follows from the answers of the example: indicators, selection, challenges, studies, a business network.

What people found beside the figures stands in ``diagnosis/*.yaml`` of the example; everything is made by the verbs of
the rooms, and a part that is there already is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import yaml

from nanduti.diagnostics.actions import challenges, issues, selections, studies
from nanduti.diagnostics.models import Challenge, DiagnosticStudy, Selection
from nanduti.diagnostics.queries.profile import findings
from nanduti.diagnostics.queries.sections import material, missing_in, sections
from nanduti.foundation.models import SourceDocument, User
from nanduti.indicators import actions as indicators
from nanduti.indicators import library
from nanduti.indicators.computing import compute
from nanduti.indicators.definitions import REGISTER
from nanduti.indicators.models import Indicator, Measurement
from nanduti.networks.actions import groups
from nanduti.networks.models import BusinessNetwork
from nanduti.programme.models import Candidate, Programme
from nanduti.register.models import Cluster
from nanduti.surveys.models import Wave

from .field import BY, CENSUS, ROSTER, asked, said_at
from .files import folder
from .roster import codes_of


@cache
def told(name: str) -> dict[str, Any]:
    """``diagnosis/<name>.yaml``."""
    return yaml.safe_load((folder() / "diagnosis" / f"{name}.yaml").read_text(encoding="utf-8"))


def cited(data: Mapping[str, Any]) -> dict[str, Any]:
    """The source of a file, as rows keep it."""
    return {
        "source": SourceDocument.objects.get(code=data["source"]),
        "source_place": data["source_place"],
    }


# --- indicators


def follow_indicators(programme: Programme, by: User) -> None:
    """All of the library that the programme's forms or its register can tell, and what they came to."""
    known = {CENSUS, ROSTER, REGISTER}
    wanted = [one.code for one in library.definitions().values() if known.intersection(one.instruments)]
    if not Indicator.objects.filter(programme=programme).exists():
        indicators.take_from_library(programme=programme, codes=wanted, by=BY)
    if not Measurement.objects.filter(indicator_version__indicator__programme=programme).exists():
        compute(programme=programme, by=by)


# --- the choice of towns


def choose_towns(programme: Programme, by: User) -> None:
    """The committee weighs five towns up and decides for three, one of them against the ranking."""
    data = told("selection")
    selection = Selection.objects.filter(programme=programme).order_by("id").first()
    if selection is None:
        candidates = Candidate.objects.filter(programme=programme).select_related("cluster").order_by("id")
        selection = selections.open_selection(
            programme=programme,
            kind=Selection.Kind.EMERGING,
            title=data["title"],
            title_es=data["title_es"],
            candidates=list(candidates),
            by=by,
            at=said_at("2023-03-20"),
        )
    if selection.is_decided:
        return
    entries = {
        e.candidate.cluster.code: e
        for e in selection.entries.select_related("candidate__cluster", "selection")
    }
    for code, scores in data["candidates"].items():
        if entries[code].scored_at is None:
            _score(entries[code], scores, by)
    for name, points in data["points"].items():
        selections.give_points(
            selection=selection, points=points, by=User.objects.get(username=name), at=said_at("2023-04-03")
        )
    _decide(selection, entries, data, by)


def _score(entry: Any, scores: Mapping[str, list[Any]], by: User) -> None:
    given = {
        parameter: {"value": None if value == "-" else value, "evidence": evidence}
        for parameter, (value, evidence) in scores.items()
    }
    selections.score_candidate(
        entry=entry, scores=given, version=entry.version, by=by, at=said_at("2023-04-03")
    )


def _decide(selection: Selection, entries: dict[str, Any], data: Mapping[str, Any], by: User) -> None:
    selection.refresh_from_db()
    weighed = selections.set_up_selection(
        selection=selection,
        values={"weighting": "budget"},
        version=selection.version,
        by=by,
        at=said_at("2023-04-14"),
    )
    for entry in entries.values():
        entry.refresh_from_db()
    selections.decide_selection(
        selection=weighed,
        chosen=[entries[code] for code in data["chosen"]],
        reason=data["reason"],
        against_reason=data["against"],
        version=weighed.version,
        by=by,
        at=said_at("2023-04-14"),
    )


# --- challenges and studies


def note_challenges(programme: Programme, by: User) -> None:
    """The nine challenges that were published: known at the start, or met on the way."""
    data = told("challenges")
    there = set(Challenge.objects.filter(programme=programme).values_list("label", flat=True))
    for row in data["challenges"]:
        if row["label"] in there:
            continue
        values = {k: v for k, v in row.items() if k not in ("cluster", "state")} | cited(data)
        made = challenges.note_challenge(
            programme=programme,
            cluster=_cluster(row.get("cluster")),
            values=values,
            by=by,
            at=said_at("2023-11-06"),
        )
        if row["state"] != made.state:
            challenges.move_challenge(
                challenge=made, state=row["state"], on=date(2023, 11, 6), version=made.version, by=by,
                at=said_at("2023-11-06"),
            )  # fmt: skip


def _cluster(code: str | None) -> Cluster | None:
    return Cluster.objects.select_related("scope", "place").get(code=code) if code else None


def write_studies(programme: Programme, by: User) -> None:
    """One study for each town; that of Yaguarón is agreed, with what was missing said."""
    data = told("studies")
    wave = Wave.objects.select_related("instrument").get(
        instrument__programme=programme, instrument__library_code=CENSUS, code=data["wave"]
    )
    for one in data["studies"]:
        cluster = _cluster(one["cluster"])
        study = DiagnosticStudy.objects.filter(programme=programme, cluster=cluster).first()
        if study is None:
            names = ("title", "title_es", "purpose", "purpose_es", "done")
            values = (
                {name: one[name] for name in names}
                | {"wave": wave, "instrument": wave.instrument}
                | cited(data)
            )
            study = studies.begin_study(
                programme=programme, cluster=cluster, values=values, by=by, at=said_at("2023-09-04")
            )
        _note_issues(study, one["issues"], data, by)
        _agree(study, one, by)


def _note_issues(
    study: DiagnosticStudy, rows: list[dict[str, Any]], data: Mapping[str, Any], by: User
) -> None:
    there = set(study.issues.values_list("label", flat=True))
    for row in rows:
        if row["label"] not in there and not study.is_agreed:
            issues.note_issue(study=study, values=row | cited(data), by=by, at=said_at("2023-09-18"))


def _agree(study: DiagnosticStudy, one: Mapping[str, Any], by: User) -> None:
    """Freeze a study, or keep its figures as they stand while it is being made."""
    if study.is_agreed or (study.findings and "agreed_on" not in one):
        return
    found = findings(study=study, access=None, at=said_at("2023-10-06"))
    study.refresh_from_db()
    if "agreed_on" not in one:
        studies.keep_findings(study=study, found=found, by=by)
        return
    studies.agree_study(
        study=study,
        found=found,
        missing=missing_in(sections(material(study=study, found=found))),
        agreed_on=one["agreed_on"],
        reason=one["gaps"],
        version=study.version,
        by=by,
        at=said_at(one["agreed_on"].isoformat()),
    )


# --- a business network


def found_networks(programme: Programme, by: User) -> None:
    """Workshops that begin to buy together, and how far they are on the way to a lasting form."""
    data = told("networks")
    for one in data["networks"]:
        if BusinessNetwork.objects.filter(programme=programme, name=one["name"]).exists():
            continue
        names = ("name", "name_es", "kind", "objective", "objective_es", "since_on")
        network = groups.found_network(
            programme=programme,
            cluster=_cluster(one["cluster"]),
            values={name: one[name] for name in names} | cited(data),
            by=by,
            at=said_at("2023-11-08"),
        )
        codes = codes_of(programme, asked(programme, CENSUS))
        for member in one["members"]:
            groups.join_network(
                network=network,
                pseudonym=codes[member],
                since_on=one["since_on"],
                by=by,
                at=said_at("2023-11-08"),
            )
        for step in one["steps"]:
            values = {k: v for k, v in step.items() if k != "step"} | cited(data)
            groups.evidence_step(
                network=network, step=step["step"], values=values, by=by, at=said_at("2023-11-08")
            )

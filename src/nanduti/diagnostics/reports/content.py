"""What a study says, in the language of the moment: chapters, what cannot be said, sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from nanduti.foundation.languages import in_tongue, tongue
from nanduti.interface import words
from nanduti.programme.models.programmes import in_language

from .. import wording
from ..findings import LEAST, Findings
from ..models import DiagnosticStudy
from ..queries.sections import Material, Section, sections
from . import abroad, operations, profile, region
from .blocks import Block, Chapter, Document, Words


def document(given: Material, *, comparison: Iterable[Any] = (), relations: Iterable[Block] = ()) -> Document:
    """The study as a document. The findings must be safe already when it is to be kept as a file."""
    study = given.study
    chapters = [_chapter(section, given) for section in sections(given)]
    lines = list(comparison)
    if lines:
        blocks = tuple(region.comparison_blocks(lines, given))
        chapters.append(Chapter("comparison", str(wording.SECTIONS["comparison"]), blocks))
    told = tuple(relations)
    if told:
        chapters.append(Chapter("network", str(wording.SECTIONS["network"]), told))
    return Document(
        language=tongue(),
        title=str(study),
        subtitle=_subtitle(study),
        facts=tuple(_facts(study, given.found)),
        chapters=tuple(chapters),
        unsaid=tuple(dict.fromkeys(_unsaid(given))),
        sources=tuple(dict.fromkeys(_sources(given))),
        labels=_labels(),
        dated=study.agreed_on.isoformat() if study.agreed_on else "",
    )


def _labels() -> dict[str, str]:
    return {
        "contents": _("Contents"),
        "unsaid": _("What cannot be said"),
        "unsaid_none": _("Nothing was asked that could not be answered."),
        "sources": _("Sources"),
        "sources_none": _("No source was written down."),
        "missing": _("Still missing:"),
        "page": _("page"),
        "of": _("of"),
        "by_rule": _("Rule:"),
        "no_names": _("No firm is named here; groups of fewer than %(least)s firms are kept back.")
        % {"least": LEAST},
        "made_up": _("Made-up data: nothing here is a finding about real firms."),
    }


def _subtitle(study: DiagnosticStudy) -> str:
    kind = (
        _("Diagnostic study of an advanced cluster")
        if study.kind == DiagnosticStudy.Kind.ADVANCED
        else _("Diagnostic study of the cluster")
    )
    return f"{kind} · {study.cluster}"


def _facts(study: DiagnosticStudy, found: Findings | None) -> Iterable[tuple[str, str]]:
    yield _("Programme"), str(study.programme)
    yield _("Cluster"), str(study.cluster)
    if study.cluster.trade_said:
        yield _("Trade"), study.cluster.trade_said
    if study.cluster.place:
        yield _("Place"), str(study.cluster.place)
    if study.done:
        yield _("Made"), words.written(study.done)
    if study.instrument:
        yield _("Questionnaire"), str(study.wave or study.instrument)
    state = (
        _("agreed on %(day)s") % {"day": words.day(study.agreed_on)}
        if study.agreed_on
        else _("draft, not agreed yet")
    )
    yield _("State"), state
    if found is not None:
        yield _("Figures computed"), words.day(datetime.fromisoformat(found.computed_at))


MAKERS: dict[str, Callable[[Material], Iterable[Block]]] = {
    "profile": profile.profile_blocks,
    "coverage": profile.coverage_blocks,
    "sectors": region.sector_blocks,
    "productivity": abroad.productivity_blocks,
    "aobo": operations.aobo_blocks,
    "routing": operations.routing_blocks,
    "partners": abroad.partner_blocks,
    "challenges": operations.challenge_blocks,
}


def _chapter(section: Section, given: Material) -> Chapter:
    blocks = [Words(section.state), *MAKERS[section.code](given)]
    if section.code == "profile" and (purpose := in_language(given.study, "purpose")):
        blocks.insert(0, Words(purpose))
    return Chapter(section.code, str(section.title), tuple(blocks), section.missing)


def _unsaid(given: Material) -> Iterable[str]:
    """Everything that was asked and could not be answered, each with why."""
    if given.found is not None:
        yield from profile.unsaid(given.found)
    yield from region.unsaid(given.tables)
    yield from abroad.unsaid(given.rates)


def _sources(given: Material) -> Iterable[str]:
    study = given.study
    rows = [study, *given.issues, *given.prospects, *given.rates, *given.tables, *given.challenges]
    yield from sorted({cite for row in rows if (cite := row.cite())})
    if given.found is not None:
        facts = {f.source for f in given.found.figures if f.basis == "fact" and f.source}
        yield from sorted(facts)
        for en, es in given.found.sources:
            yield in_tongue(en, es)

"""What stands in each section of a study, and what is still missing in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nanduti.interface import words
from nanduti.programme import queries as programme_queries
from nanduti.register.models import Cluster

from .. import wording
from ..findings import WITHHELD, Findings
from ..models import Challenge, DiagnosticStudy, Issue, OutputRate, Prospect, SectorTable
from . import challenges as challenge_queries
from . import issues as issue_queries
from . import partners as partner_queries
from . import sectors as sector_queries


@dataclass(frozen=True)
class Section:
    """A section of a study. ``is_needed``: without it the study has a gap; ``missing``: what is not there, in words."""

    code: str
    state: str
    missing: tuple[str, ...] = ()
    is_needed: bool = True

    @property
    def title(self) -> Any:
        return wording.SECTIONS[self.code]

    @property
    def is_complete(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class Material:
    """Everything that a study's page and its report are made of, read once."""

    study: DiagnosticStudy
    found: Findings | None
    issues: list[Issue] = field(default_factory=list)
    prospects: list[Prospect] = field(default_factory=list)
    rates: list[OutputRate] = field(default_factory=list)
    tables: list[SectorTable] = field(default_factory=list)
    challenges: list[Challenge] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)


def material(*, study: DiagnosticStudy, found: Findings | None) -> Material:
    """Read it; a bounded number of statements."""
    return Material(
        study=study,
        found=found,
        issues=list(issue_queries.issues(study=study)),
        prospects=list(partner_queries.prospects(study=study)),
        rates=list(partner_queries.rates(study=study)),
        tables=list(sector_queries.sector_tables(programme=study.programme, cluster=study.cluster)),
        challenges=list(challenge_queries.challenges(programme=study.programme, cluster=study.cluster)),
        clusters=_clusters(study),
    )


def _clusters(study: DiagnosticStudy) -> list[Cluster]:
    """Those of the programme, with their places; the study's own is among them."""
    codes = {c.pk for c in programme_queries.clusters(programme=study.programme)} | {study.cluster_id}
    return list(Cluster.objects.filter(pk__in=codes).select_related("place").order_by("code"))


def sections(given: Material) -> list[Section]:
    """The sections that a study of its kind has, in order."""
    if given.study.kind == DiagnosticStudy.Kind.ADVANCED:
        return [_profile(given), _partners(given), _sectors(given)]
    return [
        _profile(given),
        _coverage(given),
        _sectors(given),
        _productivity(given),
        _aobo(given),
        _routing(given),
        _challenges(given),
    ]


def missing_in(found: Sequence[Section]) -> list[str]:
    """The titles of the sections that a study needs and that have gaps."""
    return [str(section.title) for section in found if section.is_needed and section.missing]


def _profile(given: Material) -> Section:
    if given.found is None:
        return Section("profile", _("Not computed yet."), (_("the figures have not been computed"),))
    known = [f for f in given.found.figures if f.value is not None or f.said]
    unknown = [f for f in given.found.figures if f.value is None and not f.said]
    state = _("%(known)s of %(all)s figures are known.") % {
        "known": words.number(len(known)),
        "all": words.number(len(known) + len(unknown)),
    }
    has_size = any(f.code in {"units", "employment"} for f in known)
    return Section("profile", state, () if has_size else (_("how large the cluster is"),))


def _coverage(given: Material) -> Section:
    coverage = given.found.coverage if given.found else None
    if coverage is None or coverage.reason or not coverage.cells:
        why = wording.reason(coverage.reason) if coverage and coverage.reason else _("nothing was asked yet")
        is_withheld = coverage is not None and coverage.reason == WITHHELD
        missing = () if is_withheld else (_("firms heard by product and size"),)
        return Section("coverage", why[:1].upper() + why[1:] + ".", missing)
    n = coverage.n_short
    if not n:
        return Section("coverage", _("Every product and size was heard."))
    state = ngettext(
        "%(n)s more firm is wanted so that every product and size is heard.",
        "%(n)s more firms are wanted so that every product and size is heard.",
        n,
    ) % {"n": words.number(n)}
    return Section("coverage", state, (_("some products or sizes were not heard"),))


def _sectors(given: Material) -> Section:
    n = len(given.tables)
    state = ngettext("%(n)s published table.", "%(n)s published tables.", n) % {"n": words.number(n)}
    return Section("sectors", state, () if n else (_("published tables of the region"),), is_needed=False)


def _productivity(given: Material) -> Section:
    found = partner_queries.gaps(given.rates)
    measured = [g for g in found if g.gap is not None]
    state = ngettext("%(n)s comparison with a benchmark.", "%(n)s comparisons with a benchmark.", len(measured)) % {
        "n": words.number(len(measured))
    }  # fmt: skip
    missing = () if measured else (_("an own rate of output beside one to measure it by"),)
    return Section("productivity", state, missing, is_needed=False)


def _aobo(given: Material) -> Section:
    n = len(given.issues)
    products = {row.product_group for row in given.issues}
    state = _("%(issues)s in %(products)s.") % {
        "issues": ngettext("%(n)s issue", "%(n)s issues", n) % {"n": words.number(n)},
        "products": ngettext("%(n)s product group", "%(n)s product groups", len(products))
        % {"n": words.number(len(products))},
    }
    if not n:
        return Section("aobo", _("No issue is written down yet."), (_("the issues of each product"),))
    bare = sum(not any(row.counts.values()) and not row.parties.all() for row in given.issues)
    missing = ngettext("entry points of %(n)s issue", "entry points of %(n)s issues", bare) % {
        "n": words.number(bare)
    }
    return Section("aobo", state, (missing,) if bare else ())


def _routing(given: Material) -> Section:
    columns = issue_queries.board(given.issues)
    abroad, nobody = len(columns["advanced_cluster"]), len(columns["nobody"])
    verdict = issue_queries.twinning_verdict(given.issues)
    state = ngettext(
        "%(n)s issue needs an advanced cluster.", "%(n)s issues need an advanced cluster.", abroad
    ) % {"n": words.number(abroad)}
    missing = []
    if nobody:
        missing.append(
            ngettext("who could solve %(n)s issue", "who could solve %(n)s issues", nobody)
            % {"n": words.number(nobody)}
        )
    if verdict.decision == "no":
        missing.append(_("an issue that only an advanced cluster can solve"))
    return Section("routing", state, tuple(missing))


def _partners(given: Material) -> Section:
    things = partner_queries.six_things(given.prospects)
    found = [t for t in things if t.is_found]
    state = _("%(n)s of the six things are found out.") % {"n": words.number(len(found))}
    return Section("partners", state, tuple(str(wording.SIX[t.code]) for t in things if not t.is_found))


def _challenges(given: Material) -> Section:
    n = len(given.challenges)
    silent = sum(challenge_queries.asks_something(row).decision == "flag" for row in given.challenges)
    state = ngettext("%(n)s challenge.", "%(n)s challenges.", n) % {"n": words.number(n)}
    missing = ngettext(
        "a learning question from %(n)s challenge", "a learning question from %(n)s challenges", silent
    ) % {"n": words.number(silent)}
    return Section("challenges", state, (missing,) if silent else (), is_needed=False)

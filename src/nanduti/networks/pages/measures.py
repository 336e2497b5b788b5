"""What the map says in words and figures, each with its textbook name; the actors behind; who is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from nanduti.foundation.errors import NotAllowed
from nanduti.interface import saying, words
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.networks import Statement
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link

from ..queries import left_out as queries
from ..queries.attributes import Attributes, attributes_of
from ..queries.left_out import singles_nobody_out
from ..queries.measures import Measured, actor_table, measured, network_of, warnings_of
from ..queries.ties import Ties
from .common import Chosen, chosen, kinds_meant, names_of, ties_of
from .map import address, attribute_columns, choices_of, plain_table

# Fewer actors than this could be recognised in figures of the whole; then only those who may read answers see them.
LEAST_FOR_ALL = 10


@dataclass(frozen=True)
class Measure:
    """How pages speak of a measure: a question anybody would ask, the textbook's name, and who stands behind it."""

    question: Any
    textbook: Any
    is_share: bool = True
    behind: tuple[tuple[str, str], ...] = ()


MEASURES: dict[str, Measure] = {
    "density": Measure(gettext_lazy("How much of all possible cooperation exists?"), gettext_lazy("density")),
    "unknown": Measure(
        gettext_lazy("How much is not known?"),
        gettext_lazy("share of unknown pairs"),
        behind=(("answered", "no"),),
    ),
    "partners": Measure(
        gettext_lazy("How many partners has an actor?"),
        gettext_lazy("mean degree, direction apart"),
        is_share=False,
    ),
    "isolated": Measure(
        gettext_lazy("Who stands alone?"), gettext_lazy("isolates"), behind=(("is_isolated", "yes"),)
    ),
    "pieces": Measure(gettext_lazy("Does everybody hang together?"), gettext_lazy("fragmentation")),
    "reciprocity": Measure(gettext_lazy("Is it returned?"), gettext_lazy("arc reciprocity")),
    "closure": Measure(
        gettext_lazy("Are partners of partners partners?"), gettext_lazy("transitivity, or closure")
    ),
    "centralisation": Measure(
        gettext_lazy("Does all run through a few?"), gettext_lazy("degree centralisation (Freeman)")
    ),
    "core": Measure(
        gettext_lazy("Is there a core, and who stands at the edge?"),
        gettext_lazy("core and periphery: fit of Borgatti and Everett's model"),
        is_share=False,
        behind=(("is_core", "yes"),),
    ),
    "cut_points": Measure(
        gettext_lazy("Whose leaving would cut others off?"),
        gettext_lazy("cut points"),
        is_share=False,
        behind=(("is_cut", "yes"),),
    ),
    "strength": Measure(
        gettext_lazy("How strong are the ties?"), gettext_lazy("mean strength"), is_share=False
    ),
    "weighted_density": Measure(
        gettext_lazy("How strong is it over all, counting strength?"), gettext_lazy("weighted density")
    ),
}


@programme_page(step=3, item="networks")
def measures(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The map in sentences, each with its figure, its textbook name and the actors behind it."""
    choice = chosen(request, frame)
    ties, found = _measured(frame, choice)
    hidden = not choice.sees_all and found.network.n < LEAST_FOR_ALL
    said = [s for s in found.statements if choice.sees_all or singles_nobody_out(s)]
    rows = [] if hidden else [_row(statement, frame, choice) for statement in said]
    groups = _groups(found, frame, choice)
    return render(
        request,
        "networks/measures.html",
        {
            "title": _("What the relation map says"),
            "state": _state(found, choice, hidden),
            "frame_of": frame,
            "back": link(address(frame, "networks:map", **choice.args()), _("Relation map")),
            "kinds": ", ".join(ties.kinds[code].said for code in kinds_meant(choice, ties)),
            "rows": rows,
            "has_ranges": any(row["between"] for row in rows),
            "why_not": found.why_not if not hidden else None,
            "warnings": [saying.fill(w.sentence, w.details) for w in found.warnings],
            "brokers": _brokers(request, found, frame, choice) if choice.sees_all else None,
            "groups": groups if choice.sees_all else [],
            "modularity": found.modularity,
            "sees": "sensitive" if choice.sees_all else "open",
            "left_out": address(frame, "networks:left_out", **choice.args()) if choice.sees_all else "",
        },
    )


def _measured(frame: Frame, choice: Chosen) -> tuple[Ties, Measured]:
    """For those who may not read answers: sentences on the whole of what was told, if there are enough who told."""
    ties = ties_of(frame, choice)
    if not choice.sees_all:
        whole = ties_of(frame, choice, as_operator=True)
        if whole.n >= LEAST_FOR_ALL:
            ties = whole
    return ties, measured(ties, kinds=kinds_meant(choice, ties))


def _state(found: Measured, choice: Chosen, hidden: bool) -> str:
    if hidden:
        return _(
            "So few actors could be recognised in these figures: they are shown to those who may read answers."
        )
    if found.why_not is not None:
        return saying.say(found.why_not).sentence
    density = next((s for s in found.statements if s.topic == "density"), None)
    said = saying.fill(density.sentence.sentence, density.sentence.details) if density else ""
    return f"{said.rstrip('.')} ({choice.title})."


def _row(statement: Statement, frame: Frame, choice: Chosen) -> dict[str, Any]:
    about = MEASURES.get(statement.topic)
    behind = about.behind if about else ()
    interval = statement.interval
    is_share = about.is_share if about else False
    return {
        "question": about.question if about else statement.topic,
        "said": saying.fill(statement.sentence.sentence, _readable(statement.sentence.details)),
        "textbook": about.textbook if about else statement.definition,
        "value": _figure(statement.measure, is_share),
        "between": _("between %(lowest)s and %(highest)s (%(level)s)")
        % {
            "lowest": _figure(interval.lowest, is_share),
            "highest": _figure(interval.highest, is_share),
            "level": words.share(interval.level, 0),
        }
        if interval
        else "",
        "url": address(frame, "networks:actors", **dict(behind), **choice.args()) if choice.sees_all else "",
    }


def _readable(details: Mapping[str, Any]) -> dict[str, Any]:
    """Large numbers with their separators."""
    return {k: words.number(v) if isinstance(v, int) and v >= 10_000 else v for k, v in details.items()}


def _figure(value: float | None, is_share: bool) -> str:
    if value is None:
        return "–"
    return words.share(value) if is_share else words.number(round(value, 2))


def _brokers(request: HttpRequest, found: Measured, frame: Frame, choice: Chosen) -> DataTable | None:
    """Who stands between others: the ten through whom most shortest paths run."""
    table = found.actors
    if not table.height or "betweenness" not in table.columns:
        return None
    busiest = (
        table.filter(pl.col("betweenness") > 0)
        .sort(["betweenness", "actor"], descending=[True, False])
        .head(10)
    )
    if not busiest.height:
        return None
    columns = [
        Col(
            "actor",
            gettext_lazy("Actor"),
            "code",
            phone=True,
            url=lambda r: frame.url("networks:actor", r["actor"]),
        ),
        Col("partners", gettext_lazy("Partners"), "number", phone=True),
        Col(
            "betweenness",
            gettext_lazy("Shortest ways of others that run through it"),
            "number",
            phone=True,
            value=lambda r: round(r["betweenness"], 1),
        ),
        Col(
            "constraint",
            gettext_lazy("How far its partners are tied to each other (constraint)"),
            "number",
            value=lambda r: None if r["constraint"] is None else round(r["constraint"], 2),
        ),
    ]
    return DataTable(
        busiest.to_dicts(), request, name="brokers", columns=columns, caption=_("Between others")
    )


def _groups(found: Measured, frame: Frame, choice: Chosen) -> list[dict[str, Any]]:
    """The sub-groups, largest first, each opening to its actors."""
    if "group" not in found.actors.columns or found.why_not is not None:
        return []
    counted = (
        found.actors.filter(pl.col("group") > 0)
        .group_by("group")
        .len()
        .sort(["len", "group"], descending=[True, False])
    )
    return [
        {
            "n": n,
            "label": _("Sub-group %(n)s") % {"n": group},
            "url": address(frame, "networks:actors", group=group, **choice.args()),
        }
        for group, n in counted.head(20).iter_rows()
    ]


# --- the actors behind


ROLES = {True: gettext_lazy("yes"), False: pgettext_lazy("answer", "no")}


@programme_page(step=3, item="networks", may="read_sensitive")
def actors(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Every actor with its measures; what a figure counts is filtered here."""
    choice = chosen(request, frame)
    if not choice.sees_all:
        raise NotAllowed(capability="read_sensitive")
    ties = ties_of(frame, choice)
    kinds = kinds_meant(choice, ties)
    measured_ = actor_table(network_of(ties, kinds=kinds), with_core=True) if ties.n else pl.DataFrame()
    known = attributes_of(ties, programme=frame.programme, cluster=frame.cluster, access=frame.access)
    table = _actors_table(request, frame, choice, measured_, known, ties.is_asked_known)
    if table.wants_export:
        return table.export()
    return render(
        request,
        "networks/table.html",
        {
            "title": _("Actors of the relation map"),
            "state": ngettext("%(n)s actor (%(round)s).", "%(n)s actors (%(round)s).", table.n)
            % {"n": words.number(table.n), "round": choice.title},
            "back": link(address(frame, "networks:map", **choice.args()), _("Relation map")),
            "table": table,
            "frame_of": frame,
            "intro": _("A measure that cannot be said is left empty; it is never nought."),
            "empty_title": _("Nobody"),
            "empty_why": _("No actor is tied or was asked in this round."),
        },
    )


def _actors_table(
    request: HttpRequest,
    frame: Frame,
    choice: Chosen,
    measured_: pl.DataFrame,
    known: Attributes,
    is_asked_known: bool,
) -> DataTable:
    rows = known.frame.join(measured_, on="actor", how="left").to_dicts() if measured_.height else []
    rows.sort(key=lambda r: (-(r["partners"] or 0), r["actor"]))
    groups = sorted({r["group"] for r in rows if r.get("group")})
    names = names_of(frame, [r["actor"] for r in rows], with_kept=choice.with_names)
    columns = _actor_columns(frame, names, groups, known, is_asked_known)
    return DataTable(rows, request, name="actors", columns=columns, caption=_("Actors"), search=("actor",))


def _actor_columns(
    frame: Frame, names: dict[str, str], groups: list[int], known: Attributes, is_asked_known: bool
) -> list[Col]:
    return [
        Col(
            "actor",
            gettext_lazy("Actor"),
            "code",
            sortable=True,
            phone=True,
            plain=lambda r: r["actor"],
            value=lambda r: names.get(r["actor"], r["actor"]),
            url=lambda r: frame.url("networks:actor", r["actor"]),
        ),
        Col("partners", gettext_lazy("Partners"), "number", sortable=True, filter="range", phone=True),
        Col("ties_out", gettext_lazy("Ties to others"), "number", sortable=True),
        Col("ties_in", gettext_lazy("Ties from others"), "number", sortable=True),
        Col(
            "betweenness",
            gettext_lazy("Between others (betweenness)"),
            "number",
            sortable=True,
            value=lambda r: None if r["betweenness"] is None else round(r["betweenness"], 1),
        ),
        Col(
            "constraint",
            gettext_lazy("Constraint"),
            "number",
            sortable=True,
            shown=False,
            value=lambda r: None if r["constraint"] is None else round(r["constraint"], 3),
        ),
        Col(
            "group",
            gettext_lazy("Sub-group"),
            "choice",
            sortable=True,
            filter="choice",
            choices={str(g): str(g) for g in groups},
            value=lambda r: str(r["group"]) if r["group"] else "",
        ),
        Col("is_isolated", gettext_lazy("Stands alone"), "bool", filter="bool"),
        Col("is_core", gettext_lazy("In the core"), "bool", filter="bool"),
        Col("is_cut", gettext_lazy("Cuts others off if it leaves"), "bool", filter="bool", shown=False),
        *(
            [Col("answered", pgettext_lazy("respondent", "Answered"), "bool", filter="bool")]
            if is_asked_known
            else []
        ),
        *attribute_columns(known),
    ]


# --- who is left out


@programme_page(step=3, item="networks", may="read_sensitive")
def left_out(request: HttpRequest, frame: Frame) -> HttpResponse:
    """For the groups of one attribute after the other: how many stand alone, how many partners, with whom."""
    choice = chosen(request, frame)
    if not choice.sees_all:
        raise NotAllowed(capability="read_sensitive")
    ties = ties_of(frame, choice)
    kinds = kinds_meant(choice, ties)
    known = attributes_of(ties, programme=frame.programme, cluster=frame.cluster, access=frame.access)
    network = network_of(ties, kinds=kinds, attributes=known.frame)
    names = [g.code for g in known.inclusions] + [
        n for n in known.titles if n not in {g.code for g in known.inclusions}
    ]
    sections = []
    for place, name in enumerate(names):
        if 2 <= len(choices_of(known, name)) <= 12:
            sections.append(_left_out_section(request, network, known, name, place, frame, choice))
    for section in sections:
        if section["table"].wants_export:
            return section["table"].export()
    about = [kind for code, kind in ties.kinds.items() if code in kinds]
    warnings = warnings_of(ties, network, about) if ties.n else ()
    return render(
        request,
        "networks/left_out.html",
        {
            "title": _("Who is left out"),
            "state": _left_out_state(network, plain_table(network) if network.n else None),
            "back": link(
                address(frame, "networks:measures", **choice.args()), _("What the relation map says")
            ),
            "sections": sections,
            "warnings": [saying.fill(w.sentence, w.details) for w in warnings],
            "sources": sorted({f"{g.said}: {g.source}" for g in known.inclusions}),
            "frame_of": frame,
        },
    )


def _left_out_state(network: Any, table: pl.DataFrame | None) -> str:
    if table is None:
        return _("No tie is known yet.")
    heard = table.filter(pl.col("answered"))
    alone = heard.filter(pl.col("partners") == 0).height
    return ngettext(
        "%(alone)s of %(n)s actor who answered stands alone.",
        "%(alone)s of %(n)s actors who answered stand alone.",
        heard.height,
    ) % {"alone": words.number(alone), "n": words.number(heard.height)}


def _left_out_section(
    request: HttpRequest, network: Any, known: Attributes, name: str, place: int, frame: Frame, choice: Chosen
) -> dict[str, Any]:
    found = queries.left_out(network, name)
    labels = choices_of(known, name)
    columns = _left_out_columns(frame, choice, name, labels)
    return {
        "title": known.titles[name],
        "table": DataTable(
            list(found.rows),
            request,
            name=f"left-out-{place}",
            columns=columns,
            caption=known.titles[name],
            prefix=f"g{place}.",
        ),
        "said": _mixing(found),
        "why_not": found.why_not,
        "n_unknown": found.n_unknown,
    }


def _left_out_columns(frame: Frame, choice: Chosen, name: str, labels: dict[str, str]) -> list[Col]:
    return [
        Col(
            "group",
            gettext_lazy("Group"),
            phone=True,
            value=lambda r: labels.get(r.group, r.group),
            url=lambda r: address(frame, "networks:actors", **{name: r.group}, **choice.args()),
        ),
        Col("n", gettext_lazy("Actors"), "number", phone=True),
        Col("n_alone", gettext_lazy("Stand alone, of those who answered"), "number", phone=True),
        Col(
            "alone_share",
            gettext_lazy("Share"),
            "share",
            phone=True,
            value=lambda r: None if r.too_few else r.alone_share,
        ),
        Col(
            "mean_partners",
            gettext_lazy("Partners on average"),
            "number",
            value=lambda r: None if r.too_few or r.mean_partners is None else round(r.mean_partners, 1),
        ),
        Col(
            "ei_index",
            gettext_lazy("E-I index (−1 to 1)"),
            "number",
            value=lambda r: None if r.too_few or r.ei_index is None else round(r.ei_index, 2),
        ),
        Col(
            "remark",
            gettext_lazy("Remark"),
            value=lambda r: _("too few to speak of a group") if r.too_few else "",
        ),
    ]


def _mixing(found: queries.LeftOut) -> str:
    """Whether like keeps to like, in a sentence."""
    if found.ei_index is None or found.ei_expected is None:
        return ""
    details = {
        "across": words.share((1 + found.ei_index) / 2),
        "chance": words.share((1 + found.ei_expected) / 2),
        "ei": words.number(round(found.ei_index, 2)),
    }
    said = (
        _(
            "%(across)s of the ties lead from one group to another; if ties fell at random it would be %(chance)s "
            "(E-I index %(ei)s)."
        )
        % details
    )
    if found.p is not None:
        said += " " + (
            _("Shuffling the groups seldom gives as much difference (p = %(p)s).")
            if found.p <= 0.05
            else _("Shuffling the groups often gives as much difference (p = %(p)s): it may be chance.")
        ) % {"p": words.number(round(found.p, 3))}
    return said

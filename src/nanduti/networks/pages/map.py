"""The relation map: its picture, who is in it, what changed, and the same as files."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from nanduti.foundation.models import Job
from nanduti.foundation.work import present
from nanduti.interface import words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col, DataTable
from nanduti.methods import networks as methods
from nanduti.methods.networks import Network
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link

from .. import drawing, picture
from ..actions import maps as actions
from ..queries.attributes import Attributes, attributes_of, with_sub_groups
from ..queries.changes import Changed, changed
from ..queries.latest import ALL
from ..queries.measures import alone, network_of
from ..queries.ties import Ties
from .changes import FATES, change_facts, change_table
from .common import EDIT, MOST_NAMED, Chosen, chosen, found_by, kinds_meant, names_of, ties_of


@programme_page(step=3, item="networks")
def relations(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Who works with, trusts, lends to whom: the picture and the same as a table."""
    choice = chosen(request, frame)
    ties = ties_of(frame, choice)
    kinds = kinds_meant(choice, ties)
    known = attributes_of(ties, programme=frame.programme, cluster=frame.cluster, access=frame.access)
    network = network_of(ties, kinds=kinds, attributes=known.frame) if ties.n else None
    if network is not None:
        known = with_sub_groups(known, network)
    names = names_of(frame, ties.actors["actor"].to_list(), with_kept=choice.with_names and choice.sees_all)
    compared = _compared(frame, choice, ties, kinds)
    table = _actor_table(request, frame, network, known, names, ties.is_asked_known)
    pairs = change_table(request, compared, names) if compared else None
    for one in (table, pairs):
        if one is not None and one.wants_export:
            return one.export()
    found = found_by(frame, choice.find, ties.actors["actor"].to_list())
    return render(
        request,
        "networks/map.html",
        {
            "title": _("Relation map"),
            "state": _state(ties, network, choice),
            "frame_of": frame,
            "choice": choice,
            "form": _form(frame, choice, ties, kinds, known),
            "figures": _figures(frame, choice, ties, network, kinds),
            "picture": _picture(frame, choice, ties, network, kinds, known, names, compared, found),
            "large": _large(request, frame, choice, network, kinds),
            "compared": compared,
            "change_facts": change_facts(compared) if compared else [],
            "pairs": pairs,
            "table": table,
            "find_failed": bool(choice.find) and not found,
            "links": _links(frame, choice, ties),
            "action": _action(frame, ties),
            "sees": "sensitive" if choice.sees_all else "open",
        },
    )


def _large(
    request: HttpRequest, frame: Frame, choice: Chosen, network: Network | None, kinds: tuple[str, ...]
) -> dict[str, Any] | None:
    """What to say of a map too large to be drawn while somebody waits: the work that goes on, or how to begin it."""
    if network is None or network.n <= drawing.DRAWN_AT_ONCE:
        return None
    running = Job.objects.filter(kind="networks.draw", by=request.user, scope=frame.programme.scope)  # type: ignore[misc]
    going_on = running.filter(state__in=(Job.State.QUEUED, Job.State.RUNNING)).order_by("-id").first()
    return {
        "is_drawn": drawing.drawn_before(network) is not None,
        "is_hopeless": network.n > drawing.DRAWN_AT_MOST,
        "job": present(going_on) if going_on else None,
        "url": address(frame, "networks:draw", **{**choice.args(), "kind": list(kinds)}),
        "may": choice.sees_all,
    }


@programme_page(step=3, item="networks", may="read_sensitive")
def draw(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Begin to draw and measure a large map in the background."""
    choice = chosen(request, frame)
    if request.method == "POST" and choice.sees_all:
        actions.order_drawing(
            programme=frame.programme,
            cluster=frame.cluster,
            wave=choice.round_code,
            kinds=list(choice.kinds),
            by=request.user,  # type: ignore[arg-type]
        )
    return redirect(address(frame, "networks:map", **choice.args()))


def _compared(frame: Frame, choice: Chosen, ties: Ties, kinds: tuple[str, ...]) -> Changed | None:
    if choice.before is None:
        return None
    former = ties_of(frame, choice, wave=choice.before)
    asked = tuple(code for code in kinds if not choice.known[code].is_record)
    return changed(former, ties, asked) if asked else None


def _state(ties: Ties, network: Network | None, choice: Chosen) -> str:
    if network is None or not network.n:
        return _("No tie is known yet.")
    n_alone = int((_partners(network) == 0).sum())
    said = ngettext(
        "%(tied)s of %(n)s actor has at least one tie (%(round)s)",
        "%(tied)s of %(n)s actors have at least one tie (%(round)s)",
        network.n,
    ) % {"tied": words.number(network.n - n_alone), "n": words.number(network.n), "round": choice.title}
    if ties.missing and not network.answered.all():
        n_silent = int((~network.answered).sum())
        said += "; " + ngettext(
            "%(n)s gave no answer of its own", "%(n)s gave no answer of their own", n_silent
        ) % {"n": words.number(n_silent)}
    return said + "."


def _partners(network: Network) -> Any:
    import numpy as np

    return np.diff(network.either.indptr)


def _figures(
    frame: Frame, choice: Chosen, ties: Ties, network: Network | None, kinds: tuple[str, ...]
) -> list[Figure]:
    if network is None:
        return []
    sure, perhaps = (int(who.sum()) for who in alone(network))
    args = choice.args()

    def to_actors(**query: str) -> str:
        may = frame.may("read_sensitive")
        return address(frame, "networks:actors", **query, **args) if may else ""

    figures = [
        Figure(network.n, _("actors"), to_actors()),
        Figure(
            network.n_ties,
            _("ties") if len(kinds) < 2 else _("tied pairs"),
            address(frame, "networks:ties", **args),
        ),
        Figure(
            sure,
            _("stand alone"),
            to_actors(is_isolated="yes"),
            note=_("and %(n)s of whom too little is known") % {"n": words.number(perhaps)} if perhaps else "",
            tone="warn" if sure else "",
        ),
    ]
    n_silent = sum(why != "not_asked" for why in ties.missing.values())
    if n_silent:
        figures.append(
            Figure(
                n_silent,
                _("did not answer"),
                to_actors(answered="no"),
                tone="warn",
            )
        )
    if ties.n_not_in_register:
        figures.append(
            Figure(
                ties.n_not_in_register,
                _("named by others, not in the register"),
                frame.url("networks:named"),
                tone="calm",
            )
        )
    return figures


def address(frame: Frame, name: str, *args: Any, **query: Any) -> str:
    """The address of a page about the same ties; a value may be a list."""
    from urllib.parse import urlencode

    plain = {k: v for k, v in query.items() if not isinstance(v, list)}
    several = [(k, v) for k, values in query.items() if isinstance(values, list) for v in values]
    url = frame.url(name, *args, **plain)
    if not several:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(several)}"


def _links(frame: Frame, choice: Chosen, ties: Ties) -> list[dict[str, Any]]:
    args = choice.args()
    sees = frame.may("read_sensitive")
    found = []
    if ties.n:
        found += [
            link(address(frame, "networks:measures", **args), _("What the map says, in words and figures")),
            *([link(address(frame, "networks:left_out", **args), _("Who is left out"))] if sees else []),
            link(address(frame, "networks:ties", **args), _("Every tie")),
            link(address(frame, "networks:graphml", **args), _("Take it along as GraphML")),
        ]
    found += [
        link(frame.url("networks:groups"), _("Business networks")),
        link(frame.url("networks:waves"), _("Rounds of asking")),
        link(frame.url("networks:kinds"), _("Kinds of tie")),
    ]
    return found


def _action(frame: Frame, ties: Ties) -> dict[str, Any] | None:
    if not frame.may(EDIT):
        return None
    if ties.n_not_in_register and frame.sees_money():
        return link(frame.url("networks:named"), _("Say who was named"))
    return link(frame.url("networks:declare"), _("Write down a tie"))


# --- the form above the picture


def _form(
    frame: Frame, choice: Chosen, ties: Ties, kinds: tuple[str, ...], known: Attributes
) -> dict[str, Any]:
    rounds = [
        (wave.code, str(wave), choice.wave is not None and wave.pk == choice.wave.pk) for wave in choice.waves
    ]
    before = [
        (wave.code, str(wave), choice.before is not None and wave.pk == choice.before.pk)
        for wave in choice.waves
    ]
    colour = colour_of(choice, known)
    return {
        "url": frame.url("networks:map", keep=False),
        "kept": [("cluster", frame.cluster.code)] if frame.cluster else [],
        "rounds": rounds,
        "has_latest": len(choice.waves) > 1,
        "is_latest": choice.is_latest,
        "is_all": choice.round_code in (ALL, ""),
        "is_records": choice.only_records,
        "before": before if len(choice.waves) > 1 else [],
        "kinds": [(code, kind.said, code in kinds) for code, kind in ties.kinds.items()],
        "now": _now(choice, ties, kinds, known.titles.get(colour)),
        "colours": [(name, title, name == colour) for name, title in known.titles.items()],
        "shapes": [(name, title, name == choice.shape) for name, title in known.titles.items()],
        "find": choice.find,
        "may_name": choice.sees_all and 0 < ties.n <= MOST_NAMED,
        "with_names": choice.with_names,
        "actors": ties.actors["actor"].to_list()[:MOST_NAMED],
    }


def _now(choice: Chosen, ties: Ties, kinds: tuple[str, ...], colour: Any) -> str:
    """What is drawn now, in a few words."""
    said = [", ".join(str(ties.kinds[code].said) for code in kinds)]
    if colour:
        said.append(_("coloured by: %(what)s") % {"what": colour})
    if choice.before:
        said.append(_("compared with: %(round)s") % {"round": choice.before})
    return " · ".join(filter(None, said))


def colour_of(choice: Chosen, known: Attributes) -> str:
    """The attribute to colour by: as asked, else the first that tells the actors apart."""
    if choice.colour in known.titles or choice.colour == "none":
        return choice.colour
    several = [name for name in known.titles if known.frame[name].drop_nulls().n_unique() > 1]
    return several[0] if several else ""


# --- the picture


def _picture(
    frame: Frame,
    choice: Chosen,
    ties: Ties,
    network: Network | None,
    kinds: tuple[str, ...],
    known: Attributes,
    names: dict[str, str],
    compared: Changed | None,
    found: list[str],
) -> picture.RelationMap | None:
    if network is None or not network.n:
        return None
    is_large = network.n > drawing.DRAWN_AT_ONCE
    ready = drawing.drawn_before(network) if is_large else None
    if is_large and (ready is None or compared is not None):
        return None
    shown, lines = _both_rounds(compared) if compared else (network, lines_of(ties, network, kinds))
    values = dict(zip(known.frame["actor"].to_list(), known.values(colour_of(choice, known)), strict=True))
    shapes = dict(zip(known.frame["actor"].to_list(), known.values(choice.shape), strict=True))
    colour = colour_of(choice, known)
    marks, legend = picture.marks_of([values.get(a) for a in shown.actors], known.labels(colour))  # type: ignore[arg-type]
    if choice.shape in known.titles and choice.shape != colour:
        other, forms = picture.marks_of([shapes.get(a) for a in shown.actors], known.labels(choice.shape))  # type: ignore[arg-type]
        marks = picture.with_shapes(marks, other)
        legend = [
            *(picture.Mark(m.label, m.colour, "circle", m.n) for m in legend),
            *(picture.Mark(m.label, picture.OTHER, m.shape, m.n) for m in forms),
        ]
    before = [compared.before] if compared else [] if is_large else _earlier(frame, choice, kinds)
    return picture.RelationMap(
        shown,
        ready or drawing.drawn(shown, before=before),
        lines,
        marks,
        legend=legend if len(legend) > 1 else [],
        title=_("Relations of %(where)s, %(round)s") % {"where": frame.where, "round": choice.title},
        told=_told(shown, lines, legend, known.titles.get(colour, "")),
        names=names,
        url=lambda actor: frame.url("networks:actor", actor),
        found=frozenset(found),
        notes=_notes(shown, values, known.labels(colour), ties),
    )


def _notes(network: Network, values: dict[Any, Any], labels: Any, ties: Ties) -> dict[str, str]:
    """What a mark says when it is pointed at, besides the name."""
    partners = _partners(network)
    said = {}
    for row, actor in enumerate(network.actors):
        parts = [str(labels.get(values.get(actor), values.get(actor) or ""))]
        parts.append(
            ngettext("%(n)s partner", "%(n)s partners", int(partners[row]))
            % {"n": words.number(int(partners[row]))}
        )
        if not network.answered[row]:
            parts.append(_("gave no answer"))
        said[str(actor)] = ", ".join(filter(None, parts))
    return said


def _earlier(frame: Frame, choice: Chosen, kinds: tuple[str, ...]) -> list[Network]:
    """The networks of the rounds before, so that the drawing stays where it was."""
    if choice.wave is None:
        return []
    former = choice.waves[: [w.pk for w in choice.waves].index(choice.wave.pk)]
    former = [w for w in former if w.cluster_id == choice.wave.cluster_id][-1:]
    return [network_of(ties_of(frame, choice, wave=wave), kinds=kinds) for wave in former]


def lines_of(ties: Ties, network: Network, kinds: tuple[str, ...]) -> list[picture.Line]:
    """The ties by kind; of a pair that is tied in two ways the rarer kind is drawn last."""
    rows = {actor: row for row, actor in enumerate(network.actors)}
    lines = []
    for place, code in enumerate(kinds):
        some = ties.frame.filter((pl.col("kind") == code) & (pl.col("status") == "tie"))
        kind = ties.kinds[code]
        pairs: dict[tuple[int, int], float] = {}
        for source, target, strength in some.select("source", "target", "strength").iter_rows():
            pair = (rows[source], rows[target])
            pair = pair if kind.is_directed else (min(pair), max(pair))
            pairs[pair] = max(pairs.get(pair, 0.0), strength or 1.0)
        strengths = list(pairs.values()) if kind.scale else []
        lines.append(
            picture.Line(
                kind.said, list(pairs), picture.DASHES[place % 6], strengths=strengths, code=f"kind-{place}"
            )
        )
    return lines


def _both_rounds(compared: Changed) -> tuple[Network, list[picture.Line]]:
    """One network of everybody in either round, and its ties by what became of them."""
    actors = sorted({*compared.before.actors, *compared.after.actors}, key=str)
    frame = pl.DataFrame(
        {"source": [str(a) for a, _b in compared.pairs], "target": [str(b) for _a, b in compared.pairs]},
        schema={"source": pl.String, "target": pl.String},
    )
    silent = [a for a, heard in zip(compared.after.actors, compared.after.answered, strict=True) if not heard]
    network = methods.build(
        frame, [str(a) for a in actors], directed=compared.after.directed, missing=map(str, silent)
    )
    rows = {actor: row for row, actor in enumerate(network.actors)}
    lines = []
    for fate, (dash, colour) in picture.FATES.items():
        pairs = [(rows[str(a)], rows[str(b)]) for (a, b), found in compared.pairs.items() if found == fate]
        lines.append(picture.Line(FATES[fate], pairs, dash, colour, code=fate))
    return network, lines


def _told(network: Network, lines: list[picture.Line], legend: list[picture.Mark], by: Any) -> str:
    """The picture in a sentence."""
    n_ties = sum(len(one.pairs) for one in lines)
    said = ngettext("%(n)s actor", "%(n)s actors", network.n) % {"n": words.number(network.n)}
    said += ", " + ngettext("%(n)s tie", "%(n)s ties", n_ties) % {"n": words.number(n_ties)}
    drawn = [f"{one.label} {words.number(len(one.pairs))}" for one in lines if one.pairs]
    if len(drawn) > 1:
        said += " (" + ", ".join(drawn) + ")"
    if by and len(legend) > 1:
        said += ". " + str(by) + ": " + ", ".join(f"{mark.label} {words.number(mark.n)}" for mark in legend)
    return said + ". " + _("The table below says the same.")


# --- the same as tables


def _actor_table(
    request: HttpRequest,
    frame: Frame,
    network: Network | None,
    known: Attributes,
    names: dict[str, str],
    is_asked_known: bool,
) -> DataTable:
    columns = [
        Col(
            "actor",
            gettext_lazy("Actor"),
            sortable=True,
            phone=True,
            plain=lambda r: r["actor"],
            value=lambda r: names.get(r["actor"], r["actor"]),
            url=lambda r: frame.url("networks:actor", r["actor"]),
        ),
        Col("partners", gettext_lazy("Partners"), "number", sortable=True, filter="range", phone=True),
        Col("ties_out", gettext_lazy("Ties to others"), "number", sortable=True),
        Col("ties_in", gettext_lazy("Ties from others"), "number", sortable=True),
        *attribute_columns(known),
    ]
    if is_asked_known:
        columns.append(Col("answered", pgettext_lazy("respondent", "Answered"), "bool", filter="bool"))
    rows: list[dict[str, Any]] = []
    if network is not None and network.n:
        rows = known.frame.join(plain_table(network), on="actor", how="left").to_dicts()
        rows.sort(key=lambda r: (-(r["partners"] or 0), r["actor"]))
    return DataTable(rows, request, name="actors", columns=columns, caption=_("Actors"), search=("actor",))


def attribute_columns(known: Attributes) -> list[Col]:
    """A column for each attribute that tells the actors apart."""
    return [_attribute_column(known, name, title) for name, title in known.titles.items()]


def _attribute_column(known: Attributes, name: str, title: Any) -> Col:
    choices = choices_of(known, name)
    is_few = len(choices) <= 40
    return Col(
        name,
        title,
        "choice",
        choices=choices,
        filter="choice" if is_few else "",
        sortable=True,
        shown=name in ("place", "size_class", "trade"),
    )


def choices_of(known: Attributes, name: str) -> dict[str, Any]:
    """The values of an attribute that occur, with words for them."""
    words_ = known.labels(name)
    values = known.frame[name].drop_nulls().cast(pl.String).unique().sort().to_list()
    return {value: words_.get(value, value) for value in values}


def plain_table(network: Network) -> pl.DataFrame:
    """Partners and ties of each actor; what takes longer stands on the page of measures."""
    found = methods.degree(network)
    partners = _partners(network)
    return network.table(
        partners=partners,
        ties_out=found["out_degree"] if network.directed else partners,
        ties_in=found["in_degree"] if network.directed else partners,
        answered=network.answered,
    )

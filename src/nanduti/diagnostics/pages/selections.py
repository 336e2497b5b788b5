"""Pages of a selection: who is weighed up, who leads and how surely, what one candidate's score is made of."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from nanduti.interface import words
from nanduti.interface.parts import Figure
from nanduti.interface.pictures import bars, ranks
from nanduti.interface.saying import fill, say
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link, show

from ..models import Selection
from ..queries import selections as queries
from ..queries.selections import Table
from ..ranking import Placed, Ranking
from .saying import driver_words, history_of, title_of

#: From which share of the versions on a lead is called clear, and from which it is one at all.
CLEAR, LIKELY = 0.9, 0.6


@programme_page(step=1)
def selections(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The weighings-up of a programme."""
    rows = list(queries.selections(programme=frame.programme))
    columns = [
        Col("title", gettext_lazy("Selection"), value=str, phone=True,
            url=lambda r: frame.url("diagnostics:selection", r.pk)),
        Col("kind", gettext_lazy("What is chosen"), "choice", choices=Selection.Kind.choices, filter="choice"),
        Col("n_entries", gettext_lazy("Candidates"), "number", sortable=True),
        Col("n_chosen", gettext_lazy("Chosen"), "number", phone=True,
            value=lambda r: r.n_chosen if r.is_decided else None),
        Col("decided_at", pgettext_lazy("day", "Decided"), "day", sortable=True, phone=True),
    ]  # fmt: skip
    n_open = sum(not row.is_decided for row in rows)
    state = ngettext(
        "%(n)s selection is waiting for its decision.", "%(n)s selections are waiting for their decision.", n_open
    ) % {"n": words.number(n_open)}  # fmt: skip
    may = frame.may_programme("edit_diagnostics")
    return show(
        request,
        frame,
        title=_("Weighing up candidates"),
        state=state if rows else _("No candidates have been weighed up yet."),
        action=link(frame.url("diagnostics:new_selection"), _("Weigh up candidates")) if may else None,
        sections=[
            {
                "table": DataTable(rows, request, columns=columns, name="selections"),
                "empty_title": _("No candidates have been weighed up yet"),
                "empty_why": _(
                    "A ranking with its evidence and its doubt lets everybody see why these clusters were chosen."
                ),
                "links": [
                    link(frame.url("programme:selection"), _("Candidates and coverage")),
                    link(frame.url("diagnostics:relation"), _("Compare two clusters")),
                    *(
                        [link(frame.url("diagnostics:principal"), _("Whose interest comes first"))]
                        if frame.may_programme("edit_programme")
                        else []
                    ),
                ],
            }
        ],
    )


# --- one selection


def state_of(table: Table) -> str:
    """One sentence: who leads, and how sure that is."""
    selection, ranking = table.selection, table.ranking
    if selection.is_decided:
        chosen = ", ".join(str(e) for e in table.entries if e.outcome == "chosen")
        return _("Decided on %(day)s: %(chosen)s.") % {
            "day": words.day(selection.decided_at), "chosen": chosen,
        }  # fmt: skip
    if ranking.trouble is not None:
        return str(say(ranking.trouble))
    names = [str(table.entry(p.key)) for p in ranking.leaders]
    if len(ranking.ranked) == 1:
        return _("Only %(one)s can be ranked, so there is nothing to compare it with.") % {"one": names[0]}
    if len(names) > 1:
        return _("%(names)s share the lead.") % {"names": _(" and ").join(names)}
    lead = ranking.leaders[0].lead_share or 0.0
    details = {"one": names[0], "share": words.share(lead, 0), "n": words.number(ranking.n)}
    most = max(ranking.ranked, key=lambda p: p.lead_share or 0.0)
    if (most.lead_share or 0.0) > lead:
        details |= {"other": str(table.entry(most.key)), "theirs": words.share(most.lead_share, 0)}
        return _("%(one)s stands first by the weights in force, but %(other)s leads in %(theirs)s of %(n)s ways to "
                 "weigh.") % details  # fmt: skip
    if lead >= CLEAR:
        return _("%(one)s leads clearly: in %(share)s of %(n)s ways to weigh.") % details
    if lead >= LIKELY:
        return _("%(one)s leads, though not beyond doubt: in %(share)s of %(n)s ways to weigh.") % details
    return _("%(one)s stands first, but the lead is not safe: in %(share)s of %(n)s ways to weigh.") % details


def figures_of(frame: Frame, table: Table) -> list[Figure]:
    """Numbers that matter, each leading to where it is made."""
    selection, ranking = table.selection, table.ranking
    n_out = sum(not gate.passes for gate in table.gates.values())
    members = max((w.n_members for w in table.weightings.values()), default=0)
    return [
        Figure(len(ranking.ranked), _("candidates ranked"), "#ranking"),
        Figure(n_out, _("kept out by the gate"), "#aside", tone="warn" if n_out else ""),
        Figure(
            table.n_unknown, _("scores not known"), "#ranking", tone="warn" if table.n_unknown else "good"
        ),
        Figure(members, _("members have weighed"), frame.url("diagnostics:weights", selection.pk)),
    ]


@programme_page(step=1)
def selection(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """The ranking with its doubt: who leads, how sure, what would change it."""
    table = queries.table_of(selection=queries.selection_by_pk(programme=frame.programme, pk=pk))
    ranking = table.ranking
    sections = [
        {"id": "ranking", "title": _("In order"), "table": _ranking_table(request, frame, table)},
        *_doubt_sections(request, frame, table),
        *_aside_section(frame, table),
        {"title": _("How the committee weighs"), "table": _weightings_table(request, table),
         "intro": _weight_words(table)},
        {"title": _("What can be done"), "links": _links(frame, table)},
    ]  # fmt: skip
    return show(
        request,
        frame,
        template="diagnostics/selection.html",
        title=str(table.selection),
        back=link(frame.url("diagnostics:selections"), _("All selections")),
        state=state_of(table),
        action=_action(frame, table),
        figures=figures_of(frame, table),
        picture=_picture(frame, table, ranking),
        decision=_decision(table),
        sections=sections,
        history=history_of(table.selection),
        source=table.weighing.source,
    )


def _picture(frame: Frame, table: Table, ranking: Ranking) -> Any:
    rows = [
        ranks.Row(str(table.entry(p.key)), p.rank_shares, frame.url("diagnostics:entry", table.selection.pk, p.key))
        for p in ranking.ranked
    ]  # fmt: skip
    if len(rows) < 2:
        return ""
    caption = _(
        "How often each candidate stands at each rank when the weights move by half, and scale and way of "
        "adding up are chosen otherwise (%(n)s versions)"
    ) % {"n": words.number(ranking.n)}
    return ranks.ranks(rows, caption)


def _ranking_table(request: HttpRequest, frame: Frame, table: Table) -> DataTable:
    url = lambda p: frame.url("diagnostics:entry", table.selection.pk, p.key)  # noqa: E731
    rows = list(table.ranking.ranked)
    columns = [
        Col("rank", gettext_lazy("Rank"), "number", phone=True),
        Col("name", gettext_lazy("Candidate"), value=lambda p: str(table.entry(p.key)), url=url, phone=True),
        Col("score", gettext_lazy("Score"), "picture", value=lambda p: _score_bar(p.score),
            plain=lambda p: None if p.score is None else round(100 * p.score, 1),
            help=gettext_lazy("0 to 100")),
        Col("lead_share", gettext_lazy("Stands first"), "share", phone=True),
        Col("between", gettext_lazy("Nine times in ten between"), value=_between),
        Col("n_missing", gettext_lazy("Scores not known"), "number"),
    ]  # fmt: skip
    return DataTable(rows, request, columns=columns, name="ranking", prefix="r.")


def _score_bar(score: float | None) -> Any:
    return "" if score is None else bars.bar(round(100 * score), whole=100)


def _between(p: Placed) -> str:
    if p.low is None or p.high is None:
        return ""
    low, high = round(p.low), round(p.high)
    if low == high:
        return _("rank %(rank)s") % {"rank": low}
    return _("rank %(low)s and %(high)s") % {"low": low, "high": high}


def _doubt_sections(request: HttpRequest, frame: Frame, table: Table) -> list[dict[str, Any]]:
    ranking = table.ranking
    if len(ranking.ranked) < 2:
        return []
    said = [*_tip_words(table), *_unknown_words(table), *_idle_words(table)]
    if not ranking.drivers:
        said.insert(0, _("The order is nearly the same in every version, whatever is chosen otherwise."))
    drivers = [
        {"what": driver_words(code), "share": min(1.0, share)} for code, share in ranking.drivers.items()
    ]
    found = [{"id": "doubt", "title": _("What would change it"), "html": _listed(said)}]
    if drivers:
        columns = [
            Col("what", gettext_lazy("What could have been chosen otherwise"), phone=True),
            Col("share", gettext_lazy("Part of the movement of ranks it has a hand in"), "share", phone=True),
        ]
        found.append(
            {
                "title": _("What moves the ranks"),
                "table": DataTable(drivers, request, columns=columns, name="drivers", prefix="d."),
            }
        )
    return found


def _listed(sentences: list[str]) -> Any:
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((s,) for s in sentences)))


def _tip_words(table: Table) -> list[str]:
    ranking = table.ranking
    if len(ranking.leaders) != 1:
        return [_("Any further score may part those who share the lead.")]
    if not ranking.tips:
        return [_("No single weight changes who leads, from none of it to four times as much.")]
    found = []
    for tip in ranking.tips[:3]:
        details = {
            "what": title_of(table, tip.parameter),
            "to": str(table.entry(tip.to)),
            "share": words.share(tip.factor, 0),
            "times": words.number(round(tip.factor, 1)),
        }
        if tip.factor < 1:
            found.append(
                _("%(to)s would lead if “%(what)s” counted only %(share)s of what it does.") % details
            )
        else:
            found.append(_("%(to)s would lead if “%(what)s” counted %(times)s times what it does.") % details)
    return found


def _unknown_words(table: Table) -> list[str]:
    asked = [p for p in table.ranking.ranked if p.n_missing]
    return [
        ngettext(
            "%(one)s has %(n)s score that is not known; it was left out of its mean, not counted as zero.",
            "%(one)s has %(n)s scores that are not known; they were left out of its mean, not counted as zero.",
            p.n_missing,
        )
        % {"one": table.entry(p.key), "n": words.number(p.n_missing)}
        for p in asked[:5]
    ]  # fmt: skip


def _idle_words(table: Table) -> list[str]:
    return [
        _("“%(what)s”: %(why)s") % {"what": title_of(table, code), "why": fill(why, {})}
        for code, why in table.ranking.idle.items()
    ]


def _aside_section(frame: Frame, table: Table) -> list[dict[str, Any]]:
    rows = [p for p in table.ranking.placed if p.rank is None]
    if not rows:
        return []
    parts = [
        (
            frame.url("diagnostics:entry", table.selection.pk, p.key),
            str(table.entry(p.key)),
            fill(p.reason, p.reason_details),
        )
        for p in rows
    ]
    html = format_html("<ul>{}</ul>", format_html_join("", '<li><a href="{}">{}</a>: {}</li>', parts))
    return [{"id": "aside", "title": _("Not ranked"), "html": html}]


def _weight_words(table: Table) -> str:
    chosen = table.weightings.get(table.selection.weighting)
    if chosen is None:
        return _("The weights asked for are not there yet, so those of the recipe are used.")
    if not chosen.n_members:
        return _(
            "The ranking uses the weights of the recipe. Members have their own say under “Give your points”."
        )
    return ngettext(
        "The ranking uses the mean of what %(n)s member gave.", "The ranking uses the mean of what %(n)s members gave.",
        chosen.n_members,
    ) % {"n": words.number(chosen.n_members)}  # fmt: skip


WEIGHTING_WORDS = {
    "equal": gettext_lazy("Recipe"),
    "budget": gettext_lazy("100 points"),
    "pairs": gettext_lazy("Pairs"),
}


def _weightings_table(request: HttpRequest, table: Table) -> DataTable:
    """Several weightings beside each other: the weight of each parameter, then who leads by it."""
    rows = [
        {"what": p.title, **{m: w.shares[p.code] for m, w in table.weightings.items()},
         **{f"{m}_spread": w.spread.get(p.code) for m, w in table.weightings.items()}}
        for p in table.weighing.parameters
    ]  # fmt: skip
    columns = [Col("what", gettext_lazy("Parameter"), phone=True)]
    for method, weights in table.weightings.items():
        columns.append(Col(method, WEIGHTING_WORDS[method], "share", phone=True))
        if weights.n_members > 1:
            label = _("%(method)s: members differ by") % {"method": WEIGHTING_WORDS[method]}
            columns.append(Col(f"{method}_spread", label, "share"))
    leads = {
        m: ", ".join(str(table.entry(p.key)) for p in table.ranked_by(m, n=1).leaders)
        for m in table.weightings
    }
    if len(leads) > 1:
        rows.append({"what": _("Leads by these weights")})
        for col in list(columns):
            if col.key in leads:
                columns[columns.index(col)] = Col(
                    col.key, col.label, phone=True,
                    value=lambda r, k=col.key: leads[k] if r["what"] == _("Leads by these weights")
                    else words.share(r.get(k)),
                )  # fmt: skip
    return DataTable(rows, request, columns=columns, name="weights", prefix="w.")


def _action(frame: Frame, table: Table) -> dict[str, Any] | None:
    selection = table.selection
    if selection.is_decided:
        return None
    if frame.may_programme("decide"):
        return link(frame.url("diagnostics:points", selection.pk), _("Give your points"))
    if frame.may_programme("edit_diagnostics"):
        waiting = next((e for e in table.entries if _is_unscored(table, str(e.pk))), None)
        if waiting is not None:
            return link(
                frame.url("diagnostics:score_entry", selection.pk, waiting.pk), _("Score the next candidate")
            )
        return link(frame.url("diagnostics:decide", selection.pk), _("Record the decision"))
    return None


def _is_unscored(table: Table, key: str) -> bool:
    return any(p.code not in table.scores[key] for p in table.weighing.parameters)


def _links(frame: Frame, table: Table) -> list[dict[str, Any]]:
    pk = table.selection.pk
    found = [link(frame.url("diagnostics:weights", pk), _("Who weighed how"))]
    if frame.may_programme("decide") and not table.selection.is_decided:
        found.append(link(frame.url("diagnostics:pairs", pk), _("Compare pairs")))
    if frame.may_programme("edit_diagnostics") and not table.selection.is_decided:
        found.append(link(frame.url("diagnostics:set_up_selection", pk), _("Change how it weighs")))
        if not table.notes:
            found.append(link(frame.url("diagnostics:parameters", pk), _("Change the parameters")))
    if may_decide(frame):
        if table.selection.is_decided:
            found.append(link(frame.url("diagnostics:reopen", pk), pgettext("selection", "Open it again")))
        else:
            found.append(link(frame.url("diagnostics:decide", pk), _("Record the decision")))
    return found


def may_decide(frame: Frame) -> bool:
    """Committee members decide, and coordinators write down what was decided."""
    return frame.may_programme("decide") or frame.may_programme("edit_programme")


def _decision(table: Table) -> dict[str, Any] | None:
    selection = table.selection
    if not selection.is_decided:
        return None
    facts = [
        (_("Chosen"), ", ".join(str(e) for e in table.entries if e.outcome == "chosen")),
        (_("Why"), selection.outcome_reason),
    ]
    if selection.against_reason:
        facts.append((_("Why against the ranking"), selection.against_reason))
    if selection.resolution:
        facts.append((_("Decision of the committee"), str(selection.resolution)))
    return {"facts": facts, "fingerprint": selection.run.input_digest[:16] if selection.run_id else ""}

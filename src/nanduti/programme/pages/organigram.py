"""Who reports to whom: the posts of the programme as a picture, as a table, and what each may do in the platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from nanduti.foundation import roles
from nanduti.interface import saying, words
from nanduti.interface.parts import Figure
from nanduti.interface.pictures import tree
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.values import Verdict

from .. import organigram as chart_of
from .. import posts
from ..frames import Frame, programme_page
from ..organigram import Chart, Station
from . import link, show
from .agents import EDIT, person_shown

STANDS = {
    "yes": pgettext_lazy("line of a post", "clear"),
    "flag": pgettext_lazy("line of a post", "look"),
    "no": pgettext_lazy("line of a post", "cannot be"),
    "vacant": pgettext_lazy("post", "vacant"),
}
BASES = {
    "stated": pgettext_lazy("line of a post", "written down"),
    "usual": pgettext_lazy("line of a post", "usual"),
}
TONES = {"yes": "good", "no": "warn", "vacant": "warn"}


@programme_page(step=2)
def organigram(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The chart on the cut-off day, with what it still lacks."""
    chart = chart_of.organigram(programme=frame.programme, on=frame.as_of, cluster=frame.cluster)
    picture = _picture(frame, chart)
    if request.GET.get("picture") == "svg":
        return _as_file(picture)
    may_edit = frame.may_programme(EDIT)
    known = chart_of.accounts(chart, access=frame.access, programme=frame.programme, today=frame.today)
    return show(
        request,
        frame,
        title=_("Who reports to whom"),
        state=_state(chart),
        figures=_figures(chart),
        picture=picture if chart.stations or chart.committees else "",
        back=link(frame.url("programme:agents"), _("Agents and coordinator")),
        action=link(frame.url("programme:new_appointment"), _("Appoint somebody")) if may_edit else None,
        sections=[
            {
                "verdict": chart.verdict if chart.stations else None,
                "verdict_about": "open",
                "intro": _about_lines(chart),
            },
            {
                "title": _("The posts"),
                "table": DataTable(
                    chart.stations, request, columns=_columns(frame, chart, known), name="posts"
                ),
                "empty_title": _("Nobody has been appointed yet"),
                "empty_why": _("Who reports to whom follows from the posts that people hold."),
                "empty_url": frame.url("programme:new_appointment") if may_edit else "",
                "empty_label": _("Appoint somebody"),
            },
            {
                "title": _("What each post may do in the platform"),
                "intro": _about_rights(known),
                "table": DataTable(_rights(), request, columns=_right_columns(), name="rights", prefix="r."),
            },
        ],
    )


def _state(chart: Chart) -> str:
    held, vacant = len(chart.held), len(chart.vacant)
    said = ngettext("%(n)s post is held", "%(n)s posts are held", held) % {"n": words.number(held)}
    if vacant:
        said += "; " + ngettext("%(n)s is vacant", "%(n)s are vacant", vacant) % {"n": words.number(vacant)}
    return said + "."


def _figures(chart: Chart) -> list[Figure]:
    stated = sum(station.is_stated for station in chart.held)
    usual = sum(station.basis == "usual" for station in chart.held)
    return [
        Figure(len(chart.held), _("posts held")),
        Figure(len(chart.vacant), _("posts vacant"), tone="warn" if chart.vacant else "good"),
        Figure(stated, _("lines written down")),
        Figure(usual, _("lines that are only usual")),
    ]


def _about_lines(chart: Chart) -> str:
    if all(station.is_stated or not station.superior for station in chart.stations):
        return ""
    return _(
        "The source names the posts, but its picture of the lines is lost. A dashed line is what is usual, as Nanduti "
        "proposes, until the programme writes down its own: open a post and correct it."
    )


def _about_rights(known: dict[str, Any]) -> str:
    said = _(
        "What somebody may do follows from the role of the account, never from the post by itself. The role for each "
        "post is proposed."
    )
    if known:
        said += " " + _(
            "Accounts are counted as of today, within what you manage, where the post is at work."
        )
    return said


# --- the picture


def _picture(frame: Frame, chart: Chart) -> tree.Tree:
    boxes = [*_boxes_of_posts(frame, chart), *_boxes_of_committees(frame, chart)]
    return tree.draw(
        boxes,
        title=_("Who reports to whom on %(day)s") % {"day": words.day(frame.as_of)},
        told=" ".join(filter(None, [str(_("Who reports to whom.")), _state(chart)])),
        legend=_legend(chart),
        save_url=frame.url("programme:organigram", picture="svg"),
        name="organigram",
    )


def _boxes_of_posts(frame: Frame, chart: Chart) -> list[tree.Box]:
    return [
        tree.Box(
            station.key,
            capfirst(str(station.kind)),
            lines=_lines(frame, station),
            above=station.drawn_below,
            is_stated=station.is_stated,
            is_vacant=station.is_vacant,
            is_wrong=station.verdict is not None and station.verdict.decision == "no",
            said=capfirst(chart_of.said_line(station, chart)),
            url=_url(frame, station),
            group=station.kind.code,
        )
        for station in chart.stations
    ]


def _lines(frame: Frame, station: Station) -> list[str]:
    said = [str(station.cluster)] if station.cluster else []
    if station.row is None:
        return [*said, _("vacant")]
    return [*said, *filter(None, [person_shown(frame, station.row)])]


def _url(frame: Frame, station: Station) -> str:
    return frame.url("programme:appointment", station.row.code) if station.row else ""


def _boxes_of_committees(frame: Frame, chart: Chart) -> list[tree.Box]:
    """The steering committee stands beside headquarters, else beside the first post of all."""
    tops = [s.key for s in chart.stations if not s.drawn_below]
    first = next((s.key for s in chart.stations if s.kind.code == "headquarters"), "") or next(iter(tops), "")
    return [
        tree.Box(
            f"committee-{committee.pk}",
            str(committee),
            beside=first,
            said=_("guides the programme; nobody reports to it by a usual line"),
            url=frame.url("programme:committee"),
        )
        for committee in chart.committees
    ]


def _legend(chart: Chart) -> list[tuple[str, Any]]:
    found = []
    if any(station.is_stated for station in chart.stations):
        found.append(("stated", _("written down")))
    if any(station.drawn_below and not station.is_stated for station in chart.stations):
        found.append(("usual", _("only usual, nobody has written it down")))
    if chart.committees:
        found.append(("aside", _("stands beside and guides")))
    if chart.vacant:
        found.append(("vacant", _("vacant")))
    if any(station.verdict is not None and station.verdict.decision == "no" for station in chart.stations):
        found.append(("wrong", _("cannot be: in a circle")))
    return found


def _as_file(picture: tree.Tree) -> HttpResponse:
    answer = HttpResponse(picture.svg(alone=True), content_type="image/svg+xml; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="organigram.svg"'
    return answer


# --- the tables


def _columns(frame: Frame, chart: Chart, known: dict[str, chart_of.Accounts]) -> list[Col]:
    columns = [
        Col("post", pgettext_lazy("in a programme", "Post"), value=lambda s: capfirst(str(s.kind)), phone=True,
            url=lambda s: _url(frame, s) or None),
        Col("cluster", gettext_lazy("Cluster"), phone=True,
            value=lambda s: str(s.cluster or _("the programme as a whole"))),
        Col("person", gettext_lazy("Person"), value=lambda s: person_shown(frame, s.row) if s.row else ""),
        Col("reports_to", gettext_lazy("Reports to"), phone=True, value=lambda s: _superior(s, chart)),
        Col("basis", gettext_lazy("How we know"), "choice", choices=BASES,
            value=lambda s: s.basis if s.superior else ""),
        Col("standing", gettext_lazy("Standing"), "chip", choices=STANDS, phone=True,
            value=lambda s: "vacant" if s.verdict is None else s.verdict.decision, tone=lambda d: TONES.get(d, "")),
        Col("why", gettext_lazy("Why"), value=lambda s: _said(s.verdict)),
    ]  # fmt: skip
    if known:
        columns += [
            Col("accounts", gettext_lazy("Accounts with its role"), "number",
                value=lambda s: known[s.key].n if s.key in known else None),
            Col("own", gettext_lazy("The account of the person"), value=lambda s: _own(s, known),
                shown=any(a.own is not None for a in known.values())),
        ]  # fmt: skip
    return [
        *columns,
        Col("about", gettext_lazy("What it is for"), value=lambda s: s.kind.about_said, shown=False),
        Col("source", gettext_lazy("Source"), value=lambda s: s.row.cite() if s.row else "", shown=False),
        Col("named", gettext_lazy("Source of the post"), value=lambda s: saying.say_source(s.kind.source), shown=False),
        Col("line", gettext_lazy("Source of the usual line"), shown=False,
            value=lambda s: s.kind.line or (_("proposed by Nanduti") if s.kind.reports_to else "")),
    ]  # fmt: skip


def _superior(station: Station, chart: Chart) -> str:
    superior = chart.superior_of(station)
    return capfirst(str(superior)) if superior else capfirst(chart_of.said_line(station, chart))


def _said(verdict: Verdict | None) -> str:
    if verdict is None:
        return ""
    said = saying.say_verdict(verdict)
    return " ".join([*said.reasons, said.remedy]).strip()


def _own(station: Station, known: dict[str, chart_of.Accounts]) -> str:
    return _said(known[station.key].own) if station.key in known else ""


@dataclass(frozen=True)
class Right:
    """What a role may do, and the posts that need it; without a role, those that need no account."""

    posts: str
    role: roles.Role | None


def _rights() -> list[Right]:
    by_role: dict[roles.Role | None, list[str]] = {}
    for kind in posts.kinds().values():
        by_role.setdefault(kind.role, []).append(capfirst(str(kind)))
    return [Right("; ".join(names), role) for role, names in by_role.items()]


def _right_columns() -> list[Col]:
    return [
        Col("posts", gettext_lazy("For these posts"), phone=True),
        Col("role", gettext_lazy("Role"), phone=True,
            value=lambda r: _(r.role.title) if r.role else _("needs no account")),
        Col("prose", gettext_lazy("In short"), phone=True, value=lambda r: _(r.role.prose) if r.role else ""),
        Col("may", gettext_lazy("May do"), value=lambda r: "; ".join(roles.in_words(r.role.may)) if r.role else ""),
    ]  # fmt: skip

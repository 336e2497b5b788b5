"""Pages of results returned: what is still owed to whom, the meetings, and the sheets to hand out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.foundation.languages import tongue
from nanduti.interface import words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import form_page, link
from nanduti.register.models import Cluster, Establishment
from nanduti.register.names import names_for

from ..actions import returning as actions
from ..forms.returning import MeetingForm, NewMeetingForm
from ..models import Publication, Returning
from ..publishing import contents
from ..publishing.pdf import pdf
from ..queries import opened
from ..queries import publications as published
from ..queries import returning as queries
from ..sheets import Sheet, communities, sheet

BATCH = 50


@programme_page(item="release")
def returns(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Every round of answers, and whether its results went back to those who gave them."""
    rows = queries.datasets(programme=frame.programme)
    n_owed = sum(not d.verdict.allows for d in rows)
    table = DataTable(
        rows, request, name="returns", caption=_("Rounds of answers"),
        columns=[
            Col("title", gettext_lazy("Round"), phone=True, url=lambda d: dataset_url(frame, d)),
            Col("clusters", gettext_lazy("Communities"), "number", value=lambda d: len(d.clusters)),
            Col("sheets", gettext_lazy("Sheets released"), "number", value=lambda d: len(d.sheets)),
            Col("meetings", gettext_lazy("Meetings"), "number", value=lambda d: len(d.meetings)),
            Col("state", gettext_lazy("State"), "chip", choices=STATES, phone=True,
                value=lambda d: d.verdict.decision, tone=lambda s: {"yes": "good", "no": "warn"}.get(s, "")),
        ],
    )  # fmt: skip
    if table.wants_export:
        return table.export()
    state = ngettext(
        "%(n)s round has not been returned yet.", "%(n)s rounds have not been returned yet.", n_owed
    ) % {"n": words.number(n_owed)}
    return render(
        request,
        "release/returning_list.html",
        {
            "title": _("Results returned"),
            "state": state if rows else _("Nobody has answered anything yet."),
            "figures": [Figure(n_owed, _("rounds to return"), "", tone="warn" if n_owed else "good")],
            "table": table,
            "back": link(frame.url("release:home"), _("Release")),
        },
    )


STATES = {
    "yes": gettext_lazy("returned: closed"),
    "no": gettext_lazy("still owed"),
    "flag": gettext_lazy("nobody has answered"),
}


STATE_SENTENCES = {
    "yes": gettext_lazy("The results went back to every community that answered."),
    "no": gettext_lazy("The results have not gone back to every community that answered."),
    "flag": gettext_lazy("Nobody has answered in this round."),
}


def dataset_url(frame: Frame, one: queries.Dataset) -> str:
    """The page of a round."""
    if one.wave is None:
        return frame.url("release:dataset", one.instrument.pk)
    return frame.url("release:dataset_of_wave", one.instrument.pk, one.wave.code)


@programme_page(item="release")
def dataset(request: HttpRequest, frame: Frame, instrument: int, wave: str = "") -> HttpResponse:
    """One round: what is missing until it is closed, its sheets, and its meetings."""
    one = queries.dataset(programme=frame.programme, instrument=instrument, wave=wave)
    sees = frame.may("read_sensitive")
    may = frame.may("edit_diagnostics")
    table = DataTable(
        one.meetings, request, name="meetings", caption=_("Meetings"),
        columns=[
            Col("held", gettext_lazy("Held on"), value=lambda m: words.written(m.held), plain=lambda m: m.held,
                phone=True, url=lambda m: frame.url("release:meeting", m.pk) if may else None),
            Col("cluster", gettext_lazy("Community"), value=lambda m: str(m.cluster), phone=True),
            Col("place", gettext_lazy("Where")),
            Col("n_people", gettext_lazy("People who came"), "number"),
            Col("n_women", gettext_lazy("Women"), "number"),
            *([Col("said", gettext_lazy("What was said"))] if sees else []),
            Col("corrections", gettext_lazy("Corrections that were asked for")),
            Col("corrections_done", gettext_lazy("What was done about them")),
        ],
    )  # fmt: skip
    if table.wants_export:
        return table.export()
    return render(
        request,
        "release/returning_dataset.html",
        {
            "title": _("Returned: %(what)s") % {"what": one.title},
            "state": STATE_SENTENCES[one.verdict.decision],
            "one": one,
            "table": table,
            "sheets": [(p, frame.url("release:sheets", p.pk)) for p in one.sheets],
            "meetings": [
                (c, frame.url("release:new_meeting", one.instrument.pk, c.code, wave=wave or None))
                for c in one.clusters
                if may
            ],
            "ask_url": frame.url("release:new", kind="sheet", source=_key(one))
            if frame.may("request_release")
            else "",
            "back": link(frame.url("release:returns"), _("Results returned")),
        },
    )


def _key(one: queries.Dataset) -> str:
    return f"{one.instrument.code}@{one.wave.code}" if one.wave else one.instrument.code


@programme_page(item="release", may="edit_diagnostics")
def new_meeting(request: HttpRequest, frame: Frame, instrument: int, cluster: str) -> HttpResponse:
    """Write down a meeting with one community."""
    wave = request.GET.get("wave", "")[:80]
    one = queries.dataset(programme=frame.programme, instrument=instrument, wave=wave)
    where = next((c for c in one.clusters if c.code == cluster), None)
    if where is None:
        raise NotFound(kind=_("cluster"), code_given=cluster)
    _may_write(frame, where)
    form = NewMeetingForm(request.POST or None)

    def act(values: dict[str, Any], _version: int = 0) -> Returning:
        values.pop("version", None)
        values["publication"] = one.sheets[0] if one.sheets else None
        return actions.record_returning(
            programme=frame.programme, instrument=one.instrument, wave=one.wave, cluster=where, values=values,
            by=request.user,
        )  # fmt: skip

    return form_page(
        request, frame, form, act, title=_("A meeting in %(where)s") % {"where": where},
        back=dataset_url(frame, one), save_label=_("Write it down"), done=_("The meeting is written down."),
        state=_("Who came as numbers, never by name."),
    )  # fmt: skip


def _may_write(frame: Frame, cluster: Cluster) -> None:
    in_programme = frame.may_programme("edit_diagnostics")
    if not in_programme and not frame.access.may_work("edit_diagnostics", frame.programme.code, cluster.code):
        raise NotAllowed(capability="edit_diagnostics")


@programme_page(item="release", may="edit_diagnostics")
def meeting(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Correct the record of a meeting, or write down what was done."""
    row = queries.meeting_by_pk(programme=frame.programme, pk=pk)
    _may_write(frame, row.cluster)
    back = frame.url("release:dataset", row.instrument_id)
    if row.wave is not None:
        back = frame.url("release:dataset_of_wave", row.instrument_id, row.wave.code)
    return form_page(
        request, frame, MeetingForm.of(row, request.POST or None),
        lambda values, version: actions.edit_returning(
            returning=row, values=values, version=version, by=request.user
        ),
        title=_("The meeting in %(where)s") % {"where": row.cluster}, back=back,
        save_label=_("Save"), done=_("Saved."), state=_("Who came as numbers, never by name."),
    )  # fmt: skip


# --- sheets


def _sheets_of(frame: Frame, pk: int) -> Publication:
    row = published.publication_by_pk(programme=frame.programme, access=frame.access, pk=pk)
    if row.kind != "sheet" or row.is_withdrawn:
        raise NotFound(kind=_("sheets"), code_given=pk)
    return row


@programme_page(item="release")
def sheets(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """The communities there are sheets for."""
    row = _sheets_of(frame, pk)
    sees_firms = frame.may("read_sensitive")
    rows = [
        {
            "label": label,
            "url": frame.url("release:community_sheet", row.pk, code),
            "pdf": frame.url("release:community_sheet", row.pk, code, format="pdf"),
            "firms": frame.url("release:firm_sheets", row.pk, code) if sees_firms else "",
        }
        for code, label in communities(row.contents)
    ]
    return render(
        request,
        "release/sheets_list.html",
        {
            "title": _("Sheets: %(what)s") % {"what": row},
            "state": _("One page for each community, to hand out and to talk about; and one for each firm."),
            "rows": rows,
            "back": link(frame.url("release:publication", row.pk), str(row)),
        },
    )


def _frames(row: Publication) -> dict[str, Any]:
    return {part["name"]: opened.frame_of(row, part["name"]) for part in row.contents["parts"]}


def _known(row: Publication, cluster: str) -> None:
    if cluster not in dict(communities(row.contents)):
        raise NotFound(kind=_("cluster"), code_given=cluster)


@programme_page(item="release")
def community_sheet(request: HttpRequest, frame: Frame, pk: int, cluster: str) -> HttpResponse:
    """One page for a community, made of what was published and nothing else."""
    row = _sheets_of(frame, pk)
    _known(row, cluster)
    made = sheet(title=str(row), contents=row.contents, frames=_frames(row), community=cluster)
    back = link(frame.url("release:sheets", row.pk), _("Sheets"))
    return _show(request, row, [made], f"{row.slug}-{cluster}", back, "open")


def _show(
    request: HttpRequest,
    row: Publication,
    made: list[Sheet],
    name: str,
    back: dict[str, Any],
    level: str,
    **more: Any,
) -> HttpResponse:
    if request.GET.get("format") == "pdf":
        content = pdf(made, title=str(row), foot=contents.cite(row, tongue()), language=tongue())
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
        response["Cache-Control"] = "private, no-store"
        return response
    query = request.GET.copy()
    query["format"] = "pdf"
    return render(
        request,
        "release/sheets_show.html",
        {
            "title": str(row),
            "state": _("To print in black and white and to hand out."),
            "sheets": made,
            "citation": contents.cite(row, tongue()),
            "pdf_url": f"?{query.urlencode()}",
            "back": back,
            "level": level,
            **more,
        },
    )


@programme_page(item="release", may="read_sensitive")
def firm_sheets(request: HttpRequest, frame: Frame, pk: int, cluster: str) -> HttpResponse:
    """The sheets of a community's firms, some at a time, to print and to hand to each its own."""
    row = _sheets_of(frame, pk)
    _known(row, cluster)
    where = next((c for c in frame.clusters if c.code == cluster), None)
    if where is None or not _sees_firms(frame, where):
        raise NotAllowed(capability="read_sensitive")
    own = queries.own_answers(publication=row, cluster=cluster)
    page, n_pages = _page(request, len(own))
    batch = list(own.items())[page * BATCH : (page + 1) * BATCH]
    names = names_for(access=frame.access, pseudonyms=[p for p, _values in batch])
    frames = _frames(row)
    made = [
        sheet(
            title=str(row), contents=row.contents, frames=frames, community=cluster, own=values,
            firm=names.get(pseudonym, pseudonym), pseudonym=pseudonym,
        )
        for pseudonym, values in batch
    ]  # fmt: skip
    actions.print_sheets(publication=row, cluster=cluster, n=len(made), by=request.user)
    back = link(frame.url("release:sheets", row.pk), _("Sheets"))
    pages = [(n + 1, f"?page={n + 1}", n == page) for n in range(n_pages)] if n_pages > 1 else []
    return _show(request, row, made, f"{row.slug}-{cluster}-{page + 1}", back, "sensitive", pages=pages)


def _sees_firms(frame: Frame, cluster: Cluster) -> bool:
    return frame.access.may("read_sensitive", cluster.scope_id) or frame.access.may_work(
        "read_sensitive", frame.programme.code, cluster.code
    )


def _page(request: HttpRequest, n: int) -> tuple[int, int]:
    text = request.GET.get("page", "1")
    n_pages = max(1, -(-n // BATCH))
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(asked, 1), n_pages) - 1, n_pages


@programme_page(item="release", may="read_own")
def own_sheet(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """For a firm's owner: the sheets of the own workshops."""
    row = Publication.objects.filter(programme=frame.programme, pk=pk, kind="sheet").defer("ledger").first()
    own = frame.access.user.organisation_pseudonym if frame.access.user else ""
    if row is None or row.is_withdrawn or not own:
        raise NotFound(kind=_("sheets"), code_given=pk)
    firms = list(
        Establishment.objects.filter(organisation__pseudonym=own, merged_into__isnull=True).select_related(
            "cluster", "organisation"
        )
    )
    made = [_firm_sheet(row, firm) for firm in firms if queries.may_see_firm(frame.access, firm)]
    if not any(made):
        raise NotFound(kind=_("sheets"), code_given=pk)
    return _show(
        request, row, [m for m in made if m], f"{row.slug}-own", link("/", _("Your pages")), "sensitive",
        state=_("What you answered, beside what the others of your community did."),
    )  # fmt: skip


def _firm_sheet(row: Publication, firm: Establishment, name: str = "") -> Sheet | None:
    if firm.cluster is None or firm.cluster.code not in dict(communities(row.contents)):
        return None
    own = queries.own_answers(publication=row, cluster=firm.cluster.code, firms=[firm]).get(firm.pseudonym)
    if own is None:
        return None
    return sheet(
        title=str(row), contents=row.contents, frames=_frames(row), community=firm.cluster.code, own=own,
        firm=name or firm.pseudonym, pseudonym=firm.pseudonym,
    )  # fmt: skip


@programme_page(item="release", may="read_sensitive")
def firm_sheet(request: HttpRequest, frame: Frame, pk: int, pseudonym: str) -> HttpResponse:
    """The sheet of one firm, for an agent with rights there."""
    row = _sheets_of(frame, pk)
    firm = queries.firm_by_pseudonym(access=frame.access, pseudonym=pseudonym)
    names = names_for(access=frame.access, pseudonyms=[firm.pseudonym])
    made = _firm_sheet(row, firm, names.get(firm.pseudonym, ""))
    if made is None:
        raise NotFound(kind=_("sheets"), code_given=pseudonym[:12])
    actions.print_sheets(publication=row, cluster=firm.cluster.code, n=1, by=request.user)  # type: ignore[union-attr]
    back = link(frame.url("release:sheets", row.pk), _("Sheets"))
    return _show(request, row, [made], f"{row.slug}-{firm.pseudonym}", back, "sensitive")

"""Pages of waves: how far the field work is, who was drawn and why, who visits whom, how a visit went."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from nanduti.foundation.errors import NotFound
from nanduti.interface import words
from nanduti.interface.parts import Figure, TextTable
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import form_page, link, show
from nanduti.register.names import names_for

from .. import samples as designs
from ..actions import samples as actions
from ..forms.samples import METHODS, AssignForm, CouponForm, DrawForm, EditWaveForm, UnitForm, WaveForm
from ..models import Enumerator, Instrument, Sample, SampleUnit, Wave
from ..queries import samples as queries

MANAGE = "manage_surveys"
TONES = {"done": "good", "refused": "warn", "not_found": "warn"}


def _instrument(frame: Frame, pk: int) -> Instrument:
    rows = Instrument.objects.filter(programme=frame.programme, pk=pk).select_related("programme", "scope")
    found = rows.first()
    if found is None:
        raise NotFound(kind=_("instrument"), code_given=str(pk))
    return found


def _wave(frame: Frame, pk: int) -> Wave:
    rows = Wave.objects.filter(instrument__programme=frame.programme, pk=pk)
    found = rows.select_related("instrument__programme", "scope").first()
    if found is None:
        raise NotFound(kind=_("wave"), code_given=str(pk))
    return found


@programme_page(item="field")
def waves(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """The rounds of field work with one instrument."""
    instrument = _instrument(frame, pk)
    rows = list(queries.waves(instrument=instrument)[:200])
    columns = [
        Col(
            "title",
            gettext_lazy("Wave"),
            value=str,
            phone=True,
            url=lambda w: frame.url("surveys:wave", w.pk),
        ),
        Col("opens_on", gettext_lazy("From"), "day", phone=True),
        Col("closes_on", gettext_lazy("Until"), "day", phone=True),
        Col("target", gettext_lazy("Answers wanted"), "number"),
    ]
    new = frame.url("surveys:new_wave", pk) if frame.access.may(MANAGE, instrument.scope_id) else ""
    return show(
        request, frame, title=_("Waves: %(form)s") % {"form": instrument},
        state=_("A wave is one round of asking; its sample says whom."),
        action=link(new, _("Open a wave")) if new else None,
        back=link(frame.url("surveys:instrument", pk), str(instrument)),
        sections=[{
            "table": DataTable(rows, request, name="waves", columns=columns),
            "empty_title": _("No wave has been opened"),
            "empty_why": _("Open one to draw a sample, assign visits and follow how far they are."),
            "empty_url": new, "empty_label": _("Open a wave"),
        }],
    )  # fmt: skip


@programme_page(item="field", may=MANAGE)
def new_wave(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Open a wave."""
    instrument = _instrument(frame, pk)
    frame.access.require(MANAGE, instrument.scope_id)
    form = WaveForm(request.POST or None)
    return form_page(
        request, frame, form,
        lambda values: actions.open_wave(instrument=instrument, values=values, by=request.user),
        title=_("Open a wave"), back=frame.url("surveys:waves", pk), save_label=_("Open the wave"),
        done=_("The wave is open. Draw its sample next."),
        then=lambda made: frame.url("surveys:wave", made.pk),
    )  # fmt: skip


@programme_page(item="field", may=MANAGE)
def edit_wave(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Change the title, the days or the number of answers wanted; with its last day a wave ends."""
    found = _wave(frame, pk)
    frame.access.require(MANAGE, found.scope_id)
    return form_page(
        request, frame, EditWaveForm.of(found, request.POST or None),
        lambda values, version: actions.edit_wave(
            wave=found, values=values, version=version, by=request.user
        ),
        title=_("Change the wave %(wave)s") % {"wave": found}, back=frame.url("surveys:wave", pk),
        save_label=_("Save"), done=_("Saved."),
    )  # fmt: skip


@programme_page(item="field")
def wave(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """How far one wave is: by enumerator, by place, unit by unit."""
    found = _wave(frame, pk)
    progress = queries.progress(wave=found)
    may = frame.access.may(MANAGE, found.scope_id)
    table = UnitTable(queries.units(wave=found), request, columns=_unit_columns(frame, may=may))
    if table.wants_export:
        return table.export()
    places = queries.by_place(wave=found)
    samples = list(Sample.objects.filter(wave=found).select_related("run", "wave__instrument__programme"))
    return render(
        request,
        "surveys/samples_wave.html",
        {
            "title": str(found),
            "state": _state(found, progress),
            "back": link(frame.url("surveys:waves", found.instrument_id), str(found.instrument)),
            "action": _next_step(frame, found, progress, samples) if may else None,
            "figures": _figures(progress, found),
            "map": _map(places),
            "map_table": TextTable(
                [_("Place"), _("Answered"), _("Drawn")],
                [(p["establishment__place__name"], words.number(p["done"]), words.number(p["n"])) for p in places],
            ),
            "by_enumerator": DataTable(
                queries.by_enumerator(wave=found), request, name="enumerators", columns=_enumerator_columns(),
                prefix="e.",
            ),
            "quotas": [_quota(request, s) for s in samples if s.design.get("targets")],
            "drawn": [_how_drawn(s) for s in samples],
            "table": table,
            "links": _links(frame, found, samples) if may else [],
            "frame_of": frame,
        },
    )  # fmt: skip


def _state(found: Wave, progress: queries.Progress) -> str:
    if not progress.n_drawn:
        return ngettext("%(n)s answer so far; no sample has been drawn.",
                        "%(n)s answers so far; no sample has been drawn.",
                        progress.n_answers) % {"n": words.number(progress.n_answers)}  # fmt: skip
    said = _("Firms in the sample: %(n)s; answered: %(done)s; still to be visited: %(due)s.") % {
        "done": words.number(progress.n_done), "n": words.number(progress.n_drawn), "due": words.number(progress.n_due)
    }  # fmt: skip
    if progress.response is not None and progress.n_lost:
        said += " " + _("Of the visits that are over, %(share)s gave an answer.") % {
            "share": words.share(progress.response)
        }
    return said


def _next_step(
    frame: Frame, found: Wave, progress: queries.Progress, samples: list[Sample]
) -> dict[str, Any] | None:
    if not samples:
        return link(frame.url("surveys:draw_sample", found.pk), _("Draw a sample"))
    waiting = SampleUnit.objects.filter(
        sample__wave=found, enumerator__isnull=True, is_reserve=False, state="to_do"
    )
    if waiting.exists():
        return link(frame.url("surveys:assign_sample", found.pk), _("Say who visits"))
    return None


def _links(frame: Frame, found: Wave, samples: list[Sample]) -> list[dict[str, Any]]:
    links = [
        link(frame.url("surveys:coupons", found.pk), _("Print coupons for a snowball")),
        link(frame.url("surveys:edit_wave", found.pk), _("Change its days")),
    ]
    if samples:
        links.insert(0, link(frame.url("surveys:draw_sample", found.pk), _("Draw more")))
        links.insert(0, link(frame.url("surveys:assign_sample", found.pk), _("Say who visits")))
    return links


def _figures(progress: queries.Progress, found: Wave) -> list[Figure]:
    return [
        Figure(progress.n_done, pgettext("how many", "answered"), "?state=done", tone="good"),
        Figure(progress.n_due, _("to visit"), "?state=to_do"),
        Figure(
            progress.n_lost,
            pgettext("how many", "refused or not found"),
            "?state=refused",
            tone="warn" if progress.n_lost else "",
        ),
        Figure(progress.n_answers, _("answers of the wave"), ""),
    ]


class UnitTable(DataTable):
    """Who was drawn."""

    name = "sample"
    caption = gettext_lazy("Who was drawn")

    def prepare(self, rows: list[Any]) -> list[Any]:
        access = self.request.access  # type: ignore[attr-defined]
        names = names_for(access=access, pseudonyms=[row.establishment.pseudonym for row in rows])
        for row in rows:
            row.called = names.get(row.establishment.pseudonym, row.establishment.pseudonym)
        return rows


def _unit_columns(frame: Frame, *, may: bool) -> list[Col]:
    report = (lambda u: frame.url("surveys:report_unit", u.pk)) if may else None
    return [
        # With the way to its state, so that a card on a telephone is called after the firm.
        Col("who", gettext_lazy("Firm"), value=lambda u: getattr(u, "called", u.establishment.pseudonym), phone=True,
            url=report),
        Col("place", gettext_lazy("Place"), value=lambda u: str(u.establishment.place or ""), phone=True),
        Col("stratum", gettext_lazy("Kind"), sortable=True, filter="text"),
        Col("state", gettext_lazy("State"), "chip", choices=SampleUnit.State.choices, filter="choice", phone=True,
            tone=lambda s: TONES.get(s, ""), url=report),
        Col("is_reserve", gettext_lazy("In reserve"), "bool", filter="bool"),
        Col("enumerator", gettext_lazy("Visited by"), value=lambda u: str(u.enumerator or "")),
        Col("sampling_weight", gettext_lazy("Stands for"), "number", sortable=True),
        Col("inclusion_probability", gettext_lazy("Chance of being drawn"), "number", shown=False),
        Col("answer", gettext_lazy("Answers"), value=lambda u: _("open") if u.submission_id else "",
            url=lambda u: frame.url("surveys:submission", u.submission_id) if u.submission_id else None),
        Col("note", gettext_lazy("Note"), shown=False),
    ]  # fmt: skip


def _enumerator_columns() -> list[Col]:
    return [
        Col("who", gettext_lazy("Enumerator"), phone=True,
            value=lambda r: r["enumerator__title"] or r["enumerator__code"] or _("nobody yet")),
        Col("done", gettext_lazy("Answered"), "number", value=lambda r: r["done"], phone=True),
        Col("due", gettext_lazy("To visit"), "number", value=lambda r: r["due"], phone=True),
        Col("n", gettext_lazy("Assigned"), "number", value=lambda r: r["n"]),
    ]  # fmt: skip


def _map(places: list[dict[str, Any]]) -> dict[str, Any] | None:
    """By city, never by door."""
    points = [
        {
            "type": "Feature",
            "geometry": {
                "type": "Point",
                "coordinates": [
                    float(p["establishment__place__longitude"]), float(p["establishment__place__latitude"])
                ],
            },
            "properties": {
                "title": _("%(place)s: %(done)s of %(n)s") % {
                    "place": p["establishment__place__name"], "done": p["done"], "n": p["n"]
                },
                "n": p["n"],
            },
        }
        for p in places
        if p["establishment__place__latitude"] is not None
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": points} if points else None


def _quota(request: HttpRequest, sample: Sample) -> DataTable:
    columns = [
        Col("cell", gettext_lazy("Kind"), value=lambda r: " · ".join(r["cell"].values()), phone=True),
        Col("done", gettext_lazy("Answered"), "number", value=lambda r: r["done"], phone=True),
        Col("n", gettext_lazy("Wanted"), "number", value=lambda r: r["n"], phone=True),
    ]
    return DataTable(
        queries.quota_progress(sample=sample), request, name="quota", columns=columns, prefix="q."
    )


def _how_drawn(sample: Sample) -> dict[str, Any]:
    certificate = (sample.run.result or {}).get("certificate") if sample.run else {}
    return {
        "method": dict(METHODS).get(sample.design.get("method"), sample.design.get("method")),
        "n": sample.n_drawn, "of": sample.frame_size, "seed": sample.seed, "at": sample.drawn_at,
        "note": sample.design.get("note", ""),
        "digest": (certificate or {}).get("list_digest", "")[:16],
    }  # fmt: skip


@programme_page(item="field", may=MANAGE)
def draw_sample(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Draw from the register."""
    found = _wave(frame, pk)
    frame.access.require(MANAGE, found.scope_id)
    form = DrawForm(request.POST or None)
    form.fields["clusters"].choices = [(c.code, str(c)) for c in frame.clusters]

    def act(values: dict[str, Any]) -> None:
        actions.draw_sample(wave=found, design=form.design(), seed=values["seed"], by=request.user)

    n = designs.frame_of(programme=frame.programme).height
    return form_page(
        request, frame, form, act, title=_("Draw a sample"), back=frame.url("surveys:wave", pk),
        save_label=_("Draw"), done=_("The sample is drawn. Say who visits whom."),
        state=ngettext("The list holds %(n)s firm.", "The list holds %(n)s firms.", n) % {"n": words.number(n)},
    )  # fmt: skip


@programme_page(item="field", may=MANAGE)
def assign_sample(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Share the visits among enumerators."""
    found = _wave(frame, pk)
    frame.access.require(MANAGE, found.scope_id)
    rows = Enumerator.objects.filter(programme=frame.programme, revoked_at__isnull=True).order_by("code")
    form = AssignForm(request.POST or None, enumerators=rows)

    def act(values: dict[str, Any]) -> None:
        for sample in Sample.objects.filter(wave=found):
            actions.assign_evenly(sample=sample, enumerators=form.chosen(), by=request.user)

    return form_page(
        request, frame, form, act, title=_("Say who visits"), back=frame.url("surveys:wave", pk),
        save_label=_("Share the visits"), done=_("Shared. Neighbours go to the same enumerator."),
        state=_("What nobody visits yet is shared evenly, neighbours together."),
    )  # fmt: skip


@programme_page(item="field", may=MANAGE)
def report_unit(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Say how a visit went."""
    rows = SampleUnit.objects.filter(sample__wave__instrument__programme=frame.programme, pk=pk)
    unit = rows.select_related("sample__wave", "establishment", "scope").first()
    if unit is None:
        raise NotFound(kind=_("unit of a sample"), code_given=str(pk))
    frame.access.require(MANAGE, unit.scope_id)
    initial = {"state": unit.state if unit.state != "done" else "to_do", "text": unit.note}
    form = UnitForm(request.POST or None, initial=initial)

    def act(values: dict[str, Any]) -> None:
        actions.report_unit(
            unit=unit, state=values["state"], text=values["text"], replace=values["replace"], version=unit.version,
            by=request.user,
        )  # fmt: skip

    called = names_for(access=frame.access, pseudonyms=[unit.establishment.pseudonym])
    return form_page(
        request, frame, form, act, title=called[unit.establishment.pseudonym],
        back=frame.url("surveys:wave", unit.sample.wave_id), save_label=_("Keep it"), done=_("Kept."),
        state=_("Now: %(state)s.") % {"state": unit.get_state_display()},
    )  # fmt: skip


@programme_page(item="field", may=MANAGE)
def coupons(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Slips to hand out: whoever comes with one was sent by whoever got it."""
    found = _wave(frame, pk)
    frame.access.require(MANAGE, found.scope_id)
    form = CouponForm(request.POST or None)
    made: list[Any] = []
    if request.method == "POST" and form.is_valid():
        form.try_to(
            lambda: made.extend(actions.issue_coupons(wave=found, n=form.cleaned_data["n"], by=request.user))
        )
    return render(
        request,
        "surveys/samples_coupons.html",
        {
            "title": _("Coupons: %(wave)s") % {"wave": found},
            "state": _(
                "Each respondent gets two or three and gives them to others; the form asks for the number."
            ),
            "form": form,
            "coupons": made,
            "back": link(frame.url("surveys:wave", pk), str(found)),
        },
        status=form.status,
    )

"""The style page: every component in every state, for those who build rooms and for the browser tests.

Its sample words are invented and stay in English: only the components themselves speak two languages.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject

from nanduti.foundation.errors import EditedMeanwhile, NotAllowed, NotFound, RuleRefused
from nanduti.foundation.models import Job
from nanduti.methods.planning import parse_when
from nanduti.methods.values import Money, PersonError, Reason, RuleSource, flag, no, yes

from . import navigation
from .forms import DayField, EditForm, MoneyField
from .parts import Figure, TextTable
from .pictures import bars, spark, timeline
from .tables import Col, DataTable

STATES = {"done": "done", "late": "late", "planned": "planned"}
KINDS = {"fair": "Fair", "training": "Training", "visit": "Visit"}
RULE = RuleSource("Handbook of the programme", "chapter 4")


class SampleTable(DataTable):
    """120 activities, to be filtered, sorted, leafed through and taken along."""

    name = "activities"
    caption = "Activities"
    search = ("label",)
    page_size = 25
    columns = (
        Col("number", "No.", "number", sortable=True, phone=True),
        Col(
            "label", "Activity", sortable=True, phone=True, url=lambda row: f"/style/page/?n={row['number']}"
        ),
        Col("kind", "Kind", "choice", choices=KINDS, filter="choice"),
        Col("when", "When", "interval", sortable=True),
        Col("held_on", "Reported on", "day", sortable=True, filter="days"),
        Col("cost", "Cost", "money", sortable=True, filter="range"),
        Col("share", "Local share", "share", sortable=True),
        Col("is_joint", "Joint", "bool", filter="bool"),
        Col(
            "state",
            "State",
            "chip",
            choices=STATES,
            filter="choice",
            phone=True,
            tone=lambda state: {"late": "warn", "done": "good"}.get(state, ""),
        ),
        Col(
            "reached",
            "Reached",
            "picture",
            value=lambda row: bars.bar(row["number"], 60),
            plain=lambda r: r["number"],
        ),
        Col("note", "Note", filter="text", shown=False),
    )


DATES = (
    "Sep-07",
    "March-April 2009",
    "4/21/2009",
    "Ongoing",
    "Nov 06 - Feb 07",
    "30 Jan- 3 Feb 2010",
    "2007-2008",
)


def sample_rows(n: int = 120) -> list[dict[str, Any]]:
    """Rows that look like a plan."""
    return [
        {
            "number": i,
            "label": f"{('Fair', 'Training', 'Visit')[i % 3]} number {i} of the cluster of Villa Rica",
            "kind": ("fair", "training", "visit")[i % 3],
            "when": parse_when(DATES[i % len(DATES)]),
            "held_on": date(2009, 1 + i % 12, 1 + i % 28) if i % 5 else None,
            "cost": Money(1250 * i, "EUR") if i % 4 else None,
            "share": (i % 11) / 10,
            "is_joint": (True, False, None)[i % 3],
            "state": ("done", "late", "planned")[i % 3],
            "note": "=HYPERLINK(1)" if i == 7 else "",
        }
        for i in range(1, n + 1)
    ]


class SampleForm(EditForm):
    """One field of each kind."""

    name = forms.CharField(
        label="Name", max_length=60, help_text="As it stands on the sign, such as “Curtiembre Ybytu”."
    )
    kind = forms.ChoiceField(label="Kind", choices=list(KINDS.items()))
    n_workers = forms.IntegerField(label="Workers", min_value=0, help_text="Owners and family included.")
    visited_on = DayField(label="Visited on", required=False)
    cost = MoneyField(label="Cost", required=False)
    is_joint = forms.BooleanField(label="All firms of the cluster benefit", required=False)
    reach = forms.MultipleChoiceField(
        label="Who comes", choices=list(KINDS.items()), widget=forms.CheckboxSelectMultiple, required=False
    )
    size = forms.ChoiceField(
        label="Size", choices=[("s", "Small"), ("l", "Large")], widget=forms.RadioSelect, required=False
    )
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)

    def clean_name(self) -> str:
        if self.cleaned_data["name"].startswith("!"):
            raise forms.ValidationError("A name does not begin with “!”; write it as on the sign.")
        return self.cleaned_data["name"]


def sample_timeline(
    request: HttpRequest | None = None, cut_off: date = date(2010, 7, 31)
) -> timeline.Timeline:
    """Every kind of date in every state."""
    kinds = [
        ("Classroom training", "March-April 2009", "done"),
        ("Fair in the capital", "4/21/2009", "done"),
        ("Fair abroad", "9/15/2009", "late"),
        ("Mapping of firms", "Nov 06 - Feb 07", "done"),
        ("Audit of machines", "Jan-Feb 2010", "late"),
        ("Exchange of trainers", "since June 2007", "running"),
        ("Web site", "Ongoing", "running"),
        ("Second fair", "September 2011", "planned"),
        ("Visit of two groups", "June 12, 2008 and November 2008", "done"),
        ("Study tour", "2008", "cancelled"),
    ]
    items = [
        timeline.Item(
            label=label,
            when=parse_when(text),
            state=state,
            url=f"/style/page/?n={n}",
            number=n,
            group="Leather" if n < 6 else "Footwear",
            text=text,
        )
        for n, (label, text, state) in enumerate(kinds, 1)
    ]
    items.append(
        timeline.Item("Vision workshop", text="soon <after> the fair", number=11, note="It names no date.")
    )
    if request is not None:
        cut_off = timeline.cut_off_asked(request, cut_off)
    return timeline.draw(items, cut_off=cut_off, request=request, title="Activities and their dates")


def sample_jobs() -> list[Job]:
    """Work in each of its states."""
    at = datetime(2026, 1, 5, 12, tzinfo=UTC)
    common = {"kind": "sample", "created_at": at}
    return [
        Job(state="running", done=340, total=1000, message="Reading activities.csv", **common),
        Job(state="queued", **common),
        Job(state="done", result={"url": "/style/"}, **common),
        Job(state="failed", error="activities.csv, row 7, column cost: “abc” is not a number.", **common),
        Job(state="cancelled", **common),
    ]


def sample_verdicts() -> list[Any]:
    """The three answers of a rule."""
    signed = Reason("quorum", "{n} firms signed up; {least} are needed.", {"n": 7, "least": 10})
    return [
        yes(
            Reason("quorum", "{n} firms signed up; {least} are needed.", {"n": 12, "least": 10}), source=RULE
        ),
        no(signed, source=RULE, remedy="Visit three more firms before the trainer is booked."),
        flag(Reason("newcomers", "Nobody new takes part."), source=RULE),
    ]


CHART = {
    "data": {
        "values": [{"year": str(y), "n": n} for y, n in ((2007, 12), (2008, 30), (2009, 41), (2010, 22))]
    },
    "mark": "bar",
    "encoding": {
        "x": {"field": "year", "type": "nominal", "title": "Year"},
        "y": {"field": "n", "type": "quantitative", "title": "Activities"},
    },
    "height": 200,
}
CHART_TABLE = TextTable(["Year", "Activities"], [(2007, 12), (2008, 30), (2009, 41), (2010, 22)])
PLACES = [("Villa Rica", -56.43, -25.78), ("Asunción", -57.58, -25.28), ("Ñemby", -57.54, -25.39)]
MAP = [
    {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [x, y]},
        "properties": {"title": t, "url": "#map"},
    }
    for t, x, y in PLACES
]
GRAPH = {
    "nodes": [{"id": c, "label": f"Firm {c}", "kind": "firm"} for c in "ABCD"]
    + [{"id": "I", "label": "Institute", "kind": "institution"}],
    "ties": [
        {"source": a, "target": b, "weight": n} for n, (a, b) in enumerate(("AB", "BC", "CD", "DA", "IA"), 1)
    ],
}
GRAPH_TABLE = TextTable(["From", "To"], [("Firm A", "Firm B"), ("Firm B", "Firm C"), ("Institute", "Firm A")])


def show(request: HttpRequest) -> HttpResponse:
    """Everything on one page."""
    navigation.here(request, item="style", step=6)
    wrong = SampleForm(
        {
            "name": "!x",
            "kind": "none",
            "n_workers": "many",
            "cost_amount": "12",
            "cost_currency": "E",
            "version": "1",
        }
    )
    wrong.is_valid()
    meanwhile = SampleForm({"name": "Curtiembre Ybytu", "kind": "fair", "n_workers": "12", "version": "1"})
    meanwhile.tell(EditedMeanwhile(kind="firm", who="Lucía", fields="name"))
    meanwhile.present = {"name": "Curtiembre Ybytú S. A."}
    context = {
        "title": "Style",
        "state": "Every component in every state; 3 of 12 sample activities are late.",
        "figures": [
            Figure(33, "activities", "#table"),
            Figure(12, "late", "#table", tone="warn"),
            Figure(3, "without a date", "#table", note="listed apart"),
            Figure(Money("125000", "EUR"), "pledged", "#table"),
            Figure(1_234_567, "a count without a link", tone="good"),
        ],
        "table": SampleTable(sample_rows(), request),
        "none": SampleTable([], request, name="none", prefix="n."),
        "new_form": SampleForm(initial={"version": 1}),
        "wrong_form": wrong,
        "meanwhile_form": meanwhile,
        "timeline": sample_timeline(request),
        "jobs": sample_jobs(),
        "verdicts": sample_verdicts(),
        "problem": NotAllowed(capability="edit_plans"),
        "chart": CHART,
        "chart_table": CHART_TABLE,
        "map": MAP,
        "map_table": TextTable(["Place"], [(title,) for title, _x, _y in PLACES]),
        "graph": GRAPH,
        "graph_table": GRAPH_TABLE,
        "bars": bars.shares([("Fair", 12), ("Training", 41), ("Visit", 3)]),
        "one_bar": bars.bar(12, 20),
        "full_bar": bars.bar(24, 20),
        "spark": spark.line([3, 5, 4, None, 9, 12]),
        "number": 1234567.5,
        "money": Money("1500.50", "PYG", 2009),
        "when": parse_when("Dec 07 - Feb 08"),
        "on": date(2009, 10, 12),
        "at": datetime(2026, 11, 21, 22, 48, tzinfo=UTC),
    }
    if context["table"].wants_export:
        return context["table"].export()
    return render(request, "interface/style.html", context)


def show_part(request: HttpRequest, name: str) -> HttpResponse:
    """A page with one component, or an error of every kind."""
    if name in PARTS:
        return PARTS[name](request)
    raise Http404


def _page(request: HttpRequest) -> HttpResponse:
    """A page as rooms write them."""
    navigation.here(request, item="style", step=7)
    table = SampleTable(sample_rows(), request)
    if table.wants_export:
        return table.export()
    context = {
        "title": "Ledger",
        "state": "40 of 120 activities are late; one has no date that can be understood.",
        "figures": [Figure(120, "activities", "?"), Figure(40, "late", "?state=late", tone="warn")],
        "timeline": sample_timeline(request),
        "table": table,
    }
    return render(request, "interface/style_ledger.html", context)


def _form(request: HttpRequest) -> HttpResponse:
    form = SampleForm(request.POST or None, initial={"version": 1})
    _notice_nothing(request.POST.get("name", ""))
    if request.method == "POST" and form.is_valid() and form.try_to(_refuse, form.cleaned_data["name"]):
        messages.success(request, "Saved.")
        return redirect("style_part", name="page")
    context = {"title": "Register a firm", "state": "Two minutes.", "form": form}
    return render(request, "interface/style_form.html", context, status=form.status)


def _refuse(name: str) -> None:
    if name == "refused":
        raise NotFound(kind="firm", code_given=name)


def _notice_nothing(name: str) -> None:
    """Stands for a page function that lets a refusal pass through to the middleware."""
    if name == "not mine":
        raise NotAllowed(capability="edit_register")


def _raise(error: Any) -> Any:
    def page(request: HttpRequest) -> HttpResponse:
        raise error()

    return page


def _mistake(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret detail that no page may show")


def _broken_frame(request: HttpRequest) -> HttpResponse:
    request.nanduti_frame = SimpleLazyObject(lambda: 1 / 0)  # type: ignore[attr-defined]
    return render(request, "interface/base.html")


PARTS = {
    "page": _page,
    "form": _form,
    "mistake": _mistake,
    "broken-frame": _broken_frame,
    "not-allowed": _raise(lambda: NotAllowed(capability="edit_plans")),
    "not-found": _raise(lambda: NotFound(kind="firm", code_given="x-1")),
    "refused": _raise(lambda: RuleRefused(verdict=sample_verdicts()[1])),
    "meanwhile": _raise(lambda: EditedMeanwhile(kind="firm", who="Lucía", fields="name")),
    "person": _raise(lambda: PersonError()),
}

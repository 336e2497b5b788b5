"""What is asked for: a table, records or sheets; for whom, what for, and how it is protected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.languages import tongue
from nanduti.indicators.unit_columns import UnitColumn
from nanduti.interface.forms import EditForm, NandutiForm
from nanduti.programme.forms import text
from nanduti.register.models import Cluster

from .. import rules
from ..materials.documents import reports
from ..materials.figures import offered
from ..models import Publication, ReleaseRequest
from ..queries.offers import Source
from .classes import ClassesField, write

CLASSES_HELP = _(
    "Cut a number: 0, 10, 50. Put values together: workshop: micro, small; factory: medium, large."
)
DIMS = ("rows", "across", "apart")


class MaterialForm(NandutiForm):
    """What shall leave, of one source; each kind's form below fills its own choices from the columns."""

    def __init__(
        self,
        *args: Any,
        source: Source,
        columns: Mapping[str, UnitColumn],
        clusters: Sequence[Cluster] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.source, self.columns = source, columns
        self.fields["clusters"].choices = [(c.code, str(c)) for c in clusters]  # type: ignore[attr-defined]

    clusters = forms.MultipleChoiceField(
        label=_("Only these clusters"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all."),
    )  # fmt: skip

    def named(self, *kinds: str) -> list[tuple[str, str]]:
        """The columns of these kinds, in the reader's words."""
        found = [(n, c.label(tongue())) for n, c in self.columns.items() if c.kind in kinds and not c.repeat]
        return [(n, f"{label} ({n})" if label != n else label) for n, label in found]

    def material(self) -> dict[str, Any]:
        """The spec; see materials.spec."""
        return {**self.source.spec, "clusters": self.cleaned_data["clusters"]}


class TableForm(MaterialForm):
    """A table: what stands in the rows and columns, and what is added up."""

    field_order = [
        "rows",
        "rows_classes",
        "across",
        "across_classes",
        "apart",
        "apart_classes",
        "measure",
        "clusters",
    ]
    rows = forms.ChoiceField(label=_("Rows"))
    rows_classes = ClassesField(label=_("Classes of the rows"), help_text=CLASSES_HELP)
    across = forms.ChoiceField(label=_("Columns"), required=False)
    across_classes = ClassesField(label=_("Classes of the columns"))
    apart = forms.ChoiceField(label=_("A table for each"), required=False)
    apart_classes = ClassesField(label=_("Classes of that"))
    measure = forms.ChoiceField(
        label=_("What is added up"), required=False, help_text=_("Nothing chosen: firms are counted.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dims = self.named("choice", "yes", "number")
        if "trade" in self.columns:
            dims.append(("trade", self.columns["trade"].label(tongue())))
        for name in DIMS:
            self.fields[name].choices = [("", "–"), *dims]  # type: ignore[attr-defined]
        self.fields["measure"].choices = [("", _("firms are counted")), *self.named("number")]  # type: ignore[attr-defined]

    def material(self) -> dict[str, Any]:
        data = self.cleaned_data
        dims = [data[name] for name in DIMS if data.get(name)]
        recode = {data[n]: data[f"{n}_classes"] for n in DIMS if data.get(n) and data.get(f"{n}_classes")}
        return {
            **super().material(),
            "dims": list(dict.fromkeys(dims)),
            "measure": data["measure"],
            "recode": recode,
        }

    @staticmethod
    def initial_of(material: Mapping[str, Any]) -> dict[str, Any]:
        """What the form shows of a spec."""
        found: dict[str, Any] = {
            "measure": material.get("measure", ""),
            "clusters": material.get("clusters", []),
        }
        for name, dim in zip(DIMS, material.get("dims", [])):
            found[name] = dim
            found[f"{name}_classes"] = write((material.get("recode") or {}).get(dim))
        return found


class RecordsForm(MaterialForm):
    """Records one by one: columns, which of them are known outside, and coarser values."""

    field_order = ["columns_out", "keys", "classes", "clusters"]
    columns_out = forms.MultipleChoiceField(
        label=_("Columns that shall leave"), widget=forms.CheckboxSelectMultiple
    )
    keys = forms.MultipleChoiceField(
        label=_("Which of them may somebody outside know?"), widget=forms.CheckboxSelectMultiple,
        help_text=_("What a neighbour or a competitor can see or look up: town, trade, size."),
    )  # fmt: skip
    classes = text(
        _("Coarser values"), max_length=4000, rows=4,
        help_text=_("One column a line, such as: n_workers = 0, 10, 50. Numbers need classes."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = self.named("choice", "yes", "number")
        for name in ("columns_out", "keys"):
            self.fields[name].choices = offered  # type: ignore[attr-defined]

    def clean_classes(self) -> dict[str, Any]:
        from .classes import read

        found = {}
        for line in self.cleaned_data["classes"].splitlines():
            name, sign, said = line.partition("=")
            if sign and name.strip() in self.columns:
                found[name.strip()] = read(said)
        return found

    def material(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            **super().material(),
            "columns": data["columns_out"],
            "keys": data["keys"],
            "recode": data["classes"],
        }

    @staticmethod
    def initial_of(material: Mapping[str, Any]) -> dict[str, Any]:
        """What the form shows of a spec."""
        lines = [f"{name} = {write(one)}" for name, one in (material.get("recode") or {}).items()]
        return {
            "columns_out": material.get("columns", []),
            "keys": material.get("keys", []),
            "classes": "\n".join(lines),
            "clusters": material.get("clusters", []),
        }


class SheetForm(MaterialForm):
    """Sheets for communities and firms: what they are about."""

    field_order = ["questions", "clusters"]
    questions = forms.MultipleChoiceField(
        label=_("What the sheets are about"), widget=forms.CheckboxSelectMultiple,
        help_text=_("Up to twelve. Firms will see their own answer beside what their community answered."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = {"cluster", "place", "trade"}
        offered = [(n, label) for n, label in self.named("choice", "yes", "number") if n not in own]
        self.fields["questions"].choices = offered  # type: ignore[attr-defined]

    def clean_questions(self) -> list[str]:
        found = self.cleaned_data["questions"]
        if len(found) > 12:
            raise forms.ValidationError(_("Choose at most twelve: a sheet is one page."))
        return found

    def material(self) -> dict[str, Any]:
        return {**super().material(), "questions": self.cleaned_data["questions"]}

    @staticmethod
    def initial_of(material: Mapping[str, Any]) -> dict[str, Any]:
        """What the form shows of a spec."""
        return {"questions": material.get("questions", []), "clusters": material.get("clusters", [])}


class IndicatorsForm(MaterialForm):
    """Indicators of one source, by cluster and, where asked, by one column more."""

    field_order = ["codes", "by", "clusters"]
    codes = forms.MultipleChoiceField(label=_("Which indicators"), widget=forms.CheckboxSelectMultiple)
    by = forms.ChoiceField(label=_("Broken down by"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        definitions = offered(self.source.programme, self.source.spec["source"])
        self.fields["codes"].choices = [(d.code, d.text("title", tongue())) for d in definitions]  # type: ignore[attr-defined]
        dims = [one for one in self.named("choice") if one[0] != "cluster"]
        self.fields["by"].choices = [("", _("clusters only")), *dims]  # type: ignore[attr-defined]

    def material(self) -> dict[str, Any]:
        return {**super().material(), "codes": self.cleaned_data["codes"], "by": self.cleaned_data["by"]}

    @staticmethod
    def initial_of(material: Mapping[str, Any]) -> dict[str, Any]:
        """What the form shows of a spec."""
        return {name: material.get(name) for name in ("codes", "by", "clusters")}


class StudyForm(MaterialForm):
    """The document of an agreed study; whatever source was chosen."""

    report = forms.ChoiceField(label=_("Which document"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["clusters"]
        self.fields["report"].choices = [  # type: ignore[attr-defined]
            (r.pk, f"{r.study} · {r.file.name}") for r in reports(self.source.programme)
        ]

    def material(self) -> dict[str, Any]:
        return {"report": int(self.cleaned_data["report"])}

    @staticmethod
    def initial_of(material: Mapping[str, Any]) -> dict[str, Any]:
        """What the form shows of a spec."""
        return {"report": material.get("report")}


class ProtectionForm(NandutiForm):
    """More protection than the default; less only with a reason, and only where somebody may."""

    is_folded = True

    @property
    def is_changed(self) -> bool:
        """Whether it asks for other than the default, so that the page shows it open."""
        return any(self.initial.get(n, v) != v for n, v in rules.DEFAULTS.items()) if self.initial else False

    def __init__(self, *args: Any, kind: str = "table", may_override: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = (
            {"k", "l"}
            if kind == ReleaseRequest.Kind.MICRODATA
            else {"method", "threshold", "p_percent", "protect_zeros"}
        )
        if may_override:
            wanted.add("override_reason")
        for name in list(self.fields):
            if name not in wanted:
                del self.fields[name]

    method = forms.ChoiceField(
        label=_("How small cells are protected"),
        choices=[
            ("suppress", _("hide them, and what would give them away")),
            ("noise", _("a little noise in every count")),
        ],
    )  # fmt: skip
    threshold = forms.IntegerField(
        label=_("Fewest firms in a cell that is shown"), min_value=2, max_value=1000,
        initial=rules.DEFAULTS["threshold"],
    )  # fmt: skip
    p_percent = forms.FloatField(
        label=_("How closely the second largest may guess the largest, in per cent"), min_value=1, max_value=100,
        initial=rules.DEFAULTS["p_percent"], help_text=_("For sums. A greater number protects more."),
    )  # fmt: skip
    protect_zeros = forms.BooleanField(
        label=_("Protect zeros too, where “none” tells something"), required=False
    )
    k = forms.IntegerField(
        label=_("Fewest records that look alike"), min_value=2, max_value=1000, initial=rules.DEFAULTS["k"]
    )
    l = forms.IntegerField(  # noqa: E741
        label=_("Fewest different answers among look-alikes"),
        min_value=1,
        max_value=100,
        initial=rules.DEFAULTS["l"],
    )
    override_reason = text(
        _("Why less than the safe default is enough"), max_length=2000, rows=2,
        help_text=_("Only where you ask for less than the default. It stays on record with your name."),
    )  # fmt: skip

    def protection(self) -> dict[str, Any]:
        """What differs from the default."""
        asked = {n: v for n, v in self.cleaned_data.items() if n != "override_reason"}
        return {n: v for n, v in asked.items() if v != rules.DEFAULTS.get(n)}


class AskForm(NandutiForm):
    """What it is called, for whom it is, and what for."""

    title = text(
        _("Title"),
        required=True,
        help_text=_("As it will stand on the page, such as “Workshops by town and size, 2026”."),
    )
    title_es = text(_("Title in Spanish"))
    code = forms.SlugField(
        label=_("Short name"), max_length=60, required=False,
        help_text=_("The end of its address. Left empty it is made from the title."),
    )  # fmt: skip
    replaces = forms.ChoiceField(
        label=_("A new version of"),
        required=False,
        help_text=_("The older one stays, and leads to the new one."),
    )
    audience = forms.ChoiceField(label=_("For whom"), choices=ReleaseRequest.Audience)
    purpose = text(_("What for"), required=True, max_length=4000, rows=3)
    recipient = text(
        _("Who gets it, and under which agreement"),
        max_length=300,
        help_text=_("Where it is not for everybody."),
    )

    def __init__(self, *args: Any, replaceable: Sequence[Publication] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {str(p.pk): p for p in replaceable}
        self.fields["replaces"].choices = [
            ("", "–"),
            *((pk, f"{p} (v{p.number})") for pk, p in self.known.items()),
        ]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["replaces"] = self.known.get(data.get("replaces") or "")
        if not data.get("code"):
            data["code"] = slugify(data.get("title", ""))[:60].strip("-") or "table"
        if data.get("audience") == ReleaseRequest.Audience.RESEARCHER and not data.get("recipient"):
            self.add_error("recipient", _("Say who it is for and under which agreement."))
        return data


class DecisionForm(NandutiForm):
    """A no with its reason."""

    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = text(_("Why not"), max_length=2000, rows=2)


class WithdrawForm(NandutiForm):
    """Why something published is taken back."""

    reason = text(
        _("Why it is withdrawn"), required=True, max_length=2000, rows=2,
        help_text=_("Everybody will read this at its address."),
    )  # fmt: skip


class VersionForm(EditForm):
    """Only the version of the request as it was shown."""


FORMS: dict[str, type[MaterialForm]] = {
    ReleaseRequest.Kind.TABLE: TableForm,
    ReleaseRequest.Kind.MICRODATA: RecordsForm,
    ReleaseRequest.Kind.INDICATORS: IndicatorsForm,
    ReleaseRequest.Kind.SHEET: SheetForm,
    ReleaseRequest.Kind.STUDY: StudyForm,
}

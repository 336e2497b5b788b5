"""Untrusted text → clean values, for a programme as a whole: what it is, its components, where they run."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanduti.interface.forms import EditForm, NandutiForm, RecordsField, ShownChoice
from nanduti.register.models import Cluster, Place

from . import codes
from .forms import WhenField, text
from .models import Component, Coverage, Programme

# Years in which a component may have begun: before, a slip of the pen is more likely.
FIRST_YEAR, LAST_YEAR = 1950, 2100


def year(**kwargs: Any) -> forms.IntegerField:
    """A year of four digits."""
    return forms.IntegerField(required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR, **kwargs)


class BeginForm(NandutiForm):
    """What a programme is called, when it runs, and whom it is for first of all."""

    title = text(_("Title"), required=True, help_text=_("As its document calls it."))
    title_es = text(_("Title in Spanish"))
    code = forms.SlugField(
        label=_("Code"),
        max_length=60,
        required=False,
        help_text=_(
            "It stands in the addresses of all pages and stays. Left empty, it is made of the title."
        ),
    )
    started = WhenField(label=pgettext_lazy("programme", "Begins"))
    ended = WhenField(label=pgettext_lazy("programme", "Ends"))
    principal = forms.ChoiceField(
        label=_("Whose interest comes first"),
        choices=Programme.Principal,
        help_text=_("Without a partner cluster abroad: the emerging cluster."),
    )
    component = text(
        _("Its first component"),
        max_length=120,
        help_text=_(
            "A part that may run in some clusters and not in others, such as “Cluster twinning”. More can follow."
        ),
    )
    summary = text(_("Summary"), max_length=5000, rows=3)
    summary_es = text(_("Summary in Spanish"), max_length=5000, rows=3)
    is_synthetic = forms.BooleanField(
        label=_("Made-up data, to try things out: every page says so"), required=False
    )
    coordinates = forms.BooleanField(
        label=_("I coordinate it myself"),
        required=False,
        initial=True,
        help_text=_("Only a coordinator writes in a programme. Else give somebody that role under “People”."),
    )

    def values(self) -> dict[str, Any]:
        """The values of the record itself."""
        apart = {"code", "component", "coordinates"}
        return {name: value for name, value in self.cleaned_data.items() if name not in apart}


class ProgrammeForm(EditForm):
    """Correct what a programme is called and when it runs."""

    title = text(_("Title"), required=True)
    title_es = text(_("Title in Spanish"))
    started = WhenField(label=pgettext_lazy("programme", "Begins"))
    ended = WhenField(label=pgettext_lazy("programme", "Ends"))
    summary = text(_("Summary"), max_length=5000, rows=4)
    summary_es = text(_("Summary in Spanish"), max_length=5000, rows=4)
    is_synthetic = forms.BooleanField(
        label=_("Made-up data, to try things out: every page says so"), required=False
    )


class ComponentForm(EditForm):
    """A part of the programme, and what it is for."""

    name = text(_("Name"), max_length=120, required=True, help_text=_("Such as “Cluster twinning”."))
    name_es = text(_("Name in Spanish"), max_length=120)
    aim = text(_("What it is for"), max_length=2000, rows=3)
    aim_es = text(_("What it is for, in Spanish"), max_length=2000, rows=3)


class NewComponentForm(ComponentForm):
    """A new component; it has no version yet."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0, min_value=0)


class TakeInForm(NandutiForm):
    """A cluster of the register or a new one, and what begins there."""

    cluster = ShownChoice(
        label=_("Cluster"), queryset=None, required=False, empty_label=_("(one that is not in the register)")
    )
    name = text(
        _("Name of a cluster that is not in the register"),
        max_length=160,
        help_text=_("Place and trade, such as “Agra footwear”."),
    )
    name_es = text(_("Its name in Spanish"), max_length=160)
    sector = forms.ChoiceField(label=_("Trade"), required=False)
    place = ShownChoice(label=_("Place"), queryset=None, required=False, empty_label=_("(not in this list)"))
    place_name = text(
        _("Name of a place that is not in the list"), max_length=120, help_text=_("Such as “Agra”.")
    )
    place_kind = forms.ChoiceField(
        label=_("What the new place is"), choices=Place.Kind, required=False, initial=Place.Kind.CITY
    )
    place_country = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label=_("Country of the new place"),
        required=False,
        help_text=_("Two letters, such as PY or IT."),
        error_messages={"invalid": _("Write two letters, such as PY or IT.")},
    )
    components = RecordsField(label=_("What runs there"), queryset=None, widget=forms.CheckboxSelectMultiple)
    since = year(label=_("Since which year"))
    reason = text(
        _("Why it was chosen"),
        max_length=2000,
        rows=2,
        help_text=_("Then it stands among the candidates as selected, and step 1 has its evidence."),
    )

    def __init__(
        self, *args: Any, clusters: QuerySet[Cluster], components: QuerySet[Component], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cluster"].queryset = clusters  # type: ignore[attr-defined]
        self.fields["place"].queryset = Place.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["components"].queryset = components  # type: ignore[attr-defined]
        self.fields["sector"].choices = [("", _("(not known)")), *codes.TRADES.items()]  # type: ignore[attr-defined]
        self.initial.setdefault("components", [row.pk for row in components])

    def clean(self) -> dict[str, Any]:
        """One cluster, known or new; at most one place."""
        values = super().clean() or {}
        if bool(values.get("cluster")) == bool(values.get("name")):
            self.add_error(
                "name", _("Choose a cluster above, or write the name of a new one here: one of the two.")
            )
        if values.get("place") and values.get("place_name"):
            self.add_error("place_name", _("Choose a place above, or write a new one here: one of the two."))
        return values


class CoverageForm(EditForm):
    """A tick and a year for each component in each cluster; the version is the programme's."""

    def __init__(
        self, *args: Any, clusters: list[Cluster], components: list[Component], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.clusters, self.components = clusters, components
        for cluster in clusters:
            for component in components:
                label = f"{cluster}: {component}"
                on, since = names_of(component.pk, cluster.pk)
                self.fields[on] = forms.BooleanField(
                    label=label,
                    required=False,
                    widget=forms.CheckboxInput(attrs={"aria-label": label}),
                )
                attrs = {
                    "inputmode": "numeric",
                    "aria-label": _("%(cell)s: since which year") % {"cell": label},
                }
                self.fields[since] = year(label=label, widget=forms.TextInput(attrs={**attrs, "size": 4}))

    @classmethod
    def values_of(cls, record: Programme) -> dict[str, Any]:  # type: ignore[override]
        values: dict[str, Any] = {"version": record.version}
        rows = Coverage.objects.filter(programme=record)
        for component, cluster, since in rows.values_list("component_id", "cluster_id", "since"):
            on, when = names_of(component, cluster)
            values |= {on: True, when: since}
        return values

    def seen(self) -> list[tuple[int, int]]:
        """The cells that this form shows, as (component, cluster)."""
        return [(component.pk, cluster.pk) for cluster in self.clusters for component in self.components]

    def cells(self) -> dict[tuple[int, int], int | None]:
        """The cells that are ticked, with the year."""
        named = {cell: names_of(*cell) for cell in self.seen()}
        return {
            cell: self.cleaned_data.get(since)
            for cell, (on, since) in named.items()
            if self.cleaned_data.get(on)
        }

    def rows(self) -> list[tuple[Cluster, list[tuple[Component, Any, Any, str]]]]:
        """For each cluster its cells: component, tick, year, and what the record says by now where it differs."""
        return [
            (cluster, [self._cell(component, cluster) for component in self.components])
            for cluster in self.clusters
        ]

    def _cell(self, component: Component, cluster: Cluster) -> tuple[Component, Any, Any, str]:
        on, since = names_of(component.pk, cluster.pk)
        now = ", ".join(self.present[name] for name in (on, since) if name in self.present)
        return component, self[on], self[since], now


def names_of(component: int, cluster: int) -> tuple[str, str]:
    """What the two fields of a cell are called."""
    return f"on_{component}_{cluster}", f"since_{component}_{cluster}"

"""Fields that offer records of a programme: its objectives, its bodies, its indicators."""

from __future__ import annotations

from django import forms
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from nanduti.indicators.models import Indicator, IndicatorVersion
from nanduti.interface.forms import RecordsField
from nanduti.programme import queries as programmes
from nanduti.register.folding import fold
from nanduti.register.models import Organisation

from .models import Objective


class Objectives(RecordsField):
    """Objectives to tick, called together with their plans."""

    def label_from_instance(self, obj: Objective) -> str:
        return f"{obj} ({obj.plan})"


class ObjectiveField(forms.ModelChoiceField):
    """The objective that an activity serves, and whether it is a priority of a vision that holds."""

    holding: frozenset[int] = frozenset()
    with_plan = False

    def label_from_instance(self, obj: Objective) -> str:
        said = f"{obj.plan}: {obj}" if self.with_plan else str(obj)
        if obj.vision_id not in self.holding:
            return said
        return str(_("%(objective)s (a priority of the vision)") % {"objective": said})


def bodies_near(programme, here):  # type: ignore[no-untyped-def]
    """Who may organise: bodies of the programme's clusters, of its partners' and of no cluster, and who does now."""
    clusters = [c.pk for c in programmes.clusters(programme=programme)]
    clusters += programmes.partner_cluster_ids(programme=programme)
    bodies = Organisation.objects.exclude(kind=Organisation.Kind.ENTERPRISE)
    near = bodies.filter(Q(cluster__isnull=True) | Q(cluster__in=clusters))
    return Organisation.objects.filter(Q(pk__in=here) | Q(pk__in=near.values("pk"))).order_by("sort_text")


class Bodies(forms.ModelMultipleChoiceField):
    """Bodies to tick: those of the programme's clusters first, each part in the order of the names shown."""

    widget = forms.CheckboxSelectMultiple

    def offer(self, bodies, clusters) -> None:  # type: ignore[no-untyped-def]
        """Offer these ``bodies``; ``clusters``: the numbers of the programme's own."""
        self.queryset = bodies
        near = sorted(bodies, key=lambda body: (body.cluster_id not in clusters, fold(str(body))))
        self.choices = [(body.pk, str(body)) for body in near]


class IndicatorField(forms.ModelChoiceField):
    """An indicator that the programme follows, by its title."""

    def label_from_instance(self, obj: Indicator) -> str:
        return next((version.title for version in obj.current), obj.code)


def indicators_used(programme):  # type: ignore[no-untyped-def]
    """The indicators of a programme that are in use, each with its present definition."""
    now = Prefetch("versions", queryset=IndicatorVersion.objects.filter(is_current=True), to_attr="current")
    return Indicator.objects.filter(programme=programme, is_used=True).order_by("id").prefetch_related(now)

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanduti.foundation.classification import classified
from nanduti.foundation.languages import in_tongue
from nanduti.foundation.models import Run, Scoped, Timestamped, Versioned

from .enumerators import Enumerator
from .instruments import Instrument
from .submissions import Submission


@classified(open="instrument code title title_es opens_on closes_on target")
class Wave(Scoped, Versioned, Timestamped):
    """One round of field work with an instrument."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="waves")
    code = models.SlugField(_("code"), max_length=80)
    title = models.CharField(_("title"), max_length=200, blank=True)
    title_es = models.CharField(_("title in Spanish"), max_length=200, blank=True)
    opens_on = models.DateField(_("from"), null=True, blank=True)
    closes_on = models.DateField(_("until"), null=True, blank=True)
    target = models.PositiveIntegerField(_("answers wanted"), null=True, blank=True)

    class Meta:
        verbose_name = _("wave")
        verbose_name_plural = _("waves")
        constraints = [models.UniqueConstraint(fields=["instrument", "code"], name="wave_code_once")]

    def __str__(self) -> str:
        return in_tongue(self.title, self.title_es) or self.code


@classified(open="wave design seed run frame_size n_drawn drawn_at")
class Sample(Scoped, Timestamped):
    """Whom we meant to ask: drawn from the register by a design that can be drawn again."""

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="samples")
    design = models.JSONField()
    # Public, as it was read out: anybody can draw again by it.
    seed = models.CharField(max_length=80)
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+")
    frame_size = models.PositiveIntegerField()
    n_drawn = models.PositiveIntegerField()
    drawn_at = models.DateTimeField()

    class Meta:
        verbose_name = _("sample")
        verbose_name_plural = _("samples")


@classified(
    open="sample establishment stratum position is_reserve replaces inclusion_probability sampling_weight state",
    sensitive="enumerator submission note changed_on",
)
class SampleUnit(Scoped, Versioned):
    """One establishment that was drawn: how many it stands for, who visits it, and how that went."""

    class State(models.TextChoices):
        TO_DO = "to_do", _("to visit")
        DONE = "done", _("answered")
        REFUSED = "refused", pgettext_lazy("unit of a sample", "refused")
        NOT_FOUND = "not_found", _("not found")
        INELIGIBLE = "ineligible", _("does not belong to the sample")
        REPLACED = "replaced", _("replaced")

    sample = models.ForeignKey(Sample, models.CASCADE, related_name="units")
    establishment = models.ForeignKey("register.Establishment", models.PROTECT, related_name="+")
    stratum = models.CharField(max_length=200, blank=True)
    position = models.PositiveIntegerField()
    is_reserve = models.BooleanField(default=False)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    inclusion_probability = models.FloatField(null=True)
    sampling_weight = models.FloatField(null=True)
    enumerator = models.ForeignKey(Enumerator, models.PROTECT, null=True, blank=True, related_name="units")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.TO_DO)
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(_("note"), blank=True)
    changed_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("unit of a sample")
        verbose_name_plural = _("units of samples")
        ordering = ["sample", "position"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "establishment"], name="sample_unit_once"),
        ]
        indexes = [models.Index(fields=["enumerator", "state"], name="sample_unit_to_do")]


@classified(open="wave code issued_at used_at", sensitive="given_to used_by")
class Coupon(Scoped):
    """A slip by which somebody who answered sends us to the next: who named whom in a snowball."""

    wave = models.ForeignKey(Wave, models.CASCADE, related_name="coupons")
    code = models.CharField(max_length=20)
    given_to = models.ForeignKey(Submission, models.PROTECT, null=True, related_name="+")
    used_by = models.OneToOneField(Submission, models.PROTECT, null=True, related_name="coupon")
    issued_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [models.UniqueConstraint(fields=["wave", "code"], name="coupon_once")]

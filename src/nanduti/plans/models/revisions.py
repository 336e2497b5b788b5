from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenPrecision, WhenStart, WhenText
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned
from nanduti.programme.models.programmes import in_language

from .activities import Activity
from .plans import ActionPlan


@classified(
    open="plan number agreed_on agreed_on_start agreed_on_end agreed_on_precision reason reason_es n_participants",
    sensitive="agreed_by",
)
class Revision(Scoped, Sourced, Versioned, Timestamped):
    """A plan kept whole as it was agreed on a day: number 0 is the baseline, each later one says why it differs.

    What it says of the activities stands in its lines and is never changed afterwards.
    """

    plan = models.ForeignKey(ActionPlan, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("number"))
    agreed_on = WhenText(_("agreed on"))
    agreed_on_start = WhenStart("agreed_on")
    agreed_on_end = WhenEnd("agreed_on")
    agreed_on_precision = WhenPrecision("agreed_on")
    # Empty only for a baseline: nothing was changed yet that needs one.
    reason = models.TextField(_("reason"), blank=True)
    reason_es = models.TextField(_("reason in Spanish"), blank=True)
    # Bodies, meetings: "steering committee, third meeting".
    agreed_by = models.CharField(_("agreed by"), max_length=300, blank=True)
    n_participants = models.PositiveIntegerField(_("participants"), null=True, blank=True)

    class Meta:
        verbose_name = _("revision of a plan")
        verbose_name_plural = _("revisions of plans")
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="revision_number_once")]
        ordering = ["plan", "number"]

    def __str__(self) -> str:
        if self.number == 0:
            return str(_("Baseline"))
        return str(_("Revision %(number)s") % {"number": self.number})

    @property
    def why(self) -> str:
        """The reason in the reader's language."""
        return in_language(self, "reason")


@classified(
    open="revision activity label label_es date_text date_text_start date_text_end date_text_precision currency "
    "n_participants participant_unit owner indicator indicator_text better target is_dropped",
    sensitive="cost payer",
)
class RevisionLine(Scoped, Sourced):
    """What a revision of a plan says of one activity."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="lines")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="revision_lines")
    label = models.CharField(_("label"), max_length=300)
    label_es = models.CharField(_("label in Spanish"), max_length=300, blank=True)
    date_text = WhenText(_("when"))
    date_text_start = WhenStart("date_text")
    date_text_end = WhenEnd("date_text")
    date_text_precision = WhenPrecision("date_text")
    cost = models.DecimalField(_("cost"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    payer = models.CharField(_("who pays"), max_length=120, blank=True)
    n_participants = models.PositiveIntegerField(_("participants"), null=True, blank=True)
    participant_unit = models.CharField(_("counted in"), max_length=20, blank=True)
    owner = models.ForeignKey(
        "register.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    indicator = models.ForeignKey(
        "indicators.Indicator", models.PROTECT, null=True, blank=True, related_name="+"
    )
    indicator_text = models.CharField(_("indicator in own words"), max_length=200, blank=True)
    better = models.CharField(
        _("which way is better"), max_length=4, choices=Activity.Better, default=Activity.Better.MORE
    )
    target = models.DecimalField(_("target"), max_digits=18, decimal_places=4, null=True, blank=True)
    # Whether the activity was out of the plan by then: cancelled, and kept in sight.
    is_dropped = models.BooleanField(_("dropped"), default=False)

    class Meta:
        verbose_name = _("line of a revision")
        verbose_name_plural = _("lines of revisions")
        constraints = [
            models.UniqueConstraint(fields=["revision", "activity"], name="revision_line_once"),
            models.CheckConstraint(
                condition=models.Q(cost__isnull=True) | ~models.Q(currency=""),
                name="revision_line_cost_currency",
            ),
        ]
        ordering = ["revision", "activity"]

    def __str__(self) -> str:
        return in_language(self, "label")

    def when_context(self) -> dict[str, bool | None]:
        """How the list that it stands in writes its dates."""
        return self.activity.when_context()

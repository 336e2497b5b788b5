from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned
from nanduti.register.models.dated import Dated

from .. import posts
from .programmes import Programme


def _share(label, **kwargs):  # type: ignore[no-untyped-def]
    """A share of one full post, 0 to 1."""
    bounds = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))]
    return models.DecimalField(
        label, max_digits=4, decimal_places=3, null=True, blank=True, validators=bounds, **kwargs
    )


@classified(
    open="programme code kind side cluster based_in reports_to since_text until_text since_on until_on share_of_time "
    "workload note note_es",
    sensitive="person is_technical qualification qualification_es is_trained training training_es knows_other "
    "override_reason",
)
class Appointment(Scoped, Sourced, Versioned, Timestamped, Dated):
    """That somebody works for a programme in a post, to whom they report, and what shows that they fit."""

    class Kind(models.TextChoices):
        """The kinds of ``posts.yaml``, from the top down."""

        HEADQUARTERS = "headquarters", posts.title("headquarters")
        ADVISER = "adviser", posts.title("adviser")
        COORDINATOR = "coordinator", posts.title("coordinator")
        AGENT = "agent", posts.title("agent")
        FACILITATOR = "facilitator", posts.title("facilitator")
        EXPERT = "expert", posts.title("expert")

    class Side(models.TextChoices):
        EMERGING = "emerging", _("emerging cluster")
        ADVANCED = "advanced", _("advanced cluster")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="appointments")
    code = models.SlugField(_("code"), max_length=80)
    kind = models.CharField(pgettext_lazy("in a programme", "post"), max_length=12, choices=Kind)
    side = models.CharField(_("side"), max_length=10, choices=Side, default=Side.EMERGING)
    # Empty: for the programme as a whole.
    cluster = models.ForeignKey(
        "register.Cluster", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cluster")
    )
    based_in = models.ForeignKey(
        "register.Cluster",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("works from"),
    )
    # Empty where nobody has said who it is.
    person = models.ForeignKey(
        "register.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    # Empty: as is usual for the kind of post.
    reports_to = models.ForeignKey(
        "self", models.RESTRICT, null=True, blank=True, related_name="reports", verbose_name=_("reports to")
    )
    is_technical = models.BooleanField(_("qualified in what the cluster makes"), null=True, blank=True)
    qualification = models.CharField(_("what shows the qualification"), max_length=300, blank=True)
    qualification_es = models.CharField(_("the same in Spanish"), max_length=300, blank=True)
    is_trained = models.BooleanField(_("trained as an agent"), null=True, blank=True)
    training = models.CharField(_("which training"), max_length=300, blank=True)
    training_es = models.CharField(_("which training, in Spanish"), max_length=300, blank=True)
    knows_other = models.BooleanField(_("knows the other cluster"), null=True, blank=True)
    share_of_time = _share(_("share of a post that is given"))
    workload = _share(_("share of a post that the work asks for"))
    note = models.TextField(_("note"), blank=True)
    note_es = models.TextField(_("note in Spanish"), blank=True)
    override_reason = models.TextField(_("why the rule was put aside"), blank=True)

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="appointment_code_once"),
            models.CheckConstraint(
                condition=models.Q(reports_to__isnull=True) | ~models.Q(reports_to=models.F("id")),
                name="appointment_not_its_own_superior",
            ),
        ]
        ordering = ["side", "kind", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.cluster}" if self.cluster else self.get_kind_display()

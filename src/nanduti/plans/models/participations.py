from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Sourced, Versioned

from .activities import Activity


@classified(
    open="activity organisation establishment group_label group_label_es role count unit size_band is_newcomer "
    "is_in_group sex",
    sensitive="person",
)
class Participation(Scoped, Sourced, Versioned):
    """That somebody took part in an activity: a person, a firm, or a counted group where no list was kept."""

    class Role(models.TextChoices):
        PARTICIPANT = "participant", _("participant")
        TRAINER = "trainer", _("trainer")
        EXPERT = "expert", _("expert")
        HOST = "host", _("host")
        ORGANISER = "organiser", _("organiser")

    class Unit(models.TextChoices):
        PERSONS = "persons", _("persons")
        FIRMS = "firms", _("firms")
        INSTITUTIONS = "institutions", _("institutions")

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="participations")
    organisation = models.ForeignKey(
        "register.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    establishment = models.ForeignKey(
        "register.Establishment", models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey("register.Person", models.PROTECT, null=True, blank=True, related_name="+")
    group_label = models.CharField(_("group"), max_length=120, blank=True)
    group_label_es = models.CharField(_("group in Spanish"), max_length=120, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.PARTICIPANT)
    count = models.PositiveIntegerField(_("number"), default=1)
    unit = models.CharField(_("counted in"), max_length=14, choices=Unit, default=Unit.PERSONS)
    sex = models.CharField(_("sex"), max_length=10, blank=True)
    size_band = models.CharField(_("size"), max_length=20, blank=True)
    is_newcomer = models.BooleanField(_("for the first time"), null=True, blank=True)
    # Somebody who is named besides a counted group and belongs to it is not counted a second time.
    is_in_group = models.BooleanField(_("belongs to a group that is counted here"), default=False)

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        constraints = [models.CheckConstraint(condition=models.Q(count__gte=1), name="participation_counts")]
        # Holds all that is summed, so that a million participations are counted from the index alone.
        indexes = [
            models.Index(
                fields=["activity", "role", "is_in_group", "unit", "count"], name="participation_counted"
            )
        ]

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Timestamped, Versioned

from .submissions import Submission


@classified(open="programme name title kind properties filter needs_approval changed")
class EntityList(Scoped, Versioned, Timestamped):
    """Things that forms may choose from and add to on the phone: establishments, people, groups, activities."""

    class Kind(models.TextChoices):
        ESTABLISHMENTS = "establishments", _("establishments of the register")
        PEOPLE = "people", _("people of the register, by pseudonym")
        GROUPS = "groups", _("groups")
        ACTIVITIES = "activities", _("activities")
        OWN = "own", _("made by the forms")

    programme = models.ForeignKey("programme.Programme", models.PROTECT, related_name="entity_lists")
    name = models.CharField(_("name"), max_length=100)
    title = models.CharField(_("title"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.OWN)
    # [{"name", "sensitivity"}] in the order of the columns.
    properties = models.JSONField(default=list, blank=True)
    filter = models.JSONField(default=dict, blank=True)
    needs_approval = models.BooleanField(default=False)
    # Grows with every change of what the list holds: the token that tells a phone whether to fetch it again.
    changed = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("entity list")
        verbose_name_plural = _("entity lists")
        constraints = [
            models.UniqueConstraint(fields=["programme", "name"], name="entity_list_once"),
        ]

    def __str__(self) -> str:
        return self.title or self.name


@classified(open="entity_list uuid number cluster deleted_at", sensitive="pseudonym data sealed")
class Entity(Scoped, Timestamped):
    """One thing of an entity list, as it stands after all that was said of it.

    ``pseudonym`` names the record of the register it stands for; label and identifying properties are sealed.
    """

    entity_list = models.ForeignKey(EntityList, models.CASCADE, related_name="entities")
    uuid = models.UUIDField()
    number = models.PositiveIntegerField(default=1)
    pseudonym = models.CharField(max_length=12, blank=True, db_index=True)
    cluster = models.ForeignKey("register.Cluster", models.PROTECT, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict, blank=True)
    sealed = models.BinaryField(null=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("entity")
        verbose_name_plural = _("entities")
        constraints = [
            models.UniqueConstraint(fields=["entity_list", "uuid"], name="entity_once"),
        ]
        indexes = [models.Index(fields=["entity_list", "cluster"], name="entity_of_cluster")]


@classified(
    open="entity number base_number trunk_number branch branch_base submission conflict conflicting made_at "
    "is_forced resolved_at",
    sensitive="data sealed made_by resolved_by resolution",
)
class EntityVersion(models.Model):
    """What one submission or one person made of an entity, on which base, and whether it clashed with another."""

    class Conflict(models.TextChoices):
        NONE = "", _("none")
        SOFT = "soft", _("made on an older version")
        HARD = "hard", _("changes what another has changed")

    entity = models.ForeignKey(Entity, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    base_number = models.PositiveIntegerField(null=True)
    trunk_number = models.PositiveIntegerField(null=True)
    branch = models.UUIDField(null=True)
    branch_base = models.PositiveIntegerField(null=True)
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, related_name="entity_versions")
    # What was said in this version, and nothing else; the entity holds the sum.
    data = models.JSONField(default=dict, blank=True)
    sealed = models.BinaryField(null=True)
    conflict = models.CharField(max_length=4, choices=Conflict, blank=True, default="")
    conflicting = models.JSONField(default=list, blank=True)
    is_forced = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    resolution = models.TextField(blank=True)

    class Meta:
        verbose_name = _("version of an entity")
        verbose_name_plural = _("versions of entities")
        ordering = ["entity", "number"]
        constraints = [
            models.UniqueConstraint(fields=["entity", "number"], name="entity_version_once"),
        ]
        indexes = [
            models.Index(fields=["branch", "branch_base"], name="entity_version_branch"),
            models.Index(
                fields=["entity"],
                name="entity_version_conflict",
                condition=Q(resolved_at__isnull=True) & ~Q(conflict=""),
            ),
        ]


@classified(open="entity_list uuid branch branch_base submission waits_since position", sensitive="sealed")
class WaitingEntityUpdate(Scoped):
    """An offline update whose forerunner has not arrived: it waits, and is taken by force when it waited too long."""

    entity_list = models.ForeignKey(EntityList, models.CASCADE, related_name="waiting")
    uuid = models.UUIDField()
    branch = models.UUIDField()
    branch_base = models.PositiveIntegerField()
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="+")
    position = models.PositiveIntegerField(default=0)
    # The declaration with its properties, as JSON.
    sealed = models.BinaryField()
    waits_since = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("update that waits")
        verbose_name_plural = _("updates that wait")
        constraints = [
            models.UniqueConstraint(fields=["submission", "position"], name="waiting_update_once"),
        ]
        indexes = [models.Index(fields=["branch", "branch_base"], name="waiting_update_branch")]

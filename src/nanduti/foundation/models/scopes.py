from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..classification import classified
from ..roles import ROLES


@classified(open="kind code title reaches")
class Scope(models.Model):
    """What access is granted within: a programme, a cluster, or a programme's work in one cluster.

    Besides these there is the installation itself, within which its first administrator begins a programme; a role
    there reaches nothing of what any programme keeps.
    """

    class Kind(models.TextChoices):
        PROGRAMME = "programme", _("programme")
        CLUSTER = "cluster", _("cluster")
        WORK = "work", _("a programme's work in a cluster")
        INSTALLATION = "installation", _("this installation")

    kind = models.CharField(max_length=12, choices=Kind)
    code = models.CharField(max_length=130)
    title = models.CharField(max_length=200, blank=True)
    reaches = models.ManyToManyField(
        "self", through="ScopeReach", symmetrical=False, related_name="reached_from"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="scope_code_once")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}"

    @classmethod
    def of_installation(cls) -> Scope:
        """The scope of the installation itself, made when it is first asked for."""
        return cls.objects.get_or_create(kind=cls.Kind.INSTALLATION, code="here")[0]


@classified(open="wide narrow is_reading")
class ScopeReach(models.Model):
    """That a grant within the wide scope holds within the narrow one too; ``is_reading``: for reading alone."""

    wide = models.ForeignKey(Scope, models.CASCADE, related_name="+")
    narrow = models.ForeignKey(Scope, models.CASCADE, related_name="+")
    is_reading = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["wide", "narrow"], name="scope_reach_once")]


@classified(open="role since until", sensitive="user given_by")
class Grant(models.Model):
    """A role that somebody holds within a scope, from a first day until a day on which it no longer holds."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="grants")
    role = models.CharField(max_length=40, choices=[(r.code, r.title) for r in ROLES])
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="grants")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "scope"], name="grant_once"),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="grant_span",
            ),
        ]

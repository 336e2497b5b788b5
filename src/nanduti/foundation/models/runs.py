from __future__ import annotations

from django.conf import settings
from django.db import models

from ..classification import classified
from .scopes import Scope


@classified(open="recipe recipe_version input_digest package_version seed result started_at", sensitive="by")
class Run(models.Model):
    """One computation that can be woven again: recipe, digest of the inputs, versions, seed and result."""

    scope = models.ForeignKey(Scope, models.PROTECT, null=True, related_name="+")
    recipe = models.CharField(max_length=120)
    recipe_version = models.CharField(max_length=40, blank=True)
    input_digest = models.CharField(max_length=64)
    package_version = models.CharField(max_length=40)
    seed = models.CharField(max_length=80, blank=True)
    result = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField()

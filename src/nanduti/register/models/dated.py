"""From when to when, as somebody wrote it and as far as it was understood."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Dated(models.Model):
    """A span whose ends are kept as written; the days say how they were understood, and are empty where not.

    ``since_on`` is the first day that could be meant; ``until_on`` is exclusive and empty while it goes on.
    """

    since_text = models.CharField(_("since"), max_length=80, blank=True)
    until_text = models.CharField(_("until"), max_length=80, blank=True)
    since_on = models.DateField(null=True, blank=True, editable=False)
    until_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

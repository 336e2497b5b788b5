"""From when to when, as somebody wrote it and as far as it was understood."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.fields import WhenEnd, WhenStart, WhenText


class Dated(models.Model):
    """A span whose ends are kept as written; the days say how they were understood, and are empty where not.

    ``since_on`` is the first day that could be meant; ``until_on`` is exclusive and empty while it goes on.
    """

    since_text = WhenText(_("since"))
    until_text = WhenText(_("until"))
    since_on = WhenStart("since_text")
    until_on = WhenEnd("until_text")

    class Meta:
        abstract = True

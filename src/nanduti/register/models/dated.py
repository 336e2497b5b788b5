"""From when to when, as somebody wrote it and as far as it was understood."""

from __future__ import annotations

from datetime import date

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

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day; what has no known beginning holds until it is said to end."""
        return (self.since_on is None or self.since_on <= day) and (
            self.until_on is None or day < self.until_on
        )

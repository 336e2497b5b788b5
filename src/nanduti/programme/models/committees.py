from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenPrecision, WhenStart, WhenText
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned
from nanduti.register.models.dated import Dated

from .programmes import Programme, in_language


@classified(open="programme code name name_es kind place quorum")
class Committee(Scoped, Sourced, Versioned):
    """A body that steers a programme, or that partners run one of its centres with.

    Which sectors must sit on it follows from its kind (``bodies.yaml``); who does, from its seats.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="committees")
    code = models.SlugField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=120)
    name_es = models.CharField(_("name in Spanish"), max_length=120, blank=True)
    kind = models.SlugField(_("kind"), max_length=40, default="steering_committee")
    place = models.ForeignKey(
        "register.Place", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("territory")
    )
    # How many seats must be at a meeting, where the body has laid that down itself.
    quorum = models.PositiveSmallIntegerField(_("quorum"), null=True, blank=True)

    class Meta:
        verbose_name = _("committee")
        verbose_name_plural = _("committees")
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="committee_code_once")]

    def __str__(self) -> str:
        return in_language(self, "name")


@classified(
    open="committee sector organisation since_text until_text since_on until_on note note_es",
    sensitive="person",
)
class Seat(Scoped, Sourced, Versioned, Dated):
    """A seat on a committee: for which sector, held by which organisation, and by whom where that is known."""

    committee = models.ForeignKey(Committee, models.CASCADE, related_name="seats")
    sector = models.SlugField(_("sector"), max_length=40)
    organisation = models.ForeignKey(
        "register.Organisation", models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    person = models.ForeignKey(
        "register.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    note_es = models.CharField(_("note in Spanish"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "sector", "organisation", "since_text"], name="seat_once"
            )
        ]
        ordering = ["sector", "id"]

    def __str__(self) -> str:
        return f"{self.committee}: {self.organisation}"


@classified(open="committee number held_on held_on_start held_on_end held_on_precision place note note_es")
class Meeting(Scoped, Sourced, Versioned):
    """A sitting of a committee."""

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="meetings")
    number = models.PositiveSmallIntegerField(_("number"))
    held_on = WhenText(_("held on"))
    held_on_start = WhenStart("held_on")
    held_on_end = WhenEnd("held_on")
    held_on_precision = WhenPrecision("held_on")
    place = models.CharField(_("place"), max_length=120, blank=True)
    note = models.TextField(_("note"), blank=True)
    note_es = models.TextField(_("note in Spanish"), blank=True)

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = [models.UniqueConstraint(fields=["committee", "number"], name="meeting_number_once")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.committee} {self.number}"


@classified(open="meeting seat was_there")
class Presence(Scoped, Sourced):
    """That the holder of a seat was at a meeting, or was not; without a row nobody wrote it down."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="presences")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="presences")
    was_there = models.BooleanField(_("was there"))

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [models.UniqueConstraint(fields=["meeting", "seat"], name="presence_once")]
        ordering = ["meeting", "seat"]


@classified(
    open="committee meeting code decision decision_es owner due due_start due_end due_precision "
    "done done_start done_end done_precision"
)
class Resolution(Scoped, Sourced, Versioned, Timestamped):
    """What a committee decided, who sees to it, and until when."""

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="resolutions")
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="resolutions")
    code = models.SlugField(_("code"), max_length=60)
    decision = models.TextField(_("decision"))
    decision_es = models.TextField(_("decision in Spanish"), blank=True)
    owner = models.ForeignKey(
        "register.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    due = WhenText(_("due"))
    due_start = WhenStart("due")
    due_end = WhenEnd("due")
    due_precision = WhenPrecision("due")
    done = WhenText(_("done"))
    done_start = WhenStart("done")
    done_end = WhenEnd("done")
    done_precision = WhenPrecision("done")

    class Meta:
        verbose_name = _("resolution")
        verbose_name_plural = _("resolutions")
        constraints = [models.UniqueConstraint(fields=["committee", "code"], name="resolution_code_once")]
        ordering = ["due_end", "id"]

    def __str__(self) -> str:
        return in_language(self, "decision")

    def state_on(self, day: date) -> str:
        """open, done, overdue, or undated (decided with no day set)."""
        if self.done and (self.done_start is None or self.done_start <= day):
            return "done"
        if self.due_end is None:
            return "undated"
        return "overdue" if self.due_end <= day else "open"

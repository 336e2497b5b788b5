from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified

from ..sealed import SealedText
from .consents import Purpose


@classified(
    open="state purpose fields_asked fields_granted until_on granted_until asked_at decided_at",
    sensitive="scope_id scope_code pseudonym subject_kind asked_by_id asked_by_label asks_for text "
    "decided_by_id decided_by_label reason",
)
class ContactRequest(models.Model):
    """Somebody asks the municipality for a contact: who asks, what for, until when. The words are sealed.

    Users and scopes are named by number and label: no key crosses from one database to the other.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("waiting")
        GRANTED = "granted", _("granted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    scope_id = models.BigIntegerField(db_index=True)
    scope_code = models.CharField(max_length=130)
    pseudonym = models.CharField(max_length=12, db_index=True)
    subject_kind = models.CharField(max_length=13)
    asked_by_id = models.BigIntegerField(db_index=True)
    asked_by_label = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    asks_for = SealedText(_("who asks"))
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="+")
    text = SealedText(_("what for"))
    fields_asked = models.JSONField(default=list)
    until_on = models.DateField(_("until"))
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by_id = models.BigIntegerField(null=True, blank=True)
    decided_by_label = models.CharField(max_length=80, blank=True)
    reason = SealedText()
    fields_granted = models.JSONField(default=list, blank=True)
    granted_until = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("contact request")
        verbose_name_plural = _("contact requests")
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["scope_id", "state"], name="contact_request_desk")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="granted") | Q(granted_until__isnull=False, decided_by_id__isnull=False),
                name="contact_request_expires",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | Q(reason__isnull=False), name="contact_request_refused_why"
            ),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("asked_by_id")),
                name="contact_request_not_own",
            ),
        ]


@classified(
    open="role purpose fields since_on until_on revoked_at",
    sensitive="scope_id scope_code user_id user_label given_by_id given_by_label given_at "
    "revoked_by_label revoke_reason",
)
class StandingGrant(models.Model):
    """For daily field work: the agents of a cluster see some fields of its firms, until a day or until revoked."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    scope_id = models.BigIntegerField(db_index=True)
    scope_code = models.CharField(max_length=130)
    user_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    user_label = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=40, blank=True)
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="+")
    fields = models.JSONField(default=list)
    since_on = models.DateField()
    until_on = models.DateField()
    given_at = models.DateTimeField()
    given_by_id = models.BigIntegerField()
    given_by_label = models.CharField(max_length=80)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by_label = models.CharField(max_length=80, blank=True)
    revoke_reason = SealedText()

    class Meta:
        verbose_name = _("standing grant")
        verbose_name_plural = _("standing grants")
        ordering = ["-given_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gt=F("since_on")), name="standing_grant_span"),
            models.CheckConstraint(
                condition=Q(user_id__isnull=False, role="") | Q(user_id__isnull=True, role__gt=""),
                name="standing_grant_one_holder",
            ),
            models.CheckConstraint(
                condition=Q(user_id__isnull=True) | ~Q(user_id=F("given_by_id")),
                name="standing_grant_not_own",
            ),
        ]


@classified(open="fields why occasion at", sensitive="pseudonym scope_id by_id by_label request grant")
class Reveal(models.Model):
    """One audited look: who saw which fields of whom, by what right, when; or had them compared, seeing none."""

    class Why(models.TextChoices):
        REQUEST = "request", _("granted request")
        STANDING = "standing", _("standing grant")
        CUSTODY = "custody", _("custodian")
        OWN = "own", _("own record")

    class Occasion(models.TextChoices):
        SHOWN = "shown", _("shown on a page")
        DOUBLES = "doubles", _("compared in a search for doubles")

    pseudonym = models.CharField(max_length=12, db_index=True)
    scope_id = models.BigIntegerField(null=True, blank=True)
    fields = models.JSONField(default=list)
    by_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    by_label = models.CharField(max_length=80)
    why = models.CharField(max_length=8, choices=Why)
    occasion = models.CharField(max_length=8, choices=Occasion, default=Occasion.SHOWN)
    request = models.ForeignKey(ContactRequest, models.PROTECT, null=True, blank=True, related_name="reveals")
    grant = models.ForeignKey(StandingGrant, models.PROTECT, null=True, blank=True, related_name="reveals")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("reveal")
        verbose_name_plural = _("reveals")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["scope_id", "-at"], name="reveal_log")]

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped

from .enumerators import Enumerator
from .instruments import Instrument, InstrumentVersion


@classified(
    open="programme instrument instrument_version form_id form_version instance_id xml_digest deprecated_id corrects "
    "is_current is_trial state processing processing_note channel received_at n_files_expected n_files_arrived "
    "started_at ended_at duration_seconds cluster",
    sensitive="enumerator collected_by device_id establishment",
)
class Submission(Scoped):
    """One filled instrument, as it arrived; an edited one is a row of its own that corrects the former.

    ``scope`` is the enumerator's. Unique by programme and ``instance_id``: posted once or fifty times, it is one row.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        ACCEPTED = "accepted", _("accepted")
        RETURNED = "returned", _("returned")
        REJECTED = "rejected", _("rejected")

    class Processing(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("read")
        PARKED = "parked", _("parked")
        FAILED = "failed", _("failed")

    class Channel(models.TextChoices):
        PHONE = "phone", _("phone")
        BROWSER = "browser", _("browser")
        SPREADSHEET = "spreadsheet", _("spreadsheet")
        OFFICE = "office", _("corrected in the office")

    # Found by the constraint below, which begins with it.
    programme = models.ForeignKey("programme.Programme", models.PROTECT, related_name="+", db_index=False)
    # Both are empty where the form is not known here: parked until somebody says what it is.
    instrument = models.ForeignKey(Instrument, models.PROTECT, null=True, related_name="submissions")
    instrument_version = models.ForeignKey(
        InstrumentVersion, models.PROTECT, null=True, related_name="submissions"
    )
    form_id = models.CharField(max_length=255)
    form_version = models.CharField(max_length=255, blank=True)
    instance_id = models.CharField(max_length=255)
    xml_digest = models.CharField(max_length=64)
    deprecated_id = models.CharField(max_length=255, blank=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    is_current = models.BooleanField(default=True)
    is_trial = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED)
    processing = models.CharField(max_length=10, choices=Processing, default=Processing.WAITING)
    processing_note = models.CharField(max_length=300, blank=True)
    channel = models.CharField(_("came by"), max_length=12, choices=Channel, default=Channel.PHONE)
    enumerator = models.ForeignKey(Enumerator, models.PROTECT, null=True, related_name="submissions")
    # The account that filled it in a browser or handed in a workbook; phones are known by their enumerator.
    collected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    device_id = models.CharField(max_length=255, blank=True)
    received_at = models.DateTimeField(_("received at"))
    n_files_expected = models.PositiveIntegerField(default=0)
    n_files_arrived = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    duration_seconds = models.PositiveIntegerField(null=True, blank=True)
    # Whom it is about, once it has been read and mapped.
    cluster = models.ForeignKey("register.Cluster", models.PROTECT, null=True, blank=True, related_name="+")
    establishment = models.ForeignKey(
        "register.Establishment", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            models.UniqueConstraint(fields=["programme", "instance_id"], name="submission_once"),
        ]
        indexes = [
            models.Index(fields=["instrument", "-received_at", "-id"], name="submission_of_instrument"),
            models.Index(fields=["instrument", "state"], name="submission_by_state"),
            # Edits may arrive before what they correct.
            models.Index(
                fields=["deprecated_id", "programme"], name="submission_edit", condition=~Q(deprecated_id="")
            ),
            # Short as long as the work behind the answer keeps up. SQLite uses it only for queries that repeat
            # the condition as it stands here: exclude(processing="done").
            models.Index(
                fields=["processing", "id"], name="submission_unread", condition=~Q(processing="done")
            ),
        ]

    def __str__(self) -> str:
        return self.instance_id


@classified(open="submission n_bytes", sensitive="sealed")
class Envelope(models.Model):
    """The very bytes of a submission's XML: compressed, and sealed because answers may tell who somebody is."""

    submission = models.OneToOneField(Submission, models.CASCADE, primary_key=True, related_name="envelope")
    n_bytes = models.PositiveIntegerField()
    sealed = models.BinaryField()


@classified(open="submission media_type n_bytes digest arrived_at replaced_at", sensitive="name path")
class SubmissionFile(models.Model):
    """A photograph, sound or log that belongs to a submission: expected because the answers name it, or arrived.

    Other bytes under the same name replace it; the former row stays, with the moment when it was replaced.
    """

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="files")
    name = models.CharField(_("file name"), max_length=255)
    media_type = models.CharField(max_length=100, blank=True)
    n_bytes = models.PositiveBigIntegerField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    # Below MEDIA_ROOT; the file is sealed in pieces.
    path = models.CharField(max_length=200, blank=True)
    arrived_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("file of a submission")
        verbose_name_plural = _("files of submissions")
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "name"],
                name="submission_file_once",
                condition=Q(replaced_at__isnull=True),
            ),
        ]


@classified(open="submission instrument_version read_at", sensitive="answers sealed problems")
class AnswerSet(models.Model):
    """The answers of a submission, typed: by path of the question; those that identify somebody are sealed."""

    submission = models.OneToOneField(Submission, models.CASCADE, primary_key=True, related_name="answer_set")
    instrument_version = models.ForeignKey(InstrumentVersion, models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict)
    # The same shape, of the identifying questions alone.
    sealed = models.BinaryField(null=True)
    # Answers that do not fit what the question asks: [{"path", "reason"}]; the text only where it is not sealed.
    problems = models.JSONField(default=list, blank=True)
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answers")
        verbose_name_plural = _("answers")


@classified(
    open="programme form_id instance_id reason digest n_bytes received_at submission decision decided_at",
    sensitive="enumerator device_id sealed path files decided_by decision_note",
)
class QuarantinedPost(Scoped):
    """Bytes that could not become a submission: kept whole, with a task for a supervisor."""

    class Decision(models.TextChoices):
        OPEN = "open", _("to be decided")
        REPLACED = "replaced", _("taken instead of the former")
        DROPPED = "dropped", _("not taken")

    programme = models.ForeignKey("programme.Programme", models.PROTECT, related_name="+")
    form_id = models.CharField(max_length=255, blank=True)
    instance_id = models.CharField(max_length=255, blank=True)
    # Code of the error that the device was told.
    reason = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    n_bytes = models.PositiveBigIntegerField()
    sealed = models.BinaryField(null=True)
    path = models.CharField(max_length=200, blank=True)
    # What came with it: [{"name", "media_type", "n_bytes", "digest", "path"}].
    files = models.JSONField(default=list, blank=True)
    enumerator = models.ForeignKey(Enumerator, models.PROTECT, null=True, related_name="+")
    device_id = models.CharField(max_length=255, blank=True)
    received_at = models.DateTimeField()
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, related_name="quarantined")
    decision = models.CharField(max_length=10, choices=Decision, default=Decision.OPEN)
    decision_note = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("post in quarantine")
        verbose_name_plural = _("posts in quarantine")
        constraints = [
            # The same bytes sent again and again are one task.
            models.UniqueConstraint(fields=["programme", "digest", "reason"], name="quarantined_once"),
        ]

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned
from nanduti.programme.models import Programme
from nanduti.programme.models.programmes import in_language


@classified(
    open="programme cluster code title title_es method from_on until_on kinds survey_wave",
)
class TieWave(Scoped, Sourced, Versioned, Timestamped):
    """One round in which people were asked, or seen, with whom they deal: which kinds of tie, from when to when."""

    class Method(models.TextChoices):
        ROSTER = "roster", _("a list to choose from")
        SNOWBALL = "snowball", _("each names the next")
        OBSERVATION = "observation", _("seen by somebody")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="tie_waves")
    cluster = models.ForeignKey("register.Cluster", models.PROTECT, null=True, blank=True, related_name="+")
    code = models.SlugField(_("code"), max_length=80)
    title = models.CharField(_("title"), max_length=200, blank=True)
    title_es = models.CharField(_("title in Spanish"), max_length=200, blank=True)
    method = models.CharField(_("method"), max_length=12, choices=Method, default=Method.ROSTER)
    from_on = models.DateField(_("from"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)
    # Which kinds were asked for: of the others nobody's silence says anything. Empty: whatever was named.
    kinds = models.JSONField(_("kinds of tie asked for"), default=list, blank=True)
    survey_wave = models.ForeignKey("surveys.Wave", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("round of ties")
        verbose_name_plural = _("rounds of ties")
        ordering = ["from_on", "id"]
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="tie_wave_code_once")]

    def __str__(self) -> str:
        return in_language(self, "title") or self.code


@classified(open="programme cluster establishment organisation code state", sensitive="person named_key")
class TieActor(Scoped, Versioned, Timestamped):
    """Whom ties join: an establishment, an organisation or a person of the register, or somebody merely named.

    Whoever was named and is not in the register yet is kept under a number of our own until somebody finds out who
    it is. The name itself stays where it was answered, sealed; equal names meet by a keyed digest.
    """

    class State(models.TextChoices):
        KNOWN = "known", _("in the register")
        NAMED = "named", _("named, not known")
        NOBODY = "nobody", _("nobody could say who it is")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="tie_actors")
    cluster = models.ForeignKey("register.Cluster", models.PROTECT, null=True, blank=True, related_name="+")
    establishment = models.ForeignKey(
        "register.Establishment", models.PROTECT, null=True, blank=True, related_name="+"
    )
    organisation = models.ForeignKey(
        "register.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey("register.Person", models.PROTECT, null=True, blank=True, related_name="+")
    # Of somebody who is not in the register: "?-1", or a nickname of an import, such as "?-dyer".
    code = models.CharField(_("code"), max_length=40, blank=True)
    named_key = models.CharField(max_length=64, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.KNOWN)

    class Meta:
        verbose_name = _("actor with ties")
        verbose_name_plural = _("actors with ties")
        ordering = ["id"]
        constraints = [
            *(
                models.UniqueConstraint(
                    fields=["programme", name], condition=Q(**{f"{name}__isnull": False}),
                    name=f"tie_actor_{name}_once",
                )
                for name in ("establishment", "organisation", "person")
            ),
            models.UniqueConstraint(
                fields=["programme", "code"], condition=~Q(code=""), name="tie_actor_code_once"
            ),
            models.CheckConstraint(
                condition=Q(establishment__isnull=False, organisation__isnull=True, person__isnull=True)
                | Q(establishment__isnull=True, organisation__isnull=False, person__isnull=True)
                | Q(establishment__isnull=True, organisation__isnull=True, person__isnull=False)
                | Q(establishment__isnull=True, organisation__isnull=True, person__isnull=True) & ~Q(code=""),
                name="tie_actor_is_one",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.pseudonym

    @property
    def record(self) -> object | None:
        """The record of the register, if there is one."""
        return self.establishment or self.organisation or self.person

    @property
    def pseudonym(self) -> str:
        """How it is called on pages and in files: the register's pseudonym, else our own number."""
        record = self.record
        return record.pseudonym if record is not None else self.code  # type: ignore[attr-defined]


@classified(open="wave state is_seed n_more", sensitive="actor recruited_by answered_on")
class TieRespondent(Scoped, Versioned):
    """That somebody was to be asked in a round, and whether an answer came."""

    class State(models.TextChoices):
        ANSWERED = "answered", pgettext_lazy("respondent", "answered")
        SILENT = "silent", pgettext_lazy("respondent", "did not answer")
        REFUSED = "refused", pgettext_lazy("respondent", "did not want to")

    wave = models.ForeignKey(TieWave, models.CASCADE, related_name="respondents")
    actor = models.ForeignKey(TieActor, models.CASCADE, related_name="asked")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ANSWERED)
    # In a snowball: with whom it began, and who named this one.
    is_seed = models.BooleanField(_("the chain began here"), default=False)
    recruited_by = models.ForeignKey(
        TieActor, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("named by")
    )
    # Partners beyond those listed, as the respondent counted them.
    n_more = models.PositiveIntegerField(_("more partners"), null=True, blank=True)
    answered_on = models.DateField(_("day"), null=True, blank=True)

    class Meta:
        verbose_name = _("respondent")
        verbose_name_plural = _("respondents")
        constraints = [models.UniqueConstraint(fields=["wave", "actor"], name="tie_respondent_once")]

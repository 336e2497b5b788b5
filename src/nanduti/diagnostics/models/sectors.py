from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenPrecision, WhenStart, WhenText
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned
from nanduti.programme.models import Programme
from nanduti.programme.models.programmes import in_language


@classified(
    open="programme cluster code kind title title_es region region_es reference reference_es as_of as_of_start "
    "as_of_end as_of_precision unit unit_es"
)
class SectorTable(Scoped, Sourced, Versioned, Timestamped):
    """A published table about a region: its sectors, the sizes or roles of its firms, or where they sell."""

    class Kind(models.TextChoices):
        SECTORS = "sectors", _("employment by sector")
        SIZES = "sizes", _("firms by size")
        TIERS = "tiers", _("firms by role in the value chain")
        CLASSES = "classes", _("firms by skill and activity")
        DESTINATIONS = "destinations", _("sales by destination")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="sector_tables")
    cluster = models.ForeignKey(
        "register.Cluster", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cluster")
    )
    code = models.SlugField(_("code"), max_length=60)
    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    title_es = models.CharField(_("title in Spanish"), max_length=200, blank=True)
    region = models.CharField(_("region"), max_length=120)
    region_es = models.CharField(_("region in Spanish"), max_length=120, blank=True)
    # The wider area of the second column, where there is one: without it nothing can be called specialised.
    reference = models.CharField(_("reference area"), max_length=120, blank=True)
    reference_es = models.CharField(_("reference area in Spanish"), max_length=120, blank=True)
    as_of = WhenText(_("as of"))
    as_of_start = WhenStart("as_of")
    as_of_end = WhenEnd("as_of")
    as_of_precision = WhenPrecision("as_of")
    unit = models.CharField(_("counted in"), max_length=60, blank=True)
    unit_es = models.CharField(_("counted in, in Spanish"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("sector table")
        verbose_name_plural = _("sector tables")
        ordering = ["programme", "code"]
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="sector_table_code_once")]

    def __str__(self) -> str:
        return in_language(self, "title")


@classified(
    open="table category position label label_es measure area value qualifier is_total stands covers lower upper "
    "as_of as_of_start as_of_end as_of_precision note note_es"
)
class SectorFigure(Scoped, Sourced):
    """One cell of a sector table, its stated total, or what the text says of it elsewhere.

    ``lower`` and ``upper`` bound a size class in persons (inclusive; an empty upper end is open). ``covers`` names
    the categories that a joint figure stands for.
    """

    class Measure(models.TextChoices):
        EMPLOYMENT = "employment", _("persons employed")
        OWNERS = "owners", _("registered owners")
        ESTABLISHMENTS = "establishments", _("establishments")
        PERCENT = "percent", _("per cent")

    class Area(models.TextChoices):
        HERE = "here", pgettext_lazy("sector table", "the region")
        REFERENCE = "reference", pgettext_lazy("sector table", "the reference area")

    class Stands(models.TextChoices):
        TABLE = "table", pgettext_lazy("where a figure stands", "in the table")
        TEXT = "text", pgettext_lazy("where a figure stands", "in the text")

    class Qualifier(models.TextChoices):
        EXACTLY = "exactly", _("exactly")
        ABOUT = "about", _("about")

    table = models.ForeignKey(SectorTable, models.CASCADE, related_name="figures")
    category = models.SlugField(_("category"), max_length=60)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    label = models.CharField(_("label"), max_length=160)
    label_es = models.CharField(_("label in Spanish"), max_length=160, blank=True)
    measure = models.CharField(_("measure"), max_length=14, choices=Measure)
    area = models.CharField(_("area"), max_length=9, choices=Area, default=Area.HERE)
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=3, null=True, blank=True)
    qualifier = models.CharField(_("how exact"), max_length=8, choices=Qualifier, default=Qualifier.EXACTLY)
    is_total = models.BooleanField(_("stated total"), default=False)
    stands = models.CharField(_("stands"), max_length=5, choices=Stands, default=Stands.TABLE)
    covers = models.CharField(_("stands for"), max_length=200, blank=True)
    lower = models.PositiveIntegerField(_("from workers"), null=True, blank=True)
    upper = models.PositiveIntegerField(_("to workers"), null=True, blank=True)
    as_of = WhenText(_("as of"))
    as_of_start = WhenStart("as_of")
    as_of_end = WhenEnd("as_of")
    as_of_precision = WhenPrecision("as_of")
    note = models.CharField(_("note"), max_length=300, blank=True)
    note_es = models.CharField(_("note in Spanish"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("figure of a sector table")
        verbose_name_plural = _("figures of sector tables")
        ordering = ["table", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["table", "category", "measure", "area", "stands"], name="sector_figure_once"
            ),
            models.CheckConstraint(
                condition=models.Q(value__isnull=True) | models.Q(value__gte=0), name="sector_figure_positive"
            ),
        ]

    def __str__(self) -> str:
        return in_language(self, "label")

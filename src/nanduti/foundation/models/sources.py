from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..classification import classified


@classified(open="code title author year publisher url")
class SourceDocument(models.Model):
    """A document, survey or register that facts are taken from."""

    code = models.SlugField(_("code"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=300)
    author = models.CharField(_("author"), max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    publisher = models.CharField(_("publisher"), max_length=200, blank=True)
    url = models.URLField(_("address"), blank=True)

    def __str__(self) -> str:
        return self.title

    @property
    def short(self) -> str:
        """Author and year, or the title: enough to cite in a table."""
        if self.author and self.year:
            return f"{self.author} {self.year}"
        return self.title

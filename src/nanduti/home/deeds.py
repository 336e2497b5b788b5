"""The table of deeds: what was done, to what, by whom."""

from __future__ import annotations

from django.utils.text import Truncator
from django.utils.translation import gettext_lazy

from nanduti.foundation.audit import ACTIONS
from nanduti.foundation.deeds import in_words
from nanduti.foundation.models import AuditEvent
from nanduti.interface.tables import Col, DataTable

from .deed_details import in_words as details_in_words
from .deed_details import kind_of


def _deeds_in_words() -> dict[str, str]:
    """Every deed in the reader's language, in the order of its alphabet; of another version by its code."""
    words = {code: in_words(code) for code in ACTIONS}
    return dict(sorted(words.items(), key=lambda item: item[1]))


def _subject_in_words(event: AuditEvent) -> str:
    """What kind of record it is, in the reader's language, with its number."""
    model = kind_of(event)
    kind = model._meta.verbose_name if model else event.subject_kind
    return f"{kind} {event.subject_id}".strip()


class DeedTable(DataTable):
    """Audit events, the newest first."""

    name = "audit"
    order = "-at"
    columns = [
        Col("at", gettext_lazy("When"), "moment", phone=True, sortable=True, filter="days", field="at__date"),
        Col("action", gettext_lazy("Deed"), phone=True, filter="choice", choices=_deeds_in_words),
        Col("by_label", gettext_lazy("Who"), phone=True, filter="text"),
        Col(
            "subject_kind",
            gettext_lazy("On what"),
            value=_subject_in_words,
            plain=lambda e: f"{e.subject_kind} {e.subject_id}".strip(),
        ),
        Col("override_reason", gettext_lazy("Rule put aside because"), filter="text"),
        Col(
            "details",
            gettext_lazy("Details"),
            # Some deeds name thousands of records: the page shows how it begins, the export all of it.
            value=lambda e: Truncator(details_in_words(e)).chars(200),
            plain=details_in_words,
        ),
    ]

"""The table of deeds: what was done, to what, by whom."""

from __future__ import annotations

from django.apps import apps
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy

from nanduti.foundation.audit import ACTIONS
from nanduti.foundation.deeds import in_words
from nanduti.foundation.models import AuditEvent
from nanduti.foundation.once import MADE, MARK
from nanduti.interface.tables import Col, DataTable


def _deeds_in_words() -> dict[str, str]:
    """Every deed in the reader's language, in the order of its alphabet; of another version by its code."""
    words = {code: in_words(code) for code in ACTIONS}
    return dict(sorted(words.items(), key=lambda item: item[1]))


def _details(event: AuditEvent) -> str:
    """What the deed noted; the mark of a first click is for the program alone."""
    noted = {
        key: value
        for key, value in event.details.items()
        if key not in (MARK, MADE) and value not in ("", [], {})
    }
    return ", ".join(f"{key}: {value}" for key, value in noted.items())


def _subject_in_words(event: AuditEvent) -> str:
    """What kind of record it is, in the reader's language, with its number."""
    app, _dot, name = event.subject_kind.partition(".")
    try:
        kind = apps.get_model(app, name)._meta.verbose_name if name else event.subject_kind
    except LookupError:  # of a record that is kept no longer
        kind = event.subject_kind
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
            value=lambda e: Truncator(_details(e)).chars(120),
            plain=_details,
        ),
    ]

"""Pages of what documents say of an activity: written down beside the record, corrected, taken back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from nanduti.foundation.errors import NotFound
from nanduti.interface.forms import LARGEST
from nanduti.programme import actions as programme_actions
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.models import Statement
from nanduti.programme.pages import form_page, take_back_page
from nanduti.programme.statement_forms import EditStatementForm, StatementForm

from .. import queries
from ..models import Activity
from .common import activity_of, require


def _named(row: Activity) -> str:
    return f"{row.number}. {row}"


def _statement(activity: Activity, pk: int) -> Statement:
    """The statement of that number about the activity; raises ``NotFound``."""
    rows = queries.statements_about(activity=activity)
    row = rows.filter(pk=pk).first() if pk <= LARGEST else None
    if row is None:
        raise NotFound(kind="statement", code_given=pk)
    return row


@programme_page(step=7, item="ledger")
def new_statement(request: HttpRequest, frame: Frame, plan: str, number: int) -> HttpResponse:
    """Write down what a document says of the activity."""
    row = activity_of(frame, plan, number)
    require(frame, row.scope_id)
    return form_page(
        request,
        frame,
        StatementForm(request.POST or None),
        lambda values: programme_actions.keep_statement(
            programme=frame.programme,
            scope=row.scope,
            subject_kind="activity",
            subject=row.reference,
            values=dict(values),
            by=request.user,
        ),
        title=_("Write down what a document says"),
        state=_named(row),
        back=frame.url("plans:activity", plan, number),
        save_label=_("Save"),
        done=_("It stands beside the record. Data quality tells whether the two agree."),
    )


@programme_page(step=7, item="ledger")
def edit_statement(request: HttpRequest, frame: Frame, plan: str, number: int, pk: int) -> HttpResponse:
    """Correct what a document says of the activity."""
    row = activity_of(frame, plan, number)
    require(frame, row.scope_id)
    statement = _statement(row, pk)
    return form_page(
        request,
        frame,
        EditStatementForm.of(statement, request.POST or None),
        lambda values, version: programme_actions.edit_statement(
            statement=statement, values=values, version=version, by=request.user
        ),
        title=_("Correct what a document says"),
        state=_named(row),
        back=frame.url("plans:activity", plan, number),
        save_label=_("Save"),
        done=_("It is corrected."),
        take_back_url=frame.url("plans:take_back_statement", plan, number, pk),
    )


@programme_page(step=7, item="ledger")
def take_back_statement(request: HttpRequest, frame: Frame, plan: str, number: int, pk: int) -> HttpResponse:
    """Take back what a document was said to say by mistake."""
    row = activity_of(frame, plan, number)
    require(frame, row.scope_id)
    return take_back_page(
        request,
        frame,
        _statement(row, pk),
        programme_actions.take_back_statement,
        back=frame.url("plans:activity", plan, number),
        title=_named(row),
    )

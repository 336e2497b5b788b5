"""The census of the example: sent by phones and typed into a workbook, reviewed, sent back, corrected, accepted."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import timedelta

from nanduti.foundation.models import User
from nanduti.programme.models import Programme
from nanduti.register.models import Establishment
from nanduti.surveys.actions import reviews, spreadsheets
from nanduti.surveys.models import Finding, Submission
from nanduti.surveys.spreadsheets.filling import number_of as number_of_row
from nanduti.surveys.spreadsheets.matching import guess
from nanduti.surveys.spreadsheets.taking_in import grid_of, take_in

from . import field
from .field import Asked, census_number, said_at
from .files import folder, rows

State = Submission.State
RETURNED_ON, ACCEPTED_ON, ACCEPTED_AGAIN_ON = "2023-06-12", "2023-07-03", "2024-04-15"
WORKBOOK = "workbook.csv"


def send_census(programme: Programme, form: Asked) -> None:
    """What the phones sent; and what was wrong, corrected under a new number."""
    census = rows("census")
    phones = field.phones(programme, {row["enumerator"] for row in census})
    field.send(
        programme,
        form,
        [
            field.filled(form, row, phones[row["enumerator"]], number=census_number(row["workshop"]))
            for row in census
        ],
    )


def take_workbook(programme: Programme, form: Asked, by: User) -> None:
    """The sheet into which one town hall typed its paper forms, the spreadsheet way."""
    content = (folder() / "answers" / WORKBOOK).read_bytes()
    grid = grid_of(WORKBOOK, content)
    numbers = set(workbook_numbers(form).values())
    if Submission.objects.filter(programme=programme, instance_id__in=numbers).count() == len(numbers):
        return
    outcome = take_in(
        programme=programme,
        version=form.version,
        definition=form.definition,
        grid=grid,
        targets=guess(form.definition, grid.header),
        scope=field.scope_of(programme, "mra"),
        by=by,
    )
    counts = {"n_rows": outcome.n_rows, "n_new": outcome.n_new, "n_problems": outcome.n_problems}
    spreadsheets.spreadsheet_taken_in(instrument=form.instrument, counts=counts, by=by)


def workbook_numbers(form: Asked) -> dict[str, str]:
    """Workshop → instanceID of its row of the workbook, which the row itself decides."""
    keys = {row["workshop_name"]: row["workshop"] for row in rows("workbook-keys")}
    text = (folder() / "answers" / WORKBOOK).read_text(encoding="utf-8")
    head, *content = csv.reader(io.StringIO(text))
    name = head.index("workshop_name")
    return {keys[cells[name]]: number_of_row(form.definition.form_id, cells, 1) for cells in content}


def numbers(form: Asked) -> dict[str, str]:
    """Workshop → instanceID under which its answers came first, by whichever way."""
    by_phone = {row["workshop"]: census_number(row["workshop"]) for row in rows("census")}
    return by_phone | workbook_numbers(form)


def establishments(programme: Programme, form: Asked) -> dict[str, Establishment]:
    """Workshop → the establishment that its answers made."""
    wanted = {number: workshop for workshop, number in numbers(form).items()}
    found = Submission.objects.filter(programme=programme, instance_id__in=wanted).select_related(
        "establishment"
    )
    return {wanted[row.instance_id]: row.establishment for row in found if row.establishment}


# --- the review


def return_slips(programme: Programme, form: Asked, by: User) -> None:
    """Answers that cannot be right go back to whoever asked, with a question."""
    for row in rows("corrections"):
        submission = _by_number(programme, census_number(row["workshop"]))
        if submission.is_current and submission.state == State.RECEIVED:
            reviews.review_submission(
                submission=submission,
                to_state=State.RETURNED,
                comment=row["comment"],
                by=by,
                at=said_at(RETURNED_ON),
            )


def send_corrections(programme: Programme, form: Asked) -> None:
    """The phones send the same visits again, mended."""
    some = rows("corrections")
    phones = field.phones(programme, {row["enumerator"] for row in some})
    field.send(
        programme,
        form,
        [
            field.filled(
                form,
                row,
                phones[row["enumerator"]],
                number=census_number(row["workshop"], "correction"),
                corrects=census_number(row["workshop"]),
            )
            for row in some
        ],
    )


def send_second_visits(programme: Programme, form: Asked) -> None:
    """The selected workshops, ten months later, by the pseudonym on their sticker."""
    some = rows("follow-up")
    if _all_there(programme, [census_number(row["workshop"], "visit-2024") for row in some]):
        return
    phones = field.phones(programme, {row["enumerator"] for row in some})
    firms = establishments(programme, form)
    field.send(
        programme,
        form,
        [
            field.filled(
                form,
                row,
                phones[row["enumerator"]],
                number=census_number(row["workshop"], "visit-2024"),
                firm=firms[row["workshop"]].pseudonym,
            )
            for row in some
        ],
    )


def accept(form: Asked, by: User, *, until: str) -> int:
    """Accept what no check has a word against; what a check doubts stays for the newcomer to review."""
    end = said_at(until, hour=0)
    waiting = Submission.objects.filter(
        instrument=form.instrument,
        state=State.RECEIVED,
        is_current=True,
        processing=Submission.Processing.DONE,
    )
    rows_ = waiting.filter(received_at__lt=end) | waiting.filter(channel=Submission.Channel.SPREADSHEET)
    some = list(rows_.select_related("programme", "enumerator__user", "collected_by", "instrument", "scope"))
    doubted = set(
        Finding.objects.filter(submission__in=[s.pk for s in some], state=Finding.State.OPEN).values_list(
            "submission_id", flat=True
        )
    )
    some = [s for s in some if s.pk not in doubted]
    return reviews.accept_submissions(submissions=some, by=by, at=end + timedelta(hours=15))[0] if some else 0


def _by_number(programme: Programme, number: str) -> Submission:
    rows_ = Submission.objects.select_related("programme", "enumerator__user", "scope", "instrument")
    return rows_.get(programme=programme, instance_id=number)


def _all_there(programme: Programme, wanted: Iterable[str]) -> bool:
    wanted = set(wanted)
    return Submission.objects.filter(programme=programme, instance_id__in=wanted).count() == len(wanted)

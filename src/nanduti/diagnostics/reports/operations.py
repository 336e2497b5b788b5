"""Business operations by product, where each issue is solved, and the challenges of a study, in blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nanduti.interface import saying, words
from nanduti.methods.values import Verdict
from nanduti.programme.models.programmes import in_language

from .. import wording
from ..models import Challenge, Issue, IssueParty
from ..queries import challenges as challenge_queries
from ..queries import issues as issue_queries
from ..queries.sections import Material
from .blocks import Block, Grid, Judgement, Words


def judged(verdict: Verdict) -> Judgement:
    """A verdict in the reader's language."""
    said = saying.say_verdict(verdict)
    text = " ".join(filter(None, [*said.reasons, said.remedy]))
    return Judgement(said.decision, text, said.source)


def aobo_blocks(given: Material) -> Iterable[Block]:
    """A table for each product group, as table 7 of the twinning paper has it; then what weighs most."""
    rows = sorted(given.issues, key=lambda r: (r.product_said, r.number))
    for product, some in groupby(rows, key=lambda r: r.product_said):
        yield Grid(
            product,
            (_("Operation"), _("Issue"), _("Who can help"), _("Entry points")),
            tuple(_issue_row(row) for row in some),
        )
    weighed = [p for p in issue_queries.priorities(given.issues) if p.rank is not None]
    if weighed:
        yield Grid(
            _("Which issues weigh most over all firms"),
            (_("Rank"), _("Issue"), _("Product group"), _("Firms"), _("Weight")),
            tuple(
                (
                    words.number(p.rank),
                    str(p.issue),
                    p.issue.product_said,
                    words.number(p.n_firms),
                    words.number(p.weight, 0),
                )
                for p in weighed[:12]
            ),
            frozenset({0, 3, 4}),
        )
        yield Words(
            _(
                "Weight: how much it hinders (1 to 3) over the firms that would gain, by how willing they are."
            ),
            is_note=True,
        )
    unweighed = len(given.issues) - len(weighed)
    if given.issues and unweighed:
        yield Words(
            ngettext(
                "%(n)s issue has no weight: nobody said how much it hinders, or for how many firms.",
                "%(n)s issues have no weight: nobody said how much they hinder, or for how many firms.",
                unweighed,
            )
            % {"n": words.number(unweighed)},
            is_note=True,
        )


def _issue_row(row: Issue) -> tuple[str, ...]:
    helpers = list(filter(None, [in_language(row, "help_from"), str(row.advanced_cluster or "")]))
    return row.get_item_display(), str(row), "; ".join(helpers), entry_points(row)


def entry_points(row: Issue) -> str:
    """How many firms of which size would gain, how many are named, which institutions can stand between."""
    counted = [f"{words.number(n)} {wording.size(size)}" for size, n in row.counts.items() if n]
    parties = list(row.parties.all())
    interested = sum(p.role == IssueParty.Role.INTERESTED for p in parties)
    if interested:
        counted.append(
            ngettext("%(n)s firm is interested", "%(n)s firms are interested", interested)
            % {"n": words.number(interested)}
        )
    between = [str(p.organisation) for p in parties if p.role == IssueParty.Role.INTERMEDIARY]
    said = [", ".join(counted) or _("not counted")]
    if between:
        said.append(_("intermediary: %(who)s") % {"who": ", ".join(between)})
    return "; ".join(said)


def routing_blocks(given: Material) -> Iterable[Block]:
    """Each issue in the nearest place where it can be solved; the rule that twinning needs an advanced cluster."""
    if not given.issues:
        return
    board = issue_queries.board(given.issues)
    yield Grid(
        _("Where each issue is solved"),
        (_("Solved"), _("Issue"), _("Product group"), _("Who sees to it"), _("Value-chain check")),
        tuple(
            (str(wording.ROUTES[column]), str(row), row.product_said, row.owner, _chain(row))
            for column, some in board.items()
            for row in some
        ),
    )
    yield judged(issue_queries.twinning_verdict(given.issues))
    changed = [r for r in given.issues if r.chain_check in {"added", "removed"}]
    if changed:
        yield Words(_chain_note(changed), is_note=True)


def _chain(row: Issue) -> str:
    reason = in_language(row, "chain_reason")
    said = row.get_chain_check_display()
    return f"{said}: {reason}" if reason else said


def _chain_note(changed: Sequence[Issue]) -> str:
    return _("The check against the value chain added %(added)s and took out %(removed)s.") % {
        "added": words.number(sum(r.chain_check == "added" for r in changed)),
        "removed": words.number(sum(r.chain_check == "removed" for r in changed)),
    }


def challenge_blocks(given: Material) -> Iterable[Block]:
    """What was known at the start, what was met on the way, and what each now asks."""
    if not given.challenges:
        return
    yield Grid(
        _("Challenges"),
        (_("No."), _("Challenge"), _("Kind"), _("State"), _("What we believe"), _("Learning question")),
        tuple(_challenge_row(row) for row in given.challenges),
        frozenset({0}),
    )


def _challenge_row(row: Challenge) -> tuple[str, ...]:
    question = in_language(row, "learning_question")
    if not question and challenge_queries.asks_something(row).decision == "flag":
        question = _("none drawn yet")
    return (
        words.number(row.number),
        str(row),
        row.get_kind_display(),
        row.get_state_display(),
        in_language(row, "hypothesis"),
        question,
    )

"""Codes that are kept, as sentences for people: why an answer does not fit, what a check found, why one waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from nanduti.foundation import languages
from nanduti.interface import words
from nanduti.methods.instruments import Definition, in_language
from nanduti.methods.instruments.quality import SENTENCES

from .models import Finding
from .queries.reviews import Backlog

PROBLEMS: dict[str, Any] = {
    "not_a_number": _("is not a number"),
    "not_whole": _("is not a whole number"),
    "too_large": _("is too large a number"),
    "not_a_day": _("is not a day"),
    "not_a_time": _("is not a time of day"),
    "not_a_moment": _("is not a day with a time"),
    "not_a_place": _("is not a place on earth"),
    "unknown_choice": _("is not one of the choices"),
    "unknown_question": _("is not asked by this version of the form"),
    "twice": _("was answered twice"),
    "not_a_group": _("stands where the form has a group of questions"),
    "encrypted": _("is encrypted"),
}
NOTES: dict[str, Any] = {
    "surveys.answers_differ": _("Other answers under a number that is taken."),
    "surveys.instance_id_missing": _("Answers without a number of their own."),
    "surveys.id_too_long": _("An identifier is too long."),
    "surveys.xml_unreadable": _("The answers are not well-formed."),
    "instruments.not_xml": _("The bytes are not a whole XML document."),
    "instruments.forbidden_xml": _("The document declares its own entities, which forms never do."),
    "vault.closed": _("The key that sealed it is missing here."),
    "vault.tampered": _("It was changed after it was sealed."),
}
RULES: dict[str, Any] = {
    "answer_does_not_fit": _("“{question}”: the answer {problem}."),
    "clock_backwards": _("The form ends before it begins: the clock of the phone was changed."),
    "clock_ahead": _("The form was filled after it arrived: the clock of the phone is wrong."),
}


def problem_said(code: str) -> str:
    """Why an answer does not fit."""
    return str(PROBLEMS.get(code, code))


def note_said(note: str) -> str:
    """Why a submission is parked or has failed."""
    if note.startswith("bug:"):
        return gettext("A mistake of ours; it is written in the log of the server.")
    known = NOTES.get(note)
    return str(known) if known is not None else gettext(note) if note else ""


def question_said(finding: Finding, definition: Definition | None) -> str:
    """The question that a finding is about, where its sentence does not name it."""
    question = definition.question(finding.question) if definition and finding.question else None
    if question is None or finding.rule in RULES or definition is None:
        return ""
    return question.label(languages.tongue(), definition.default_language)


def finding_said(finding: Finding, definition: Definition | None = None) -> str:
    """A finding as a sentence in the reader's language."""
    tongue = languages.tongue()
    messages = finding.details.get("messages")
    if isinstance(messages, Mapping) and messages:
        return in_language(messages, tongue, "en") + _row_said(finding)
    rule = finding.rule.rpartition(":")[2]
    template = RULES.get(rule) or SENTENCES.get(rule) or finding.details.get("sentence")
    if not template:
        return finding.rule
    return _filled(str(gettext(str(template))), finding, definition, tongue) + _row_said(finding)


def _row_said(finding: Finding) -> str:
    return f" ({gettext('row')} {finding.row})" if finding.row else ""


def _filled(template: str, finding: Finding, definition: Definition | None, tongue: str) -> str:
    question = definition.question(finding.question) if definition and finding.question else None
    label = (
        question.label(tongue, definition.default_language) if question and definition else finding.question
    )
    details = {name: _detail(name, value) for name, value in finding.details.items()}
    details |= {"question": label, "enumerator": str(finding.enumerator or "")}
    try:
        return template.format_map(_Lenient(details))
    except (ValueError, IndexError, AttributeError, KeyError):
        return template


class _Lenient(dict):
    """A detail that is missing leaves a dash, not an error on a page."""

    def __missing__(self, name: str) -> str:
        return "–"


def _detail(name: str, value: Any) -> Any:
    if name == "problem":
        return problem_said(str(value))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return words.share(value) if name.endswith("share") else words.number(round(value, 3))
    return value


def backlog_said(backlog: Backlog) -> str:
    """How far the reading is behind, in one sentence."""
    if not backlog.n_waiting:
        return gettext("Everything that arrived has been read.")
    return ngettext(
        "%(n)s that arrived has not been read yet; the oldest is from %(at)s.",
        "%(n)s that arrived have not been read yet; the oldest is from %(at)s.",
        backlog.n_waiting,
    ) % {"n": words.number(backlog.n_waiting), "at": words.moment(backlog.oldest_at)}

"""The rules of a programme: which refuse, only warn or are put aside, and how often somebody went against one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.interface import saying, words
from nanduti.interface.tables import Col, DataTable

from .. import actions, rulebook
from ..frames import Frame, programme_page
from ..rule_forms import SETTINGS, RuleForm
from . import form_page, show

EDIT = "edit_programme"
TONES = {"refuse": "good", "off": "warn"}


@programme_page()
def rules(request: HttpRequest, frame: Frame) -> HttpResponse:
    """What each rule refuses, how the programme has set it, and where it comes from."""
    rows = rulebook.standings(programme=frame.programme)
    may_edit = frame.may_programme(EDIT)
    n = sum(row.setting != "refuse" for row in rows)
    columns = [
        Col("rule", gettext_lazy("Rule"), phone=True, value=lambda r: str(r.rule),
            url=(lambda r: frame.url("programme:rule", r.rule.code)) if may_edit else None),
        Col("asks", gettext_lazy("It speaks up when"), value=lambda r: r.rule.asks_said),
        Col("setting", gettext_lazy("Setting"), "chip", choices=SETTINGS, phone=True,
            tone=lambda s: TONES.get(s, "")),
        Col("n_overrides", gettext_lazy("Put aside"), "number", phone=True),
        Col("source", gettext_lazy("Source"), value=lambda r: saying.say_source(r.rule.source)),
    ]  # fmt: skip
    return show(
        request,
        frame,
        title=_("Rules"),
        state=ngettext(
            "%(n)s rule does not refuse in this programme.",
            "%(n)s rules do not refuse in this programme.",
            n,
        ) % {"n": words.number(n)} if n else _("Every rule refuses, unless somebody who may says why."),
        sections=[{"table": DataTable(rows, request, columns=columns, name="rules")}],
    )  # fmt: skip


@programme_page(may=EDIT, whole=True)
def rule(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Let a rule refuse, warn, or be put aside."""
    found = rulebook.rule_by_code(code)
    form = RuleForm.for_rule(frame.programme, code, request.POST or None)

    def act(values: dict[str, Any], version: int) -> None:
        actions.set_rule(programme=frame.programme, rule=code, **values, version=version, by=request.user)

    return form_page(
        request,
        frame,
        form,
        act,
        title=str(found),
        state=found.asks_said,
        back=frame.url("programme:rules"),
        save_label=_("Save the setting"),
        done=_("The setting is saved."),
    )

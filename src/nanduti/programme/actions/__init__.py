"""Verbs of a programme, noun by noun."""

from .agreements import add_party, edit_agreement, record_agreement, renew_agreement
from .appointments import appoint, edit_appointment
from .committees import (
    complete_resolution,
    fill_seat,
    found_committee,
    record_meeting,
    record_presence,
    record_resolution,
)
from .programmes import declare_principal, judge_candidate, set_rule, settle_statement
from .time_outs import lift_hold, plan_time_out, report_time_out

__all__ = [
    "add_party",
    "appoint",
    "complete_resolution",
    "declare_principal",
    "edit_agreement",
    "edit_appointment",
    "fill_seat",
    "found_committee",
    "judge_candidate",
    "lift_hold",
    "plan_time_out",
    "record_agreement",
    "record_meeting",
    "record_presence",
    "record_resolution",
    "renew_agreement",
    "report_time_out",
    "set_rule",
    "settle_statement",
]

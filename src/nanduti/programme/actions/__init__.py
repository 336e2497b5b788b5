"""Verbs of a programme, noun by noun."""

from .agreements import add_party, edit_agreement, record_agreement, renew_agreement
from .appointments import appoint, edit_appointment
from .candidates import consider_cluster
from .committees import (
    complete_resolution,
    fill_seat,
    found_committee,
    record_meeting,
    record_presence,
    record_resolution,
)
from .conditions import (
    divide_labour,
    edit_condition,
    edit_labour,
    lay_down_condition,
    see_condition,
    set_start_cost,
)
from .programmes import declare_principal, judge_candidate, set_rule, settle_statement
from .time_outs import lift_hold, plan_time_out, report_time_out

__all__ = [
    "add_party",
    "appoint",
    "complete_resolution",
    "consider_cluster",
    "declare_principal",
    "divide_labour",
    "edit_agreement",
    "edit_appointment",
    "edit_condition",
    "edit_labour",
    "fill_seat",
    "found_committee",
    "judge_candidate",
    "lay_down_condition",
    "lift_hold",
    "plan_time_out",
    "record_agreement",
    "record_meeting",
    "record_presence",
    "record_resolution",
    "renew_agreement",
    "report_time_out",
    "see_condition",
    "set_rule",
    "set_start_cost",
    "settle_statement",
]

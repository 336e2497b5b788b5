"""Verbs of a programme, noun by noun."""

from .agreements import (
    add_party,
    edit_agreement,
    edit_party,
    record_agreement,
    remove_party,
    renew_agreement,
)
from .appointments import appoint, edit_appointment
from .beginning import begin_programme, edit_programme
from .candidates import consider_cluster
from .committees import (
    complete_resolution,
    edit_committee,
    edit_meeting,
    edit_resolution,
    fill_seat,
    found_committee,
    record_meeting,
    record_presence,
    record_resolution,
    withdraw_meeting,
    withdraw_resolution,
)
from .conditions import (
    divide_labour,
    edit_condition,
    edit_labour,
    lay_down_condition,
    see_condition,
    set_start_cost,
)
from .coverage import drop_component, edit_component, name_component, set_coverage, take_in_cluster
from .programmes import declare_principal, judge_candidate, set_rule, settle_statement
from .seats import edit_seat, take_back_record
from .statements import edit_statement, keep_statement, take_back_statement
from .time_outs import lift_hold, plan_time_out, report_time_out

__all__ = [
    "add_party",
    "appoint",
    "begin_programme",
    "complete_resolution",
    "consider_cluster",
    "declare_principal",
    "divide_labour",
    "drop_component",
    "edit_agreement",
    "edit_appointment",
    "edit_committee",
    "edit_component",
    "edit_condition",
    "edit_labour",
    "edit_meeting",
    "edit_party",
    "edit_programme",
    "edit_resolution",
    "edit_seat",
    "edit_statement",
    "fill_seat",
    "found_committee",
    "judge_candidate",
    "keep_statement",
    "lay_down_condition",
    "lift_hold",
    "name_component",
    "plan_time_out",
    "record_agreement",
    "record_meeting",
    "record_presence",
    "record_resolution",
    "remove_party",
    "renew_agreement",
    "report_time_out",
    "see_condition",
    "set_coverage",
    "set_rule",
    "set_start_cost",
    "settle_statement",
    "take_back_record",
    "take_back_statement",
    "take_in_cluster",
    "withdraw_meeting",
    "withdraw_resolution",
]

"""Questions of the way in: how far the eight steps are, what needs me, what a word finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nanduti.foundation.models import Job
from nanduti.interface import navigation, words
from nanduti.plans.models import Activity
from nanduti.plans.queries import activities, late_activities
from nanduti.programme.frames import Frame
from nanduti.programme.models import CooperationAgreement, Programme
from nanduti.programme.models.programmes import in_language
from nanduti.programme.queries import agreements, agreements_about_to_lapse, overdue_resolutions, programmes
from nanduti.register import queries as register
from nanduti.twinning.queries import step_evidence

SHOWN = 12


@dataclass(frozen=True)
class Piece:
    """One piece of evidence for a gate."""

    label: str
    when: str = ""
    source: str = ""
    url: str = ""


@dataclass
class Gate:
    """What a step asks for, what there is, and where the missing part is made."""

    kind: str
    title: str
    url: str = ""
    evidence: list[Piece] = field(default_factory=list)


@dataclass
class StepState:
    """One of the eight steps with its gates."""

    number: int
    title: Any
    url: str
    gates: list[Gate]
    links: list[dict[str, Any]]
    who: Any = ""
    source: str = ""

    @property
    def missing(self) -> list[Gate]:
        return [gate for gate in self.gates if not gate.evidence]

    @property
    def state(self) -> str:
        met = len(self.gates) - len(self.missing)
        if not self.gates or met == 0:
            return "none"
        if not self.missing:
            return "done"
        return "half" if met * 2 >= len(self.gates) else "begun"

    @property
    def sign(self) -> str:
        return navigation.STATES[self.state][0]

    @property
    def state_said(self) -> Any:
        return navigation.STATES[self.state][1]

    @property
    def in_words(self) -> str:
        n, met = len(self.gates), len(self.gates) - len(self.missing)
        if not n:
            return _("This step asks for no evidence here.")
        return ngettext(
            "%(met)s of %(n)s piece of evidence is there.",
            "%(met)s of %(n)s pieces of evidence are there.",
            n,
        ) % {"met": words.number(met), "n": words.number(n)}


def steps_of(frame: Frame) -> list[StepState]:
    return []

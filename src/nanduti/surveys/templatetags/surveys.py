"""Words of field work in templates; ``{% load surveys %}``."""

from __future__ import annotations

from django import template

from nanduti.surveys.wording import problem_said

register = template.Library()
register.filter("problem_said", problem_said)

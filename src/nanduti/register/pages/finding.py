"""What a form offers while somebody types who it is."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ..forms.finding import LONGEST, find
from .common import access_of, page

_NAME = re.compile(r"[A-Za-z][\w.-]{0,60}", re.ASCII)
# Fewer letters fit nearly everything, and each name that is shown is written down as a look.
SHORTEST = 2


@page
def fitting(request: HttpRequest) -> HttpResponse:
    """The organisations that fit, as buttons of the form's field; nothing for less than two letters."""
    asked = request.GET.get("name", "")
    name = asked if _NAME.fullmatch(asked) else "organisation"
    text = request.GET.get(name, "").strip()[:LONGEST]
    firms = request.GET.get("firms") != "0"
    found = find(access_of(request), text, firms=firms) if len(text) >= SHORTEST else None
    return render(request, "register/widgets/found.html", {"name": name, "found": found})

"""The pages of a programme, one module for each noun; here what the pages of every room of a programme share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nanduti.foundation.access import Access
from nanduti.interface import words
from nanduti.interface.forms import EditForm, NandutiForm, TakeBackForm
from nanduti.interface.tables import Col
from nanduti.methods.values import Money

from .. import currencies
from ..frames import Frame


def link(url: str, label: Any) -> dict[str, Any]:
    """A link as the templates take it."""
    return {"url": url, "label": label}


def way_in(frame: Frame) -> dict[str, Any]:
    """The next step of an empty section whose records come as tables, for those who may hand them in."""
    may = frame.access.may("import")
    return {"empty_url": reverse("home:import"), "empty_label": _("Import tables")} if may else {}


def dated(key: str, label: Any, **more: Any) -> Col:
    """A column of dates as people wrote them, in the reader's words; exports keep what was written."""
    return Col(
        key, label, value=lambda r: words.written(getattr(r, key)), plain=lambda r: getattr(r, key), **more
    )


def amount_in_words(access: Access, row: Any, unvalued: str = "") -> str:
    """The amount of a row, for those who may see what is sensitive in its scope."""
    if not access.may("read_sensitive", row.scope_id):
        return ""
    return unvalued if row.amount is None else words.money(Money(row.amount, row.currency))


def show(
    request: HttpRequest,
    frame: Frame,
    *,
    title: Any,
    template: str = "programme/sections.html",
    **context: Any,
) -> HttpResponse:
    """A page of sections; a table that was asked to export answers with the file instead."""
    for section in context.get("sections", ()):
        table = section.get("table")
        if table is not None and table.wants_export:
            return table.export()
    return render(request, template, {"title": title, "frame_of": frame, **context})


def form_page(
    request: HttpRequest,
    frame: Frame,
    form: NandutiForm,
    act: Callable[..., Any],
    *,
    title: Any,
    back: str,
    save_label: Any,
    done: Any,
    then: Callable[[Any], str] | None = None,
    template: str = "programme/form.html",
    **context: Any,
) -> HttpResponse:
    """Show a form, and on a clean submission run the action: what it refuses is told in the form.

    ``then`` says of what the action made where to go on; without it, back to where one came from.
    """
    currencies.offer(form, programme=frame.programme)
    made: list[Any] = []
    if request.method == "POST" and form.is_valid():
        ok = (
            form.save_with(lambda values, version: made.append(act(values, version)))
            if isinstance(form, EditForm)
            else form.try_to(lambda: made.append(act(form.cleaned_data)))
        )
        if ok:
            messages.success(request, done)
            return redirect(then(made[-1]) if then else back)
    return render(
        request,
        template,
        {"title": title, "form": form, "back": link(back, _("Back")), "save_label": save_label, **context},
        status=form.status,
    )


def take_back_page(
    request: HttpRequest, frame: Frame, row: Any, act: Callable[..., Any], *, back: str, title: Any = None
) -> HttpResponse:
    """Ask why a record is taken back; ``act(record=, reason=, version=, by=)`` takes it back with a trace."""
    return form_page(
        request,
        frame,
        TakeBackForm.of(row, request.POST or None),
        lambda values, version: act(record=row, version=version, by=request.user, **values),
        title=_("Take this back"),
        state=str(title or row),
        back=back,
        save_label=_("Take this back"),
        done=_("It is taken back. What it said stays in the record of deeds."),
    )

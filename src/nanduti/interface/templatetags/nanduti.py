"""The components as tags; ``{% load nanduti %}``. Each is shown in all its states on the style page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import template
from django.forms import ChoiceField
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from nanduti.foundation import deeds
from nanduti.foundation.classification import Sensitivity
from nanduti.interface import assets, saying, words
from nanduti.interface.parts import TextTable
from nanduti.methods.values import PersonError, Verdict

register = template.Library()

# --- values in words

register.filter("number", words.number)
register.filter("share", words.share)
register.filter("money", words.money)
register.filter("day", words.day)
register.filter("written", words.written)
register.filter("moment", words.moment)
register.filter("interval", words.interval)
register.filter("yes_no", words.yes_no)


@register.simple_tag(name="number")
def number_tag(value: Any, places: int | None = None) -> str:
    """``{% number n %}``: thousands as the language separates them."""
    return words.number(value, places)


@register.simple_tag(name="share")
def share_tag(value: Any, places: int = 1) -> str:
    """``{% share part %}``: a per cent with one decimal."""
    return words.share(value, places)


@register.simple_tag(name="money")
def money_tag(value: Any, places: int | None = None) -> str:
    """``{% money amount %}``: amount and currency."""
    return words.money(value, places)


@register.simple_tag(name="day")
def day_tag(value: Any) -> SafeString | str:
    """``{% day on %}``: a day in words, with the machine's date behind it."""
    if not value:
        return ""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words.day(value))


@register.simple_tag(name="moment")
def moment_tag(value: Any) -> SafeString | str:
    """``{% moment at %}``: a day with its time."""
    if not value:
        return ""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words.moment(value))


@register.simple_tag(name="interval")
def interval_tag(value: Any, precision: str = "") -> str:
    """``{% interval when %}``: a span of days, no finer than it is known."""
    return words.interval(value, precision)


# --- components


@register.inclusion_tag("interface/parts/figure_strip.html")
def figure_strip(figures: Any) -> dict[str, Any]:
    """Three to five numbers that matter, each a link to its records; takes a list of ``parts.Figure``."""
    return {"figures": figures}


@register.inclusion_tag("interface/parts/data_table.html", takes_context=True)
def data_table(context: template.Context, table: Any) -> dict[str, Any]:
    """A ``tables.DataTable`` with its filters, paging and exports."""
    return {"table": table, "request": context.get("request"), "empty": context.get("table_empty")}


@register.inclusion_tag("interface/parts/form_fields.html")
def form_fields(form: Any, helps: bool = True) -> dict[str, Any]:
    """All fields of a form with labels, help, errors beside them, and what the record says meanwhile."""
    # A template would ask the form for a field of that name first, and some form has one.
    said = getattr(form, "said", None)
    rows = [FieldRow(form, bound, helps) for bound in form.visible_fields()]
    folded = [row for row in rows if row.is_folded]
    return {
        "form": form,
        "said": said,
        "rows": rows,
        "folded": folded,
        # What is wrong, or stands there already, must not be hidden.
        "is_open": bool(said) or any(row.says_something() for row in folded),
    }


class FieldRow:
    """One field as the page shows it, with the wiring that screen readers follow."""

    def __init__(self, form: Any, bound: Any, helps: bool = True) -> None:
        self.bound = bound
        self.help = bound.help_text if helps else ""
        self.present = getattr(form, "present", {}).get(bound.name)
        self.kind = getattr(bound.field.widget, "input_type", "") or type(bound.field.widget).__name__.lower()
        self.is_group = bool(getattr(bound.field.widget, "use_fieldset", False))
        self.is_check = self.kind == "checkbox" and not self.is_group
        self.is_folded = bound.name in getattr(form, "folded", ())

    def says_something(self) -> bool:
        """Whether something is wrong in it, or more stands in it than in an empty form."""
        value = self.bound.value()
        if isinstance(value, list | tuple):
            value = "".join(str(part or "") for part in value)
        usual = self.bound.field.initial
        if usual is None and isinstance(self.bound.field, ChoiceField):
            usual = next(iter(self.bound.field.choices), ("",))[0]
        is_usual = value in (None, "") or str(value) == str(usual)
        return bool(self.bound.errors or self.present) or not is_usual

    def widget(self) -> SafeString:
        described = [f"{self.bound.auto_id}_{end}" for end in ("help", "error", "now") if self._has(end)]
        attrs: dict[str, Any] = {"aria-describedby": " ".join(described)} if described else {}
        if self.bound.errors:
            attrs["aria-invalid"] = "true"
        if self.bound.field.required and not self.is_group:
            attrs["aria-required"] = "true"
        return self.bound.as_widget(attrs=attrs)

    def _has(self, end: str) -> bool:
        have = {"help": self.help, "error": self.bound.errors, "now": self.present}
        return bool(have[end])


@register.inclusion_tag("interface/parts/empty_state.html")
def empty_state(title: Any, why: Any = "", action_url: str = "", action_label: Any = "") -> dict[str, Any]:
    """What would stand here, why it matters, and the first action."""
    return {"title": title, "why": why, "action_url": action_url, "action_label": action_label}


@register.simple_tag
def source_of(thing: Any) -> SafeString | str:
    """Where a fact comes from: document and place; takes a record that is ``Sourced``, or a text."""
    text = thing.cite() if hasattr(thing, "cite") else str(thing or "")
    if not text:
        return format_html('<span class="source none">{}</span>', _("no source given"))
    return format_html('<cite class="source">{}</cite>', text)


@register.inclusion_tag("interface/parts/verdict.html")
def verdict(given: Verdict, about: str = "permission") -> dict[str, Any]:
    """The answer of a rule with its reasons, what would help, and the source of the rule.

    ``about`` is what was asked of the rule: a permission, a check or advice."""
    return {"said": saying.say_verdict(given, about)}


@register.inclusion_tag("interface/parts/notice.html")
def notice(given: Any, tone: str = "warn") -> dict[str, Any]:
    """An error of ours, or anything with title, sentence and remedy."""
    return {"said": saying.say(given) if isinstance(given, PersonError) else given, "tone": tone}


SENSITIVITY: dict[int, tuple[str, Any, Any]] = {
    Sensitivity.OPEN: (
        "open",
        pgettext_lazy("who sees this", "Open"),
        gettext_lazy("Nothing here tells who somebody is."),
    ),
    Sensitivity.SENSITIVE: (
        "sensitive",
        pgettext_lazy("who sees this", "Sensitive"),
        gettext_lazy("Told in confidence, or harmful to somebody who is known."),
    ),
    Sensitivity.IDENTIFYING: (
        "identifying",
        pgettext_lazy("who sees this", "Identifying"),
        gettext_lazy("Tells who somebody is or how to reach them."),
    ),
}


@register.inclusion_tag("interface/parts/sensitivity.html")
def sensitivity(level: Any, to: Any = "") -> dict[str, Any]:
    """Who sees this: open, sensitive or identifying (a name, or ``Sensitivity``), and to whom it is shown."""
    number_of = {name: number for number, (name, _label, _about) in SENSITIVITY.items()}
    key = number_of.get(level, Sensitivity.SENSITIVE) if isinstance(level, str) else int(level)
    name, label, about = SENSITIVITY[key]
    return {"name": name, "label": label, "about": about, "to": to}


@register.inclusion_tag("interface/parts/progress.html", takes_context=True)
def progress(context: template.Context, job: Any) -> dict[str, Any]:
    """Background work: how far, what it is doing, a button to stop it; asks again every second until it ends."""
    request: HttpRequest | None = context.get("request")
    return {"job": job, "request": request, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("interface/parts/choice_menu.html")
def switcher(kind: Any, current: Any, choices: Any) -> dict[str, Any]:
    """The programme or cluster at hand, and those to switch to."""
    return {"kind": kind, "current": current, "choices": choices}


# --- pictures drawn in the browser


def _picture(part: str, options: Any, title: Any, table: TextTable | None, name: str) -> dict[str, Any]:
    return {"part": part, "options": options, "title": title, "table": table, "id": name or f"{part}-picture"}


@register.inclusion_tag("interface/parts/picture.html")
def chart(spec: Any, title: Any = "", table: TextTable | None = None, name: str = "") -> dict[str, Any]:
    """A Vega-Lite chart; ``table`` tells the same in text."""
    return _picture("chart", spec, title, table, name)


@register.inclusion_tag("interface/parts/picture.html")
def map_picture(
    features: Any, title: Any = "", table: TextTable | None = None, name: str = ""
) -> dict[str, Any]:
    """A map of GeoJSON features (properties: ``title``, ``url``, ``tone``) on a plain ground; no tiles are fetched."""
    return _picture("map", features, title, table, name)


@register.inclusion_tag("interface/parts/picture.html")
def graph_picture(
    graph: Any, title: Any = "", table: TextTable | None = None, name: str = ""
) -> dict[str, Any]:
    """A network: ``{"nodes": [{"id", "label", "kind"}], "ties": [{"source", "target", "label", "weight"}]}``."""
    return _picture("graph", graph, title, table, name)


# --- the frame


@register.inclusion_tag("interface/parts/assets.html", takes_context=True)
def front_end(context: template.Context) -> dict[str, Any]:
    """The style sheet and the script of every page."""
    return assets.entry("main")


@register.filter
def at(items: Sequence[Any], place: int) -> Any:
    """What stands at a place of a list, such as the heading of a cell; nothing beyond its end."""
    return items[place] if 0 <= place < len(items) else ""


@register.filter
def deed(code: str) -> str:
    """What the trace of an action says was done, in the reader's language."""
    return deeds.in_words(code)


@register.filter
def days_after(day: date, first: date) -> str:
    """How many days lie between, for a slider; as text, since a template would separate the thousands."""
    return str((day - first).days)


@register.filter
def tone_of_state(state: str) -> str:
    """The tone of a job's state."""
    return {"done": "good", "failed": "warn", "cancelled": "warn"}.get(state, "calm")

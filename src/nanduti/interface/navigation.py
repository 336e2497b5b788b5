"""What rooms hang into the frame: rail items, the eight steps, the programmes and clusters to switch between.

``interface`` knows no room above it, so rooms register themselves in ``AppConfig.ready``::

    from nanduti.interface import navigation

    navigation.register(
        items=[navigation.Item("register", _("Register"), "register:home", order=30, on_phone=True)],
        clusters=lambda request: [navigation.Choice(c.name, c.url, is_current=...) for c in ...],
    )

Callables get the request and are asked at most once a request, and only when a page shows the frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import pgettext_lazy

from nanduti.foundation.access import NOBODY

# How far a step is: drawn by the style sheet as ● ◑ ◔ · –, and in words for those who do not see the mark.
STATES: dict[str, Any] = {
    "done": pgettext_lazy("step", "done"),
    "half": pgettext_lazy("step", "well under way"),
    "begun": pgettext_lazy("step", "begun"),
    "none": pgettext_lazy("step", "not begun"),
    "left_out": pgettext_lazy("step", "left out"),
}

STEP_TITLES: dict[int, Any] = {
    1: pgettext_lazy("step", "Select"),
    2: pgettext_lazy("step", "Agents"),
    3: pgettext_lazy("step", "Diagnose"),
    4: pgettext_lazy("step", "Partners"),
    5: pgettext_lazy("step", "Trust"),
    6: pgettext_lazy("step", "Plan"),
    7: pgettext_lazy("step", "Implement"),
    8: pgettext_lazy("step", "Results"),
}

Address = str | Callable[[HttpRequest], str | None]


@dataclass(frozen=True)
class Item:
    """A link of the rail. ``url`` is an address, the name of one, or a callable that may answer ``None`` (hide).

    Shown to who is signed in, and only with the capability ``may`` where one is named; to visitors if ``is_public``.
    """

    key: str
    title: Any
    url: Address
    order: int = 50
    on_phone: bool = False
    may: str = ""
    is_public: bool = False
    is_current: bool = False


@dataclass(frozen=True)
class Choice:
    """A programme or a cluster in its switcher."""

    title: Any
    url: str
    is_current: bool = False
    note: Any = ""


@dataclass(frozen=True)
class Step:
    """One of the eight steps as the rail shows it; ``state`` is a key of :data:`STATES`."""

    number: int
    url: str = ""
    state: str = "none"
    title: Any = ""
    is_current: bool = False

    @property
    def label(self) -> Any:
        return self.title or STEP_TITLES.get(self.number, self.number)

    @property
    def state_label(self) -> Any:
        return STATES[self.state]


Ask = Callable[[HttpRequest], Iterable[Any]]


@dataclass
class _Registry:
    items: dict[str, Item]
    programmes: list[Ask]
    clusters: list[Ask]
    steps: list[Ask]
    search: Address
    marks: list[Ask] = field(default_factory=list)


_registry = _Registry({}, [], [], [], "")


def register(
    *,
    items: Iterable[Item] = (),
    programmes: Callable[[HttpRequest], Iterable[Choice]] | None = None,
    clusters: Callable[[HttpRequest], Iterable[Choice]] | None = None,
    steps: Callable[[HttpRequest], Iterable[Step]] | None = None,
    marks: Callable[[HttpRequest], Iterable[Any]] | None = None,
    search: Address = "",
) -> None:
    """Hang something into the frame; an item with a known key replaces the older one.

    ``marks``: sentences that stand above every page that they hold for, on paper too.
    """
    _registry.items.update({item.key: item for item in items})
    for asked, kept in (
        (programmes, _registry.programmes),
        (clusters, _registry.clusters),
        (steps, _registry.steps),
        (marks, _registry.marks),
    ):
        if asked is not None and asked not in kept:
            kept.append(asked)
    _registry.search = search or _registry.search


def here(request: HttpRequest, *, item: str = "", step: int | None = None) -> None:
    """Say in a page function which rail item and which step are lit."""
    request.nanduti_here = {"item": item, "step": step}  # type: ignore[attr-defined]


def _where(request: HttpRequest, what: str) -> Any:
    return getattr(request, "nanduti_here", {}).get(what)


def address(request: HttpRequest, url: Address) -> str | None:
    """An address from an address, the name of one, or a callable; ``None`` where there is none."""
    found = url(request) if callable(url) else url
    if not found or found.startswith(("/", "#", "?")):
        return found or None
    try:
        return reverse(found)
    except NoReverseMatch:
        return None


def items(request: HttpRequest) -> list[Item]:
    """The rail items this user may follow, with their addresses worked out."""
    access = getattr(request, "access", NOBODY)
    is_signed_in = getattr(request, "user", None) is not None and request.user.is_authenticated
    shown = []
    for item in sorted(_registry.items.values(), key=lambda i: (i.order, i.key)):
        if not item.is_public and not (is_signed_in and (not item.may or access.may(item.may))):
            continue
        url = address(request, item.url)
        if url:
            shown.append(replace(item, url=url, is_current=item.key == _where(request, "item")))
    return shown


def steps(request: HttpRequest) -> list[Step]:
    """The eight steps of the programme at hand; empty where no room tells them."""
    number = _where(request, "step")
    found = [step for ask in _registry.steps for step in ask(request) or ()]
    return [replace(step, is_current=step.number == number) if number else step for step in found]


def programmes(request: HttpRequest) -> list[Choice]:
    """The programmes to switch between."""
    return [choice for ask in _registry.programmes for choice in ask(request) or ()]


def clusters(request: HttpRequest) -> list[Choice]:
    """The clusters to switch between."""
    return [choice for ask in _registry.clusters for choice in ask(request) or ()]


def marks(request: HttpRequest) -> list[Any]:
    """What has to be said above the page whatever it shows, such as that its data are made up."""
    return [mark for ask in _registry.marks for mark in ask(request) or ()]


def search(request: HttpRequest) -> str | None:
    """Where the search box sends its words; nothing where no room can search."""
    return address(request, _registry.search)

"""What every page of a programme starts from: the programme, the cluster chosen, the cut-off day, the rights."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from nanduti.foundation.access import Access
from nanduti.foundation.errors import NotAllowed
from nanduti.interface import navigation, words
from nanduti.register.models import Cluster

from . import pausing, queries
from .dating import Cut
from .errors import ClusterNotChosen
from .models import Programme, TimeOut


@dataclass
class Frame:
    """The programme a page is about, and how the reader has narrowed it."""

    request: HttpRequest
    programme: Programme
    clusters: list[Cluster]
    cluster: Cluster | None
    asked_as_of: date | None
    access: Access = field(init=False)

    def __post_init__(self) -> None:
        self.access = self.request.access  # type: ignore[attr-defined]

    @property
    def today(self) -> date:
        return timezone.localdate()

    @functools.cached_property
    def as_of(self) -> date:
        """The cut-off day: as asked, else the day the lists last reported to, else today."""
        return self.asked_as_of or self._reported or self.today

    @functools.cached_property
    def cut(self) -> Cut:
        """What had happened by the cut-off day, as far as the records can tell."""
        return Cut(self.as_of, self._reported)

    @functools.cached_property
    def _reported(self) -> date | None:
        return queries.reported_to(programme=self.programme)

    def may(self, capability: str) -> bool:
        """Whether the reader may, within the programme or within the cluster's work."""
        return self.access.may(capability, self.programme.scope_id) or self.access.may_work(
            capability, self.programme.code, self.cluster.code if self.cluster else None
        )

    def may_programme(self, capability: str) -> bool:
        """Whether the reader may within the programme as a whole."""
        return self.access.may(capability, self.programme.scope_id)

    def sees_money(self) -> bool:
        """Whether amounts added up over the programme, or over the cluster chosen, are for the reader."""
        return may_within(self.access, "read_sensitive", programme=self.programme, cluster=self.cluster)

    def money_told(self) -> str:
        """How much of the amounts of deals is for the reader: ``all``, ``sums`` over enough of them, or ``none``."""
        return money_told(self.access, programme=self.programme, cluster=self.cluster)

    def writes_in(self, capability: str) -> Cluster | None:
        """The cluster that something new belongs to, ``None`` for the programme as a whole; refuses where neither.

        Who may write only in one cluster writes there, without having to choose it first.
        """
        if self.access.may(capability, self.programme.scope_id):
            return self.cluster
        chosen = [self.cluster] if self.cluster else self.clusters
        own = [c for c in chosen if self.access.may_work(capability, self.programme.code, c.code)]
        if len(own) != 1:
            raise NotAllowed(capability=capability)
        return own[0]

    def url(self, name: str, *args: Any, keep: bool = True, **query: Any) -> str:
        """The address of a page of this programme, with the cluster and the cut-off day kept."""
        address = reverse(name, args=(self.programme.code, *args))
        kept: dict[str, Any] = {}
        if keep and self.cluster:
            kept["cluster"] = self.cluster.code
        if keep and self.asked_as_of:
            kept["as_of"] = self.asked_as_of.isoformat()
        kept |= {k: v for k, v in query.items() if v is not None}
        return f"{address}?{urlencode(kept)}" if kept else address

    @property
    def where(self) -> str:
        """The programme, and the cluster if one is chosen, as a title says it."""
        return f"{self.programme} · {self.cluster}" if self.cluster else str(self.programme)


def may_within(access: Access, capability: str, *, programme: Programme, cluster: Cluster | None) -> bool:
    """Whether it holds for the programme as a whole, or for its work in the one cluster that is asked about."""
    if access.may(capability, programme.scope_id):
        return True
    return cluster is not None and access.may_work(capability, programme.code, cluster.code)


def money_told(access: Access, *, programme: Programme, cluster: Cluster | None) -> str:
    """How much of the amounts of deals somebody is told: ``all``, ``sums`` over enough of them, or ``none``."""
    if may_within(access, "read_sensitive", programme=programme, cluster=cluster):
        return "all"
    return "sums" if may_within(access, "read_sums", programme=programme, cluster=cluster) else "none"


def frame_of(request: HttpRequest, code: str) -> Frame:
    """The frame of a request; raises ``NotFound`` for a programme or cluster that the reader cannot see."""
    programme = queries.programme_by_code(code=code)
    clusters = queries.clusters(programme=programme)
    asked = request.GET.get("cluster", "").replace("\x00", "").strip()[:80]
    chosen = queries.cluster_by_code(programme=programme, code=asked) if asked else None
    frame = Frame(request, programme, clusters, chosen, day_of(request.GET.get("as_of", "")))
    request.programme_frame = frame  # type: ignore[attr-defined]
    return frame


def day_of(text: str) -> date | None:
    """The day that an address names; nothing where it names none."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def _with_where(frame: Frame, error: NotAllowed) -> NotAllowed:
    """Tell an agent of several clusters to choose one: a role there is, but not for the programme as a whole."""
    capability = error.details.get("capability", "")
    own = [c for c in frame.clusters if frame.access.may_work(capability, frame.programme.code, c.code)]
    if frame.cluster is not None or not own:
        return error
    asked = ClusterNotChosen(capability=capability, clusters=", ".join(str(c) for c in own))
    asked.ways = tuple((str(c), f"?{urlencode({'cluster': c.code})}") for c in own)
    return asked


Page = Callable[..., HttpResponse]


def programme_page(
    *, step: int | None = None, item: str = "programme", may: str = "read", whole: bool = False
) -> Callable[[Page], Page]:
    """Make ``page(request, frame, …)`` a page of a programme: signed in, within scope, with the right to it.

    ``whole``: the right must hold in the programme as a whole, not only in the work of one cluster.
    """

    def wrap(page: Page) -> Page:
        @login_required
        @functools.wraps(page)
        def shown(request: HttpRequest, programme: str, *args: Any, **kwargs: Any) -> HttpResponse:
            frame = frame_of(request, programme)
            if not (frame.may_programme(may) if whole else frame.may(may)):
                raise NotAllowed(capability=may)
            navigation.here(request, item=item, step=step)
            try:
                return page(request, frame, *args, **kwargs)
            except NotAllowed as error:
                raise _with_where(frame, error) from None

        return shown

    return wrap


# --- what stands in the frame around the page


def programmes_to_switch(request: HttpRequest) -> list[navigation.Choice]:
    """The programmes within the reader's grants."""
    if not request.user.is_authenticated:
        return []
    current = getattr(request, "programme_frame", None)
    return [
        navigation.Choice(
            str(p),
            reverse("home:programme", args=(p.code,)),
            is_current=bool(current and current.programme.pk == p.pk),
        )
        for p in queries.readable_programmes(access=request.access)  # type: ignore[attr-defined]
    ]


def marks(request: HttpRequest) -> list[str]:
    """That the programme at hand is made up or on hold, for every page that shows it; one query."""
    current = getattr(request, "programme_frame", None)
    if current is None:
        return []
    said = []
    if current.programme.is_synthetic:
        said.append(
            _("Synthetic data: made up to show how Nanduti works. No figure here tells of real firms.")
        )
    return said + [
        _hold_in_words(row) for row in pausing.holds_on(programme=current.programme, on=current.as_of)
    ]


def _hold_in_words(row: TimeOut) -> str:
    since = words.written(row.held)
    if row.cluster:
        return _("Work in %(cluster)s is on hold since %(day)s, until what a review found is solved.") % {
            "cluster": row.cluster,
            "day": since,
        }
    return _("This programme is on hold since %(day)s, until what a review found is solved.") % {"day": since}


# What an address asks of one cluster alone, or of one leaf of a table, and how much else is carried on.
NOT_CARRIED, MOST_CARRIED, LONGEST_CARRIED = ("cluster", "page", "after", "export"), 20, 200


def _asked_besides(request: HttpRequest) -> list[tuple[str, str]]:
    """What the address asks for besides the cluster: a round, a day, a filter."""
    asked = [
        (name, value)
        for name, values in request.GET.lists()
        for value in values
        if name.rpartition(".")[2] not in NOT_CARRIED and len(name) + len(value) <= LONGEST_CARRIED
    ]
    return asked[:MOST_CARRIED]


def clusters_to_switch(request: HttpRequest) -> list[navigation.Choice]:
    """The clusters of the programme at hand; the present page is kept."""
    frame: Frame | None = getattr(request, "programme_frame", None)
    if frame is None or not frame.clusters:
        return []
    kept = _asked_besides(request)
    everything = navigation.Choice(
        _("All clusters"), f"?{urlencode(kept)}" if kept else request.path, is_current=frame.cluster is None
    )
    return [
        everything,
        *(
            navigation.Choice(
                str(c),
                "?" + urlencode([("cluster", c.code), *kept]),
                is_current=bool(frame.cluster and frame.cluster.pk == c.pk),
            )
            for c in frame.clusters
        ),
    ]

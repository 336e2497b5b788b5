"""Who collects when somebody who has signed in fills a form: their enumerator, enrolled when they say that they start.

So the answers of a browser say who asked, just as those of a phone do, entity lists reach as far as that
enumerator's, and taking back the enumerator closes the browser as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import slugify
from django_scopes import scopes_disabled

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.foundation.models import User
from nanduti.programme.frames import Frame, frame_of
from nanduti.register.models import Cluster

from .actions import enumerators
from .errors import NotYetCollecting
from .models import Enumerator, Instrument
from .queries import filling

CAPABILITIES = ("collect", "manage_surveys")


@dataclass
class Collector:
    """Somebody who signed in and may fill this instrument."""

    frame: Frame
    user: User
    enumerator: Enumerator
    instrument: Instrument

    @property
    def owner(self) -> str:
        """Whose drafts and queue these are on the device."""
        return f"user-{self.user.pk}"


def collector_of(request: HttpRequest, programme: str, pk: int, *, enrol: bool = False) -> Collector:
    """Who asks to fill an instrument; raises what they are told where they may not.

    With ``enrol``, for what somebody posts, who has no enumerator yet gets one; without, for what somebody looks at,
    :class:`NotYetCollecting` says so.
    """
    frame = frame_of(request, programme)
    cluster = _where(frame)
    with scopes_disabled():  # the right was asked for above; an instrument belongs to the whole programme
        instrument = Instrument.objects.filter(programme=frame.programme, pk=pk, is_open=True).first()
        if instrument is None:
            raise NotFound(kind="instrument", code_given=str(pk))
        enumerator = _enumerator(frame, request.user, cluster, enrol=enrol)  # type: ignore[arg-type]
        chosen = filling.open_instruments(programme=frame.programme, enumerator=enumerator)
        if not filling.may_collect(enumerator) or not chosen.filter(pk=instrument.pk).exists():
            raise NotAllowed(capability="collect")
    return Collector(frame, request.user, enumerator, instrument)  # type: ignore[arg-type]


def may_collect(frame: Frame) -> bool:
    """Whether the reader may fill forms anywhere in the programme."""
    return any(frame.may(capability) for capability in CAPABILITIES)


def _where(frame: Frame) -> Cluster | None:
    """The cluster within which somebody collects; ``None`` for the programme as a whole."""
    if any(frame.may_programme(capability) for capability in CAPABILITIES):
        return frame.cluster
    asked = [frame.cluster] if frame.cluster else frame.clusters
    for cluster in asked:
        if any(frame.access.may_work(name, frame.programme.code, cluster.code) for name in CAPABILITIES):
            return cluster
    raise NotAllowed(capability="collect")


def _enumerator(frame: Frame, user: User, cluster: Cluster | None, *, enrol: bool) -> Enumerator:
    found = filling.enumerator_of(user=user, programme=frame.programme, cluster=cluster)
    if found is not None:
        return found
    if not enrol:
        raise NotYetCollecting()
    wanted = slugify(f"{user.username}-{cluster.code}" if cluster else user.username)[:70] or "browser"
    return enumerators.enrol(
        programme=frame.programme,
        code=filling.free_code(programme=frame.programme, wanted=wanted),
        title=str(user)[:120],
        cluster=cluster,
        user=user,
        by=user,
        at=timezone.now(),
    ).enumerator

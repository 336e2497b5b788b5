"""A cluster with ties: ten workshops in a ring with a chord, one that stands alone, one that kept silent."""

from __future__ import annotations

from dataclasses import dataclass, field

from django_scopes import scopes_disabled

from nanduti.networks.actions import ties as actions
from nanduti.networks.actors import actor_for
from nanduti.networks.models import TieRespondent, TieWave
from nanduti.programme.models import Component, Coverage, Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.actions import register_establishment
from nanduti.register.models import Cluster, Establishment
from tests.support.register import AT, World, firm
from tests.surveys.answered import Field
from tests.surveys.answered import field as field_work

N = 12
ALONE, SILENT = 10, 11


@dataclass
class Woven:
    """The field work's world with a round of ties of the kind "works with"."""

    made: Field
    wave: TieWave
    sites: list[Establishment] = field(default_factory=list)

    @property
    def programme(self) -> Programme:
        return self.made.programme

    @property
    def cluster(self) -> Cluster:
        return self.made.world.cluster

    @property
    def world(self) -> World:
        return self.made.world

    def name(self, n: int) -> str:
        """The pseudonym of the n-th workshop."""
        return self.sites[n].pseudonym

    def tie(self, one: int, two: int, kind: str = "works_with", wave: TieWave | None = None, **more):
        return actions.declare_tie(
            programme=self.programme, cluster=self.cluster, kind=kind, origin=self.name(one), target=self.name(two),
            wave=wave or self.wave, by="test", at=AT, **more,
        )  # fmt: skip


# Who is tied to whom in the first round, by number: a ring of ten and one chord.
PAIRS = [*((n, (n + 1) % 10) for n in range(10)), (0, 5)]


def workshop(of: Field, n: int) -> Establishment:
    """The n-th workshop: every third one is small, all others micro."""
    where = of.world.cluster
    return register_establishment(
        organisation=firm(where, f"Telar Secreto {n}"),
        values={"cluster": where, "place": where.place, "n_workers": 12 if n % 3 == 0 else 3},
        identity={"name": f"Telar Secreto {n}"},
        by="test",
        at=AT,
    )


def woven() -> Woven:
    """Make it, within no scope."""
    with scopes_disabled():
        made = field_work()
        scope = work_scope(made.programme, made.world.cluster)
        part = Component.objects.create(
            programme=made.programme, scope=made.programme.scope, code="net", name="Networks"
        )
        Coverage.objects.create(
            programme=made.programme, component=part, cluster=made.world.cluster, scope=scope
        )
        wave = begin(made, "first")
        found = Woven(made, wave, [workshop(made, n) for n in range(N)])
        for one, two in PAIRS:
            found.tie(one, two)
        for n, site in enumerate(found.sites):
            asked(found, site, TieRespondent.State.SILENT if n == SILENT else TieRespondent.State.ANSWERED)
        return found


def begin(made: Field, code: str, **more) -> TieWave:
    values = {"code": code, "title": code.title(), "method": "roster", "kinds": ["works_with"], **more}
    return actions.begin_wave(
        programme=made.programme, cluster=made.world.cluster, values=values, by="test", at=AT
    )


def asked(found: Woven, site: Establishment, state: str, wave: TieWave | None = None) -> TieRespondent:
    wave = wave or found.wave
    actor = actor_for(programme=found.programme, record=site, cluster=found.cluster)
    return TieRespondent.objects.create(wave=wave, actor=actor, state=state, scope=wave.scope)

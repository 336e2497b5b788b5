"""Questions about who reports to whom: the posts of a programme on a day as one chart, and the accounts behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from nanduti.foundation.access import Access
from nanduti.foundation.models import Grant, ScopeReach
from nanduti.foundation.roles import BY_CODE, CAPABILITIES, capability_in_words
from nanduti.methods import planning
from nanduti.methods.values import Verdict
from nanduti.register.models import Cluster

from . import posts, team
from .models import Appointment, Committee, Programme

STEERING = "steering_committee"


@dataclass(frozen=True)
class Station:
    """One place in the chart: a post that is held, or one that is asked for and vacant.

    Attributes:
        key: told apart from the others by it.
        label: what it is called, told apart from others of its kind.
        row: the appointment; ``None`` where the post is vacant.
        superior: the station above as the rule has it; empty where there is none.
        drawn_below: the station below which it is drawn: the vacant post in between, or the superior.
        basis: ``stated``, ``usual``, ``top``, ``nobody``, ``unclear``, ``circle`` or ``unseen``.
        passed: the kinds of the vacant posts that its line passes over.
    """

    key: str
    label: str
    kind: posts.PostKind
    cluster: Cluster | None
    row: Appointment | None
    superior: str
    drawn_below: str
    basis: str
    passed: tuple[posts.PostKind, ...]
    verdict: Verdict | None

    @property
    def is_vacant(self) -> bool:
        return self.row is None

    @property
    def is_stated(self) -> bool:
        return self.basis == "stated"

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class Chart:
    """Who reports to whom in a programme on a day."""

    stations: list[Station]
    committees: list[Committee]
    verdict: Verdict

    @property
    def held(self) -> list[Station]:
        return [s for s in self.stations if not s.is_vacant]

    @property
    def vacant(self) -> list[Station]:
        return [s for s in self.stations if s.is_vacant]

    def superior_of(self, station: Station) -> Station | None:
        """The station above, or ``None``."""
        return next((s for s in self.stations if s.key == station.superior), None)


def organigram(*, programme: Programme, on: date, cluster: Cluster | None = None) -> Chart:
    """The chart of a programme on a day, among the posts that the reader may see.

    For one cluster: the posts there, at its partners and for the programme as a whole, with all above them.
    """
    at_work = team.team(programme=programme, on=on)
    rows = [member.row for member in at_work.members]
    clusters = {c.code: c for c in at_work.clusters.values()}
    wanted = [n.cluster for n in at_work.needs if n.code == "agent" and n.verdict.decision != "flag"]
    found = planning.organigram(
        asked_kinds(has_partner=bool(at_work.pairs)),
        as_stated(rows, on=on),
        clusters=wanted,
        names=_names(rows, clusters.values()),
    )
    stations = _stations(found, rows, clusters)
    if cluster is not None:
        stations = _narrowed(stations, {cluster.pk, *_partners(at_work, cluster)})
    steering = Committee.objects.filter(programme=programme, kind=STEERING).order_by("id")
    return Chart(stations, list(steering), found.verdict)


def asked_kinds(*, has_partner: bool) -> list[planning.PostKind]:
    """The kinds as the rule takes them; without a partner abroad, what only a twinning needs is not asked for."""
    return [
        planning.PostKind(
            kind.code,
            kind.reports_to,
            kind.seats if has_partner or not kind.is_for_twinning else "any",
            kind.each_cluster,
        )
        for kind in posts.kinds().values()
    ]


def key_of(row_id: int) -> str:
    """How the rule names an appointment; a code could be that of a kind."""
    return f"#{row_id}"


def as_stated(rows: Iterable[Appointment], *, on: date) -> list[planning.StatedPost]:
    """Appointments as the rule takes them."""
    return [
        planning.StatedPost(
            key_of(row.pk),
            row.kind,
            cluster=row.cluster.code if row.cluster else "",
            reports_to=key_of(row.reports_to_id) if row.reports_to_id else "",
            standing="held"
            if row.holds_on(on)
            else "not_begun"
            if row.since_on is not None and on < row.since_on
            else "ended",
        )
        for row in rows
    ]


def _names(rows: Iterable[Appointment], clusters: Iterable[Cluster]) -> dict[str, str]:
    names = {c.code: str(c) for c in clusters}
    names |= {code: str(kind) for code, kind in posts.kinds().items()}
    return names | _labels(rows)


def _labels(rows: Iterable[Appointment]) -> dict[str, str]:
    """How each post is called; those that would be called alike, with their codes."""
    called = [(key_of(row.pk), str(row), row.code) for row in rows]
    alike = Counter(label for _key, label, _code in called)
    return {key: f"{label} ({code})" if alike[label] > 1 else label for key, label, code in called}


def _stations(
    found: planning.Organigram, rows: Iterable[Appointment], clusters: dict[str, Cluster]
) -> list[Station]:
    by_key = {key_of(row.pk): row for row in rows}
    kinds, labels = posts.kinds(), _labels(by_key.values())
    empty = {v.kind: v for v in found.vacancies if not v.cluster}
    stations = []
    for line in found.lines:
        row = by_key[line.post]
        stations.append(
            Station(
                line.post,
                labels[line.post],
                kinds[row.kind],
                row.cluster,
                row,
                line.superior,
                _below(line.superior, line.passed, empty),
                line.basis,
                tuple(kinds[code] for code in line.passed),
                line.verdict,
            )
        )
    for v in found.vacancies:
        where = clusters.get(v.cluster)
        stations.append(
            Station(
                _vacancy_key(v),
                f"{kinds[v.kind]} · {where}" if where else str(kinds[v.kind]),
                kinds[v.kind],
                where,
                None,
                v.superior,
                _below(v.superior, v.passed, empty),
                "usual",
                tuple(kinds[code] for code in v.passed),
                None,
            )
        )
    order = list(kinds)
    return sorted(stations, key=lambda s: (order.index(s.kind.code), str(s.cluster or ""), s.is_vacant))


def _vacancy_key(vacancy: planning.Vacancy) -> str:
    return f"{vacancy.kind}@{vacancy.cluster}"


def _below(superior: str, passed: tuple[str, ...], empty: dict[str, planning.Vacancy]) -> str:
    """The vacant post in between, if the way up from it is the rest of this one; else the superior."""
    between = empty.get(passed[0]) if passed else None
    if between is not None and (between.superior, between.passed) == (superior, passed[1:]):
        return _vacancy_key(between)
    return superior


def _partners(at_work: team.Team, cluster: Cluster) -> set[int]:
    return {pair.advanced.pk for pair in at_work.pairs if pair.emerging.pk == cluster.pk}


def _narrowed(stations: list[Station], here: set[int]) -> list[Station]:
    by_key = {s.key: s for s in stations}
    kept = {s.key for s in stations if s.cluster is None or s.cluster.pk in here}
    for key in list(kept):
        above = by_key[key].drawn_below
        while above in by_key and above not in kept:
            kept.add(above)
            above = by_key[above].drawn_below
    return [s for s in stations if s.key in kept]


def closes_circle(row: Appointment, superior: Appointment) -> list[Appointment]:
    """The posts of the circle that would close if the one reported to the other, as stated; none if none would.

    Asked within a transaction that holds the programme, over all its posts, whoever may see them.
    """
    above = {
        a.pk: a
        for a in Appointment._base_manager.filter(programme_id=row.programme_id).select_related("cluster")
    }
    walked, at = [row], above.get(superior.pk)
    while at is not None and at.pk != row.pk and at not in walked:
        walked.append(at)
        at = above.get(at.reports_to_id or 0)
    return walked if at is not None and at.pk == row.pk else []


# --- accounts: only for those who manage people


@dataclass(frozen=True)
class Accounts:
    """How many accounts carry the role that a post needs, where it is needed, and what the holder's own may do.

    Attributes:
        n: accounts in use with the role, today, within what the asker manages; ``None`` where no role is needed.
        own: what the rule says of the account that stands for the holder; ``None`` where none is known.
    """

    n: int | None
    own: Verdict | None


def accounts(chart: Chart, *, access: Access, programme: Programme, today: date) -> dict[str, Accounts]:
    """By station; only the stations where the asker may manage people, so nothing for anybody else. Three queries."""
    managed = access.scopes_with("manage_people")
    places = {s.key: _places(s, programme) for s in chart.stations}
    shown = {key: ids for key, ids in places.items() if ids[0] in managed}
    if not shown:
        return {}
    in_force = Q(since__lte=today) & (Q(until__isnull=True) | Q(until__gt=today))
    roles = {s.kind.role.code for s in chart.stations if s.kind.role}
    persons = {s.row.person.pseudonym for s in chart.held if s.row and s.row.person}
    asked = Q(role__in=roles) | Q(user__person_pseudonym__in=persons)
    grants = list(
        Grant.objects.filter(in_force, asked, scope__in=managed, user__is_active=True).values_list(
            "user_id", "role", "scope_id", "user__person_pseudonym"
        )
    )
    reach: dict[int, set[int]] = {}
    wides = {scope_id for _user, _role, scope_id, _who in grants}
    for wide, narrow in ScopeReach.objects.filter(wide__in=wides, is_reading=False).values_list(
        "wide_id", "narrow_id"
    ):
        reach.setdefault(wide, set()).add(narrow)
    needed = _needed_by_person(chart)
    words = {code: capability_in_words(code) for code in CAPABILITIES}
    answer = {}
    for station in chart.stations:
        if station.key not in shown:
            continue
        here = set(shown[station.key])
        there = [g for g in grants if here & ({g[2]} | reach.get(g[2], set()))]
        role = station.kind.role
        n = None if role is None else len({user for user, code, _scope, _who in there if code == role.code})
        answer[station.key] = Accounts(n, _own(station, there, needed, words, access))
    return answer


def _places(station: Station, programme: Programme) -> list[int]:
    """The scopes in which the post is at work, the one by which it is shown first."""
    first = station.row.scope_id if station.row else programme.scope_id
    return [first, *([station.cluster.scope_id] if station.cluster else [])]


def _needed_by_person(chart: Chart) -> dict[int, set[str]]:
    """Person → what all their posts need together."""
    needed: dict[int, set[str]] = {}
    for station in chart.held:
        if station.row and station.row.person_id:
            role = station.kind.role
            needed.setdefault(station.row.person_id, set()).update(role.may if role else ())
    return needed


def _own(
    station: Station,
    grants: list[tuple[int, str, int, str]],
    needed: dict[int, set[str]],
    words: dict[str, str],
    access: Access,
) -> Verdict | None:
    row = station.row
    if row is None or row.person is None or not access.may("read_sensitive", row.scope_id):
        return None
    own = [code for _user, code, _scope, who in grants if who == row.person.pseudonym]
    if not own:
        return None
    held = set().union(*(BY_CODE[code].may for code in own))
    return planning.rights_verdict(needed[row.person.pk], held, names=words)


def said_line(station: Station, chart: Chart) -> str:
    """To whom a post reports and how we know, in words."""
    superior = chart.superior_of(station)
    if superior is not None and station.is_stated:
        return _("reports to: %(post)s (written down)") % {"post": superior}
    if superior is not None and station.passed:
        return _("reports to: %(post)s (usual, past a vacant post)") % {"post": superior}
    if superior is not None:
        return _("reports to: %(post)s (usual)") % {"post": superior}
    return {
        "top": _("the top: nobody above"),
        "unclear": _("not clear to whom it reports"),
        "circle": _("reports to itself or in a circle"),
        "unseen": _("reports to a post that is not shown here"),
    }.get(station.basis, _("nobody above it holds a post"))

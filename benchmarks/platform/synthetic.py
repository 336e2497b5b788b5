"""A made-up programme of any size: the same one for the same seed and scale, with no real name in it.

At scale 1: 100 clusters, 100 000 enterprises with an establishment each, 20 000 activities, 1 000 000
participations. Sizes of firms, turnout and dates are skewed as real ones are. Rows go in by the fastest way that
each database has, so they pass no action and leave no audit event: this is for measuring, never for real data.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, models, transaction
from django_scopes import scopes_disabled

from nanduti.foundation.models import Scope, ScopeReach
from nanduti.plans.kinds import KINDS
from nanduti.plans.models import ActionPlan, Activity, Participation
from nanduti.programme.models import Component, Coverage, Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Cluster, Establishment, Organisation, Place, SizeBand
from nanduti.register.pseudonyms import ALPHABET, ESTABLISHMENT, ORGANISATION, make

CODE = "synthetic"
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
TRADES = (
    "leather",
    "shoes",
    "furniture",
    "machinery",
    "food",
    "textiles",
    "metal",
    "ceramics",
    "toys",
    "software",
)
KIND_CODES = sorted(KINDS)


class Size(NamedTuple):
    """How many of each; firms and activities are per cluster, participations per activity."""

    clusters: int
    firms: int
    activities: int
    participations: int


def size_of(scale: float) -> Size:
    """The full size, with fewer and smaller clusters as the scale falls."""
    clusters = max(2, round(100 * min(1.0, scale**0.5)))
    share = scale * 100 / clusters
    return Size(clusters, max(5, round(1000 * share)), max(5, round(200 * share)), 50)


@transaction.atomic
def load(*, scale: float = 1.0, seed: int = 2026) -> Programme:
    """Write the whole programme into an empty database."""
    rng, size = random.Random(seed), size_of(scale)
    with scopes_disabled():
        programme = start_programme()
        clusters = make_clusters(programme, size)
        pour(Organisation, organisations(rng, clusters, size))
        pour(Establishment, establishments(rng, clusters, size))
        activities = make_activities(rng, programme, clusters, size)
        pour(Participation, participations(rng, activities, size))
    return programme


def start_programme() -> Programme:
    scope = Scope.objects.create(kind=Scope.Kind.PROGRAMME, code=CODE, title="Synthetic programme")
    return Programme.objects.create(
        scope=scope, code=CODE, title="Synthetic programme", title_es="Programa sintético", started="2019"
    )


def make_clusters(programme: Programme, size: Size) -> list[Cluster]:
    country = Place.objects.create(code="somewhere", name="Somewhere", kind=Place.Kind.COUNTRY)
    component = Component.objects.create(
        programme=programme, scope=programme.scope, code="A", name="All clusters"
    )
    made = []
    for n in range(1, size.clusters + 1):
        trade, code = TRADES[n % len(TRADES)], f"cluster-{n:03}"
        city = Place.objects.create(
            code=f"city-{n:03}", name=f"City {n}", kind=Place.Kind.CITY, parent=country
        )
        scope = Scope.objects.create(kind=Scope.Kind.CLUSTER, code=code, title=code)
        ScopeReach.objects.create(wide=programme.scope, narrow=scope)
        cluster = Cluster.objects.create(
            code=code, name=f"{trade.title()} of City {n}", place=city, trade=trade, scope=scope
        )
        Coverage.objects.create(
            programme=programme,
            component=component,
            cluster=cluster,
            short_code=code,
            scope=work_scope(programme, cluster),
        )
        made.append(cluster)
    return made


def organisations(rng: random.Random, clusters: list[Cluster], size: Size) -> Iterator[dict[str, Any]]:
    number = 0
    for cluster in clusters:
        for _ in range(size.firms):
            number += 1
            pseudonym = pseudonym_of(ORGANISATION, number)
            yield {
                "id": number,
                "scope_id": cluster.scope_id,
                "pseudonym": pseudonym,
                "kind": Organisation.Kind.ENTERPRISE,
                "cluster_id": cluster.pk,
                "place_id": cluster.place_id,
                "size_band": SizeBand.of(workers(rng)),
                "search_text": f"{pseudonym} {cluster.place.name} {cluster.name}".lower(),
                "sort_text": f"1 {pseudonym}",
            }


def establishments(rng: random.Random, clusters: list[Cluster], size: Size) -> Iterator[dict[str, Any]]:
    number = 0
    for cluster in clusters:
        for _ in range(size.firms):
            number += 1
            n_workers = workers(rng)
            yield {
                "id": number,
                "scope_id": cluster.scope_id,
                "pseudonym": pseudonym_of(ESTABLISHMENT, number),
                "organisation_id": number,
                "cluster_id": cluster.pk,
                "place_id": cluster.place_id,
                "activity": cluster.trade,
                "n_workers": n_workers,
                "size_band": SizeBand.of(n_workers),
            }


def workers(rng: random.Random) -> int:
    """Most firms are tiny, a few are large."""
    return max(1, round(rng.lognormvariate(1.5, 1.2)))


def make_activities(
    rng: random.Random, programme: Programme, clusters: list[Cluster], size: Size
) -> list[tuple[Activity, int]]:
    """The activities, each with the number of its cluster (from nought)."""
    rows = []
    for place, cluster in enumerate(clusters):
        scope = work_scope(programme, cluster)
        plan = ActionPlan.objects.create(
            programme=programme,
            cluster=cluster,
            scope=scope,
            code=cluster.code,
            title=f"Plan of {cluster.name}",
        )
        rows += [(activity(rng, plan, n + 1), place) for n in range(size.activities)]
    made = Activity.objects.bulk_create([row for row, _ in rows], batch_size=500)
    return list(zip(made, (place for _, place in rows), strict=True))


def activity(rng: random.Random, plan: ActionPlan, number: int) -> Activity:
    day = date(2019, 1, 1) + timedelta(days=rng.randrange(2700))
    kind = rng.choice(KIND_CODES)
    return Activity(
        scope_id=plan.scope_id,
        plan=plan,
        cluster_id=plan.cluster_id,
        number=number,
        label=f"{KINDS[kind].title} {number}",
        kind=kind,
        step=rng.randint(1, 8),
        date_text=rng.choice((day.isoformat(), f"{day:%B %Y}", f"{day.year}")),
        reported_status=rng.choice(("", "", "", "closed", "cancelled")),
        n_participants=rng.randint(3, 120),
        participant_unit="persons",
    )


def participations(
    rng: random.Random, activities: list[tuple[Activity, int]], size: Size
) -> Iterator[dict[str, Any]]:
    number = 0
    for activity, place in activities:
        first = place * size.firms + 1
        for _ in range(size.participations):
            number += 1
            # Some firms come to everything, most to little.
            firm = first + min(size.firms - 1, int(rng.expovariate(6) * size.firms))
            yield {
                "id": number,
                "scope_id": activity.scope_id,
                "activity_id": activity.pk,
                "organisation_id": firm,
                "establishment_id": firm,
                "role": Participation.Role.PARTICIPANT,
                "unit": Participation.Unit.PERSONS,
                "count": 1,
                "sex": rng.choice(("female", "male")),
            }


def pseudonym_of(prefix: str, number: int) -> str:
    body = ""
    for _ in range(6):
        number, digit = divmod(number, len(ALPHABET))
        body += ALPHABET[digit]
    return make(prefix, body)


# --- rows into tables, quickly ------------------------------------------------------------------------------


def pour(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows given by column; what a row does not say is the field's default."""
    fields = model._meta.concrete_fields
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    default = {field.attname: default_of(field) for field in fields}
    names = [field.attname for field in fields]
    values = (tuple(row.get(name, default[name]) for name in names) for row in rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
            for statement in connection.ops.sequence_reset_sql(_plain(), [model]):
                cursor.execute(statement)
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)


def _plain() -> Any:
    from django.core.management.color import no_style

    return no_style()


def default_of(field: models.Field) -> Any:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        value = MOMENT
    else:
        value = field.get_default()
    return field.get_db_prep_save(value, connection) if value is not None else None

"""Choosing and assessing, measured on one database: ``python -m benchmarks.diagnostics_choosing --database sqlite``.

Twelve candidates, scored on eight parameters and weighed by five members: how long a member waits for the page of the
ranking with its 10,000 versions. Then the recipe of digital maturity over the answers of many firms.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time

from benchmarks.platform.__main__ import installation

N_CANDIDATES, N_MEMBERS = 12, 5


def main() -> None:
    options = parser().parse_args()
    with installation(options.database):
        import django
        from django.core.management import call_command

        django.setup()
        for alias in ("default", "vault"):
            call_command("migrate", database=alias, verbosity=0)
        from django_scopes import scopes_disabled

        with scopes_disabled():
            programme, members = filled()
            print(
                f"\n## choosing and assessing, on {options.database}\n\n| Work | Aim | Measured |\n|---|---|---|"
            )
            ranked(programme, members)
            assessed(programme, int(options.scale * 20_000))


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--scale", type=float, default=1.0)
    return parser


def filled():
    """A programme with candidates, and members who decide."""
    from datetime import date

    from nanduti.foundation.models import Grant, Scope, User
    from nanduti.programme.models import Candidate, Programme
    from nanduti.register.models import Cluster, Place

    scope = Scope.objects.create(kind=Scope.Kind.PROGRAMME, code="choosing", title="Choosing")
    programme = Programme.objects.create(scope=scope, code="choosing", title="Choosing")
    place = Place.objects.create(code="here", name="Here", kind="city")
    for n in range(N_CANDIDATES):
        own = Scope.objects.create(kind=Scope.Kind.CLUSTER, code=f"c{n}", title=f"Cluster {n}")
        cluster = Cluster.objects.create(code=f"c{n}", name=f"Cluster {n}", place=place, scope=own)
        Candidate.objects.create(programme=programme, scope=scope, cluster=cluster, stage="long_list")
    members = []
    for n in range(N_MEMBERS):
        user = User.objects.create(username=f"member{n}")
        Grant.objects.create(user=user, role="committee_member", scope=scope, since=date(2020, 1, 1))
        members.append(user)
    return programme, members


def ranked(programme, members) -> None:
    from django.conf import settings
    from django.test import Client

    from nanduti.diagnostics import weighing
    from nanduti.diagnostics.actions import selections as actions
    from nanduti.diagnostics.queries import selections as queries
    from nanduti.foundation.kept import forget
    from nanduti.programme.models import Candidate

    rng = random.Random(1)
    row = actions.open_selection(
        programme=programme, kind="emerging", title="Measured", by="benchmark",
        candidates=list(Candidate.objects.filter(programme=programme)),
    )  # fmt: skip
    recipe = weighing.read_recipe(row.recipe)
    gate = {"buyers_abroad": 3, "technology_abroad": 3, "tradable": 3}
    for entry in queries.entries(selection=row):
        values = gate | {p.code: rng.randint(1, 4) for p in recipe.parameters}
        scores = {code: {"value": v, "evidence": "measured"} for code, v in values.items()}
        entry.selection = row
        actions.score_candidate(entry=entry, scores=scores, version=entry.version, by="benchmark")
    for member in members:
        cuts = sorted(rng.randint(0, 100) for _ in range(len(recipe.parameters) - 1))
        points = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
        given = {p.code: n for p, n in zip(recipe.parameters, points, strict=True)}
        actions.give_points(selection=row, points=given, by=member)
    client = Client(SERVER_NAME="localhost")
    client.force_login(members[0], backend=settings.AUTHENTICATION_BACKENDS[-1])
    address = f"/p/choosing/weighing/{row.pk}/"
    client.get(address)
    cold, warm = [], []
    for _ in range(10):
        forget()
        cold.append(_seconds(lambda: client.get(address)))
        warm.append(_seconds(lambda: client.get(address)))
    what = f"page of a ranking of {N_CANDIDATES} with 10,000 versions"
    print(f"| {what}, after a deed | < 2 s | {statistics.median(cold):.2f} s (longest {max(cold):.2f}) |")
    print(f"| the same, read again | – | {statistics.median(warm):.2f} s |", flush=True)


def _seconds(work) -> float:
    begun = time.perf_counter()
    answer = work()
    assert answer is None or answer.status_code == 200
    return time.perf_counter() - begun


def assessed(programme, n: int) -> None:
    from nanduti.diagnostics import assessing
    from nanduti.diagnostics.actions import assessments as actions
    from nanduti.register.models import Cluster, Establishment, Organisation

    cluster = Cluster.objects.get(code="c0")
    firm = Organisation.objects.create(
        kind="enterprise", cluster=cluster, place=cluster.place, scope=cluster.scope
    )
    made = Establishment.objects.bulk_create(
        (
            Establishment(organisation=firm, cluster=cluster, scope=cluster.scope, place=cluster.place)
            for _ in range(n)
        ),
        batch_size=1000,
    )
    draft = actions.take_recipe(
        programme=programme, text=assessing.shipped_text("digital-maturity"), by="benchmark"
    )
    recipe = actions.publish_recipe(recipe=draft, version=draft.version, by="benchmark")
    rows = [(site.pk, answers(assessing.read(recipe.text), k), "") for k, site in enumerate(made)]
    begun = time.perf_counter()
    actions.assess(
        programme=programme, recipe=recipe, label="Measured", rows=rows, cluster=cluster, by="benchmark"
    )
    seconds = time.perf_counter() - begun
    print(f"| {n:,} firms scored by eleven questions and kept | – | {seconds:.1f} s ({n / seconds:,.0f}/s) |")
    new = assessing.read(recipe.text.replace("from: 51", "from: 45"))
    part = {str(firm): given for firm, given, _evidence in rows[:5000]}
    begun = time.perf_counter()
    assessing.effect(assessing.read(recipe.text), new, part)
    print(
        f"| effect of a changed band on {len(part):,} firms | – | {time.perf_counter() - begun:.1f} s |",
        flush=True,
    )


def answers(recipe, k: int) -> dict:
    """What the k-th firm answers."""
    rng, given = random.Random(k), {}
    for q in recipe.rubric.questions:
        items = list(q.item_codes)
        if q.kind == "checklist":
            given[q.code] = rng.sample(items, rng.randint(0, len(items)))
        elif q.kind == "invested_or_planned":
            given[q.code] = {"invested": rng.sample(items, 3), "planned": rng.sample(items, 2)}
        elif q.kind == "options":
            given[q.code] = {i: rng.choice(["yes", "partly", "no"]) for i in items}
        else:
            given[q.code] = {i: float(rng.randint(0, 5)) for i in items}
    return given


if __name__ == "__main__":
    main()

"""The search for doubles, measured on one database: ``python -m benchmarks.register_doubles --database sqlite``.

A made register of 5,000 establishments in one cluster, written down with the mistakes that people make; a custodian
searches it as the page would, with every identity opened in the vault and every look written down.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections import Counter
from datetime import date

from benchmarks.platform.__main__ import installation

FIELDS = {
    "name": "name",
    "contact_person": "person",
    "phone": "phone",
    "address": "address",
    "tax_number": "tax_id",
}


def main() -> None:
    options = parser().parse_args()
    with installation(options.database):
        import django
        from django.core.management import call_command

        django.setup()
        for alias in ("default", "vault"):
            call_command("migrate", database=alias, verbosity=0)
        from django_scopes import scopes_disabled

        n = int(options.scale * 5_000)
        load = os.getloadavg()[0]
        print(f"\n## doubles on {options.database}, {n:,} establishments, load {load:.1f}\n")
        print("| Work | Aim | Measured |\n|---|---|---|", flush=True)
        with scopes_disabled():
            cluster, user = world()
            firm_of = fill(cluster, n)
            measure(cluster, user, firm_of)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--scale", type=float, default=1.0)
    return parser


def row(work: str, aim: str, measured: str) -> None:
    print(f"| {work} | {aim} | {measured} |", flush=True)


def world():
    """A cluster and its custodian, who has a second factor."""
    from allauth.mfa.models import Authenticator

    from nanduti.foundation.models import Grant, Scope, User
    from nanduti.register.models import Cluster

    scope = Scope.objects.create(kind=Scope.Kind.CLUSTER, code="shoes", title="Shoes")
    cluster = Cluster.objects.create(code="shoes", name="Shoes", scope=scope)
    user = User.objects.create(username="custodian")
    Grant.objects.create(user=user, role="custodian", scope=scope, since=date(2020, 1, 1))
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    return cluster, user


def fill(cluster, n: int) -> dict[int, str]:
    """Firms as several people wrote them down; which firm each establishment is, by its number."""
    from nanduti.methods.entity_resolution import made_register
    from nanduti.register.many import NewFirm, register_firms
    from nanduti.register.models import Place

    records, firm = made_register(n, seed=5)
    rows = list(records.head(n).iter_rows(named=True))
    names = sorted({r["place"] for r in rows if r["place"]})
    places = {
        name: Place.objects.create(code=f"town-{i}", name=name, kind="city", country_code="PY")
        for i, name in enumerate(names)
    }
    made = []
    for start in range(0, n, 500):
        chunk = rows[start : start + 500]
        firms = [
            NewFirm(
                cluster, {"place": places.get(r["place"])}, {k: r[c] for k, c in FIELDS.items() if r[c]}
            )
            for r in chunk
        ]  # fmt: skip
        made += register_firms(firms=firms, by="bench")
    return {site.pk: of for site, of in zip(made, firm, strict=False)}


def measure(cluster, user, firm_of: dict[int, str]) -> None:
    from django.utils import timezone

    from nanduti.foundation import work
    from nanduti.foundation.access import access_of
    from nanduti.register.duplicates import actions, queries
    from nanduti.register.models import DuplicateSearch
    from nanduti.vault.models import Reveal

    access = access_of(user, on=timezone.localdate())
    actions.search_duplicates(cluster=cluster, access=access, by=user)
    begun = time.perf_counter()
    work.run_waiting()
    took = time.perf_counter() - begun
    search = DuplicateSearch.objects.get()
    row("searched", "< 30 s", f"{took:.1f} s, {Reveal.objects.count():,} looks written down")
    pairs = list(search.pairs.values_list("one_id", "other_id", "answer"))
    n_true = sum(c * (c - 1) // 2 for c in Counter(firm_of.values()).values())
    for answer in ("likely", "possible"):
        said = [firm_of[a] == firm_of[b] for a, b, told in pairs if told == answer]
        row(f"{answer}, of {n_true:,} true pairs", "", f"{len(said):,} said, {sum(said):,} true")
    begun = time.perf_counter()
    assert len(list(queries.open_pairs(searches=[search])[:50])) == min(50, len(pairs))
    row("first 50 pairs", "", f"{1000 * (time.perf_counter() - begun):.0f} ms")
    row("memory of the process", "", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()

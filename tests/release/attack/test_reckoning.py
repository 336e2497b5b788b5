"""Differencing, between tables and between releases; and the same attacker finds a leak that is planted."""

from __future__ import annotations

import csv
import io

import pytest

from nanduti.foundation.work import run_waiting
from nanduti.release.models import Publication
from tests.release.attack.attacker import compare, read, reckon
from tests.support.release import table, workshops


def everything_open(client) -> dict[str, bytes]:
    """All CSV files that a visitor is given, found through the API."""
    found = {}
    for programme in client.get("/api/open/").json():
        for one in client.get(f"/api/open/{programme['code']}/").json():
            for file in one["files"]:
                if file["name"].endswith(".csv"):
                    found[file["address"]] = b"".join(client.get(file["address"]).streaming_content)
    return found


def test_the_attacker_finds_a_planted_leak(door):
    """Only the small cells hidden, the totals true: the attacker subtracts."""
    rows = [("place", "size_class", "value")]
    from tests.support.release import WORKSHOPS

    sizes = ("micro", "small", "medium")
    for town, counts in WORKSHOPS.items():
        rows += [(town, s, counts[s] if counts[s] >= 3 else "") for s in sizes]
        rows.append((town, "_total", sum(counts.values())))
    rows += [("_total", s, sum(c[s] for c in WORKSHOPS.values())) for s in sizes]
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    found = reckon([read(written.getvalue().encode())])
    assert {(f.cell["place"], f.n) for f in found} == {("town-a", 1), ("town-b", 2)}


def test_nothing_follows_from_all_open_tables_together(door, as_user):
    for code, dims in {"one": ("place", "size_class"), "two": ("place",), "three": ("size_class",)}.items():
        door.publish(code=code, material=table(*dims))
    coarse = {"size_class": {"groups": {"micro": "workshop", "small": "workshop", "medium": "factory"}}}
    request = door.ask(code="four", material=table("place", "size_class", recode=coarse))
    check = door.check(request)
    if check.is_safe:
        door.approve(request, check)
    tables = [read(content) for content in everything_open(as_user()).values()]
    assert len(tables) >= 3
    # Coarser codes are sums of the finer ones; the attacker knows which.
    finer = [t for t in tables if "workshop" not in {c for cell in t.cells for c in cell}]
    assert reckon(finer) == []


def test_a_coarser_table_does_not_open_the_finer_one(door):
    """Town A has one medium workshop, hidden; a table of workshops against factories would show it as one factory."""
    door.publish()
    coarse = {"size_class": {"groups": {"micro": "workshop", "small": "workshop", "medium": "factory"}}}
    check = door.check(door.ask(code="coarse", material=table("place", "size_class", recode=coarse)))
    if check.is_safe:
        from nanduti.release.keeping import result_of

        shown = {r[:2]: r[2] for r in result_of(check).parts[0].public.iter_rows()}
        assert shown["town-a", "factory"] is None


@pytest.mark.parametrize("n", [1, 2])
def test_one_firm_more_is_not_found_by_subtraction(door, as_user, n):
    first = door.publish()
    before = read(first.files.get(name="table.csv").content.read())
    workshops(door.world.cluster, {"town-c": {"micro": n}})
    request = door.ask(replaces=first)
    check = door.check(request)
    if not check.is_safe:
        return  # nothing leaves, nothing is told
    second = door.approve(request, check)
    after = read(second.files.get(name="table.csv").content.read())
    assert compare(before, after) == []


def test_the_attacker_sees_one_firm_more_where_nobody_minds_the_ledger(door, monkeypatch):
    """The planted leak: the same second release with a gate that has forgotten the first."""
    from nanduti.release import jobs

    first = door.publish()
    before = read(first.files.get(name="table.csv").content.read())
    workshops(door.world.cluster, {"town-c": {"micro": 1}})
    monkeypatch.setattr(jobs, "entries", lambda **_what: [])
    second = door.publish(replaces=first)
    after = read(second.files.get(name="table.csv").content.read())
    assert {(f.cell["place"], f.n) for f in compare(before, after)} >= {("town-c", 1)}


def test_what_was_withdrawn_still_counts(door):
    from nanduti.release.actions import publications
    from tests.support.release import AT

    first = door.publish()
    publications.withdraw_release(publication=first, reason="mistaken", by=door.user("coordinator"), at=AT)
    before = read(first.files.get(name="table.csv").content.read())
    workshops(door.world.cluster, {"town-c": {"micro": 1}})
    request = door.ask(code="again")
    check = door.check(request)
    if check.is_safe:
        second = door.approve(request, check)
        assert compare(before, read(second.files.get(name="table.csv").content.read())) == []


def test_noise_is_the_same_whenever_it_is_asked_for(door):
    """Averaging many releases of one table gives nothing but the table."""
    seen = set()
    for number in range(3):
        made = door.publish(code=f"noisy-{number}", protection={"method": "noise"})
        seen.add(made.files.get(name="table.csv").content.read())
    assert len(seen) == 1
    other = read(door.publish(code="margin", material=table("place"), protection={"method": "noise"})
                 .files.get(name="table.csv").content.read())  # fmt: skip
    whole = read(next(iter(seen)))
    for (town,), value in other.cells.items():
        assert whole.cells[town, "_total"] == value


def test_a_table_is_not_published_twice_at_once(door):
    """Two requests checked side by side: the second was not held against the first, so it is checked again."""
    from nanduti.release.actions import decisions
    from tests.support.release import AT

    one, two = door.ask(code="one"), door.ask(code="two", material=table("place"))
    checks = [(r, door.check(r)) for r in (one, two)]
    for request, check in checks:
        for name in ("coordinator", "member"):
            decisions.approve_release(request=request, digest=check.digest, by=door.user(name), at=AT)
    run_waiting()
    assert list(Publication._base_manager.values_list("slug", flat=True)) == ["one"]
    two.refresh_from_db()
    assert two.state == "open"

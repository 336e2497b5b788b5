"""With whom the made-up workshops deal: one row for each partner that a workshop names.

From what was published only the leanings are taken (closing form 2023, insight 1): in Pilar a lead firm of long
standing and a pre-cooperative that begins; in Yaguarón several lead firms, an association with a long history and much
mistrust; in Mariano Roque Alonso no steady lead firm and nobody who associates.
"""

from __future__ import annotations

from random import Random

SEED = 20230703
HEAD = [
    "workshop",
    "asked_on",
    "partner",
    "partner_name",
    "relations",
    "trust",
    "frequency",
    "since_year",
    "n_more",
]
# How many were asked in each town, and how many of those who were asked did not answer.
ASKED = {"pilar": 52, "yaguaron": 84, "mra": 40}
SILENT = {"pilar": 4, "yaguaron": 9, "mra": 4}
LEAD_FIRMS = {"pilar": ("lead-3",), "yaguaron": ("lead-1", "lead-2", "lead-4", "lead-5"), "mra": ()}
DAYS = {"pilar": "2023-07-04", "yaguaron": "2023-07-11", "mra": "2023-07-18"}
NAMED_ONLY = (
    "Mercería de la plaza (ficticia)",
    "Vendedora del mercado (ficticia)",
    "Depósito de telas (ficticio)",
)
BACK = {"subcontracts_to": "subcontracts_from", "lends_to": "borrows_from", "asks_advice": "gives_advice"}

Row = dict[str, str]


def make(census: list[Row]) -> list[Row]:
    """The ties of all towns; a workshop that names nobody has one row without a partner."""
    rows: list[Row] = []
    for town in ASKED:
        mine = [row for row in census if row["town"] == town and row["consent"] == "yes"]
        rows += _town(town, mine)
    return rows


def asked(census: list[Row], town: str) -> tuple[list[Row], list[Row]]:
    """Whom the roster asked in a town, and those who answered: all medium ones, then evenly through the list."""
    mine = [row for row in census if row["town"] == town and row["consent"] == "yes"]
    large = [row for row in mine if int(row["n_workers"]) >= 50]
    rest = [row for row in mine if row not in large]
    n = ASKED[town] - len(large)
    chosen = large + [rest[i * len(rest) // n] for i in range(n)]
    step = len(chosen) // SILENT[town]
    silent = [row["workshop"] for row in chosen[step - 1 :: step][: SILENT[town]]]
    return chosen, [row for row in chosen if row["workshop"] not in silent]


def silent(census: list[Row]) -> list[Row]:
    """Who was asked and did not answer."""
    found = []
    for town in ASKED:
        chosen, answering = asked(census, town)
        found += [row for row in chosen if row not in answering]
    return found


def _town(town: str, mine: list[Row]) -> list[Row]:
    rng = Random(f"{SEED} {town}")
    _chosen, answering = asked(mine, town)
    by_key = {row["workshop"]: row for row in mine}
    said: dict[tuple[str, str], set[str]] = {}
    for row in answering:
        for partner, relation in _partners(town, rng, row, mine):
            said.setdefault((row["workshop"], partner), set()).add(relation)
            back = BACK.get(relation)
            # The other side often says the same of its own accord.
            if back and partner in by_key and rng.random() < 0.55:
                said.setdefault((partner, row["workshop"]), set()).add(back)
    answered = {row["workshop"] for row in answering}
    rows = [_row(town, rng, a, b, kinds) for (a, b), kinds in sorted(said.items()) if a in answered]
    named = {row["workshop"] for row in rows}
    rows += [_nobody(town, key) for key in sorted(answered - named)]
    rows += [_named_only(town, rng, key) for key in sorted(answered & named) if rng.random() < 0.06]
    return sorted(rows, key=lambda r: (r["workshop"], r["partner"] or "~", r["partner_name"]))


def _partners(town: str, rng: Random, row: Row, mine: list[Row]) -> list[tuple[str, str]]:
    found = []
    if "lead_firm" in row["customers"].split() and LEAD_FIRMS[town]:
        found.append((rng.choice(LEAD_FIRMS[town]), "subcontracts_from"))
    others = [r for r in mine if r["workshop"] != row["workshop"]]
    if int(row["n_workers"]) >= 50 or (town == "yaguaron" and int(row["n_workers"]) >= 12):
        small = [r for r in others if int(r["n_workers"]) < 12]
        found += [(r["workshop"], "subcontracts_to") for r in rng.sample(small, rng.randint(1, 3))]
    group = [r for r in others if r["member_of"] == row["member_of"] != "none"]
    if group:
        for r in rng.sample(group, min(len(group), 3 if town == "pilar" else 2)):
            found.append((r["workshop"], rng.choice(("asks_advice", "lends_to", "lends_to"))))
    near = sorted(others, key=lambda r: abs(int(r["workshop"][-3:]) - int(row["workshop"][-3:])))[:8]
    n_near = {
        "pilar": rng.choice((1, 1, 2)),
        "yaguaron": rng.choice((0, 1, 2, 2)),
        "mra": rng.choice((0, 0, 0, 1)),
    }[town]
    for r in rng.sample(near, n_near):
        found.append((r["workshop"], rng.choice(_kinds(town))))
    return found


def _kinds(town: str) -> tuple[str, ...]:
    return {
        "pilar": ("asks_advice", "lends_to", "kin", "competes"),
        "yaguaron": ("competes", "competes", "competes", "kin", "asks_advice"),
        "mra": ("kin", "asks_advice", "lends_to"),
    }[town]


def _row(town: str, rng: Random, workshop: str, partner: str, kinds: set[str]) -> Row:
    trust = {"pilar": (0.02, 0.10, 0.30, 0.40, 0.18), "yaguaron": (0.22, 0.36, 0.27, 0.11, 0.04),
             "mra": (0.04, 0.16, 0.36, 0.32, 0.12)}[town]  # fmt: skip
    level = rng.choices(range(1, 6), weights=trust)[0] + ("kin" in kinds)
    return {
        "workshop": workshop, "asked_on": DAYS[town], "partner": partner, "partner_name": "",
        "relations": " ".join(sorted(kinds)), "trust": str(min(5, level)),
        "frequency": rng.choice(("daily", "weekly", "weekly", "monthly", "rarely")),
        "since_year": str(rng.randint(2004, 2022)), "n_more": "",
    }  # fmt: skip


def _nobody(town: str, workshop: str) -> Row:
    return dict.fromkeys(HEAD, "") | {"workshop": workshop, "asked_on": DAYS[town], "n_more": "0"}


def _named_only(town: str, rng: Random, workshop: str) -> Row:
    return dict.fromkeys(HEAD, "") | {
        "workshop": workshop, "asked_on": DAYS[town], "partner_name": rng.choice(NAMED_ONLY), "relations": "buys_from",
        "trust": "3", "frequency": "weekly",
    }  # fmt: skip

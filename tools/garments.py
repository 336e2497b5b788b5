"""The made-up garment workshops of the example ``paraguay-garments-synthetic``.

    python -m tools.garments            writes examples/paraguay-garments-synthetic/answers/

What was published about three towns is reproduced exactly (UNDP Accelerator Lab Paraguay, closing form 2023,
insight 1): 25 medium workshops and 81 % women in Pilar, 160 workshops and 55 % men in Yaguarón, small precarious
workshops and no association in Mariano Roque Alonso, more than 300 workshops in all. Everything else is drawn by a
generator with a fixed start, so that two runs give the same bytes. No workshop, person, answer or tie is real.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "paraguay-garments-synthetic" / "answers"
SEED = 20230508
# In the order of the form; "equipment" holds the rows of the repeat: kind:number:age:state, separated by semicolons.
QUESTIONS = [
    "started_at", "ended_at", "visited_on", "consent", "workshop_name", "respondent_name", "phone",
    "address", "locality", "position", "founded_in", "ownership", "premises", "head_sex", "head_age", "products",
    "product_other", "main_unit", "output_month", "capacity_month", "months_worked", "own_brand",
    "equipment", "n_women", "n_men", "n_workers", "n_family", "n_young", "n_home", "n_insured",
    "n_contract", "tax_registered", "licence", "keeps_accounts", "customers", "share_lead", "lead_gives",
    "lead_years", "lead_pays_days", "lead_contract", "has_credit", "lenders", "why_no_credit", "safety",
    "accidents", "devices", "digital_use", "member_of", "joint_action", "trust_colleagues", "hindered_by",
    "remarks",
]  # fmt: skip
HEAD = ["workshop", "town", "enumerator", *QUESTIONS]
# Those of Mariano Roque Alonso that the town hall asked on paper and typed into a workbook.
IN_WORKBOOK = 24
WORKBOOK_LEFT_OUT = {"workshop", "town", "enumerator", "equipment"}


@dataclass(frozen=True)
class Town:
    """What is drawn for a town. Shares are 0 to 1; ``women``: of all who work there."""

    key: str
    prefix: str
    locality: str
    n: int
    point: tuple[float, float]
    enumerators: tuple[str, ...]
    # (how many workshops, least and most people in each, people in all, women in all)
    sizes: tuple[tuple[int, int, int, int, int], ...]
    woman_decides: float
    taxed: float
    insured: float
    computer: float
    lead_firm: float
    member: float
    kind_of_group: str
    trust: tuple[float, ...]  # chance of 1 … 5
    hindered: tuple[str, ...]
    products: tuple[str, ...]
    credit: float
    joint: float
    premises: tuple[float, float, float]  # home, own, rented


TOWNS = (
    Town(
        "pilar", "PIL", "Pilar", 70, (-26.86, -58.30), ("pilar-1", "pilar-2"),
        sizes=((25, 50, 62, 1400, 1134), (45, 3, 14, 300, 243)),
        woman_decides=0.76, taxed=0.72, insured=0.34, computer=0.30, lead_firm=0.55, member=0.36,
        kind_of_group="cooperative", trust=(0.06, 0.16, 0.34, 0.32, 0.12), hindered=("time", "rivalry", "no_use"),
        products=("garments", "garments household_linen"), credit=0.34, joint=0.42, premises=(0.40, 0.34, 0.26),
    ),
    Town(
        "yaguaron", "YAG", "Yaguarón", 160, (-25.56, -57.28), ("yaguaron-1", "yaguaron-2", "yaguaron-3"),
        sizes=((160, 2, 24, 1200, 540),),
        woman_decides=0.38, taxed=0.46, insured=0.12, computer=0.17, lead_firm=0.62, member=0.22,
        kind_of_group="association", trust=(0.30, 0.36, 0.22, 0.09, 0.03), hindered=("distrust", "leaders", "past"),
        products=("garments other",), credit=0.28, joint=0.24, premises=(0.48, 0.31, 0.21),
    ),
    Town(
        "mra", "MRA", "Mariano Roque Alonso", 90, (-25.21, -57.53), ("mra-1", "mra-2"),
        sizes=((90, 1, 7, 270, 216),),
        woman_decides=0.83, taxed=0.19, insured=0.03, computer=0.08, lead_firm=0.0, member=0.0,
        kind_of_group="none", trust=(0.10, 0.24, 0.36, 0.22, 0.08), hindered=("time", "no_use", "nothing"),
        products=("garments",), credit=0.20, joint=0.10, premises=(0.82, 0.06, 0.12),
    ),
)  # fmt: skip
NAMES = (
    "Jazmín",
    "Lapacho",
    "Ñandutí",
    "Guavirá",
    "Mburucuyá",
    "Ceibo",
    "Colibrí",
    "Arasá",
    "Kuarahy",
    "Yvoty",
)
KINDS = ("Confecciones", "Taller", "Costuras", "Creaciones")
# What went wrong while asking: workshop → what was answered; a correction mends the first six of them later.
SLIPS: dict[str, dict[str, str]] = {
    "PIL-031": {"output_month": "900", "capacity_month": "700"},
    "PIL-044": {"output_month": "15400"},
    "YAG-017": {"output_month": "2100", "capacity_month": "1200"},
    "YAG-058": {"n_contract": "+", "n_family": "+"},
    "YAG-093": {"output_month": "95000", "capacity_month": "99000"},
    "MRA-021": {"output_month": "800", "capacity_month": "450"},
    "YAG-120": {"output_month": "1500", "capacity_month": "1100"},
    "MRA-040": {"output_month": "640", "capacity_month": "500"},
}
CORRECTED = tuple(SLIPS)[:6]
COMMENTS = {
    "output_month": "More was made than could be made in a good month, or the unit is wrong: please ask again.",
    "n_contract": "Contracts and unpaid family together are more than work there: please ask again.",
}
SELECTED = (
    "PIL-003", "PIL-008", "PIL-012", "PIL-027", "PIL-040", "YAG-005", "YAG-022", "YAG-047", "YAG-101", "YAG-133",
    "MRA-004", "MRA-011", "MRA-025", "MRA-038", "MRA-052",
)  # fmt: skip
DECLINED = ("MRA-091", "MRA-092", "MRA-093")


@dataclass
class Made:
    """All that the files hold."""

    census: list[dict[str, str]] = field(default_factory=list)
    workbook: list[dict[str, str]] = field(default_factory=list)
    corrections: list[dict[str, str]] = field(default_factory=list)
    follow_up: list[dict[str, str]] = field(default_factory=list)


def make() -> Made:
    """Every answer to the census, before and after."""
    made = Made()
    right = {}
    for town in TOWNS:
        for row in _town(town):
            right[row["workshop"]] = row
            is_typed = town.key == "mra" and int(row["workshop"][-3:]) > town.n - IN_WORKBOOK
            (made.workbook if is_typed else made.census).append(_slipped(row))
    made.census += [_declined(key) for key in DECLINED]
    for key in CORRECTED:
        question = "n_contract" if "n_contract" in SLIPS[key] else "output_month"
        made.corrections.append({**right[key], "comment": COMMENTS[question], **_later(right[key], days=6)})
    made.follow_up = [_followed(right[key]) for key in SELECTED]
    return made


# --- one town


def _town(town: Town) -> list[dict[str, str]]:
    rng = Random(f"{SEED} {town.key}")
    rows = []
    for number, (n_workers, n_women) in enumerate(_people(town, rng), start=1):
        rows.append(_workshop(town, rng, number, n_workers, n_women))
    return rows


def _people(town: Town, rng: Random) -> list[tuple[int, int]]:
    """People and women of each workshop; the totals of each class of sizes hold exactly."""
    people = []
    for n, least, most, total, women in town.sizes:
        # Small ones are many: the square of an even chance.
        sizes = [least + int((most - least + 1) * rng.random() ** 2) for _ in range(n)]
        _settle(sizes, total, least, most, rng)
        share = women / total
        of_women = [min(size, max(0, round(size * rng.gauss(share, 0.09)))) for size in sizes]
        _settle(of_women, women, 0, sizes, rng)
        people += list(zip(sizes, of_women, strict=True))
    return people


def _settle(values: list[int], total: int, least: int, most: int | list[int], rng: Random) -> None:
    """Move single units until the values add up to the total."""
    while (gap := total - sum(values)) != 0:
        i = rng.randrange(len(values))
        highest = most[i] if isinstance(most, list) else most
        step = 1 if gap > 0 else -1
        if least <= values[i] + step <= highest:
            values[i] += step


def _workshop(town: Town, rng: Random, number: int, n_workers: int, n_women: int) -> dict[str, str]:
    key = f"{town.prefix}-{number:03d}"
    is_medium = n_workers >= 50
    has_lead = is_medium or (town.lead_firm > 0 and rng.random() < town.lead_firm)
    per_head = rng.uniform(45, 90) if not is_medium else rng.uniform(70, 110)
    output = max(10, round(n_workers * per_head, -1))
    row = {
        "workshop": key, "town": town.key, "enumerator": town.enumerators[number % len(town.enumerators)],
        "consent": "yes",
        "workshop_name": f"{rng.choice(KINDS)} {rng.choice(NAMES)} {number:03d} (ficticio)",
        "respondent_name": f"Responsable ficticia {key}",
        "phone": f"+595 900 {TOWNS.index(town) + 1}{number:05d}",
        "address": f"Calle inventada {number}",
        "locality": town.locality,
        "position": _point(town, rng),
        "founded_in": str(rng.choice(range(1985, 2023))),
        "ownership": "company" if is_medium else _one(rng, {"one_person": 0.52, "family": 0.38, "partners": 0.10}),
        "premises": "own" if is_medium else _one(rng, dict(zip(("home", "own", "rented"), town.premises))),
        "head_sex": "woman" if rng.random() < town.woman_decides else "man",
        "head_age": _one(rng, {"18_29": 0.14, "30_44": 0.41, "45_59": 0.34, "60_more": 0.11}),
        "products": rng.choice(town.products),
        "product_other": "vaqueros" if "other" in town.products[0] else "",
        "main_unit": "prendas",
        "output_month": str(output), "capacity_month": str(round(output * rng.uniform(1.05, 1.6), -1)),
        "months_worked": str(rng.choice((8, 9, 10, 10, 11, 12, 12))),
        "own_brand": _yes(rng, 0.06 if is_medium else 0.26),
        "equipment": _equipment(rng, n_workers, is_medium),
        "n_women": str(n_women), "n_men": str(n_workers - n_women), "n_workers": str(n_workers),
    }  # fmt: skip
    row |= _labour(town, rng, n_workers, is_medium) | _footing(town, rng, is_medium)
    row |= _sales(town, rng, has_lead, is_medium) | _credit(town, rng)
    row |= _inside(town, rng, is_medium) | _together(town, rng, is_medium)
    row |= _when(town, rng, number)
    return {name: _plain(row.get(name, "")) for name in HEAD}


def _point(town: Town, rng: Random) -> str:
    north, east = (centre + rng.uniform(-0.02, 0.02) for centre in town.point)
    return f"{north:.4f} {east:.4f} 0 8"


def _plain(text: str) -> str:
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text


def _yes(rng: Random, chance: float) -> str:
    return "yes" if rng.random() < chance else "no"


def _one(rng: Random, chances: dict[str, float]) -> str:
    return rng.choices(list(chances), weights=list(chances.values()))[0]


def _some(rng: Random, chances: dict[str, float], none: str = "none") -> str:
    """Several choices, each by its own chance; ``none`` where nothing was chosen."""
    return " ".join(name for name, chance in chances.items() if rng.random() < chance) or none


def _equipment(rng: Random, n_workers: int, is_medium: bool) -> str:
    rows = [f"sewing:{max(1, n_workers + rng.randint(-1, 2))}:{rng.randint(1, 18)}:{_state(rng)}"]
    if is_medium or rng.random() < 0.35:
        rows.append(f"cutting:{1 + is_medium * rng.randint(0, 3)}:{rng.randint(1, 15)}:{_state(rng)}")
    if is_medium or rng.random() < 0.18:
        rows.append(f"finishing:{1 + is_medium * rng.randint(1, 4)}:{rng.randint(1, 12)}:{_state(rng)}")
    return "; ".join(rows)


def _state(rng: Random) -> str:
    return _one(rng, {"good": 0.55, "repair": 0.38, "stopped": 0.07})


def _labour(town: Town, rng: Random, n: int, is_medium: bool) -> dict[str, str]:
    family = 0 if is_medium else min(n, _times(rng, n, 0.30))
    insured = _times(rng, n - family, 0.52 if is_medium else town.insured)
    contract = min(n - family, _times(rng, n - family, 0.48 if is_medium else town.insured * 0.7))
    return {
        "n_family": str(family), "n_young": str(_times(rng, n, 0.31)), "n_home": str(_times(rng, min(n, 12), 0.18)),
        "n_insured": str(insured), "n_contract": str(contract),
    }  # fmt: skip


def _times(rng: Random, n: int, chance: float) -> int:
    return sum(rng.random() < chance for _ in range(n))


def _footing(town: Town, rng: Random, is_medium: bool) -> dict[str, str]:
    taxed = "yes" if is_medium else _one(rng, {"yes": town.taxed, "no": 0.95 - town.taxed, "dont_know": 0.05})
    licensed = {"yes": town.taxed * 0.8, "no": 0.92 - town.taxed * 0.8, "dont_know": 0.08}
    return {
        "tax_registered": taxed,
        "licence": "yes" if is_medium else _one(rng, licensed),
        "keeps_accounts": _yes(rng, 0.9 if is_medium else 0.15 + town.taxed * 0.4),
    }  # fmt: skip


def _sales(town: Town, rng: Random, has_lead: bool, is_medium: bool) -> dict[str, str]:
    chances = {
        "consumers": 0.62,
        "shops": 0.30,
        "middlemen": 0.30 if town.key == "mra" else 0.16,
        "institutions": 0.06,
    }
    said = _some(rng, {} if is_medium else chances, none="" if has_lead else "consumers")
    customers = f"{said} lead_firm".strip() if has_lead else said
    row = {
        "customers": customers,
        "share_lead": str(rng.randrange(60, 101, 5) if has_lead else rng.randrange(10, 65, 5)),
    }
    if has_lead:
        gives = {
            "material": 0.7,
            "design": 0.6,
            "advance": 0.12,
            "machines": 0.08,
            "training": 0.14,
            "quality": 0.5,
        }
        row |= {
            "lead_gives": _some(rng, gives, none="nothing"),
            "lead_years": str(rng.randint(6, 25) if is_medium else rng.randint(0, 14)),
            "lead_pays_days": str(rng.choice((8, 15, 15, 30, 30, 45))),
            "lead_contract": _yes(rng, 0.44 if is_medium else 0.07),
        }  # fmt: skip
    return row


def _credit(town: Town, rng: Random) -> dict[str, str]:
    if rng.random() < town.credit:
        chances = {"cooperative": 0.55, "bank": 0.22, "moneylender": 0.24, "family": 0.25, "customer": 0.10}
        return {"has_credit": "yes", "lenders": _some(rng, chances, none="family")}
    chances = {
        "papers": 0.34,
        "guarantee": 0.30,
        "cost": 0.32,
        "fear": 0.26,
        "not_needed": 0.18,
        "refused": 0.10,
    }
    return {"has_credit": "no", "why_no_credit": _some(rng, chances, none="not_needed")}


def _inside(town: Town, rng: Random, is_medium: bool) -> dict[str, str]:
    more = 0.35 if is_medium else 0.0
    safety = {
        "extinguisher": 0.16,
        "first_aid": 0.28,
        "exit": 0.35,
        "guards": 0.12,
        "gear": 0.08,
        "air": 0.05,
        "wiring": 0.30,
    }
    devices = {"phone": 0.96, "computer": 0.9 if is_medium else town.computer, "tablet": 0.03}
    uses = {"messages": 0.86, "social": 0.38, "online_shop": 0.04, "payments": 0.22, "invoices": town.taxed * 0.25,
            "accounts": town.computer * 0.5, "design": town.computer * 0.3}  # fmt: skip
    said = _some(rng, devices)
    return {
        "safety": _some(rng, {name: min(0.95, chance + more) for name, chance in safety.items()}),
        "accidents": str(rng.choice((0, 0, 0, 0, 0, 0, 1, 1, 2)) + (rng.randint(0, 2) if is_medium else 0)),
        "devices": said, "digital_use": "none" if said == "none" else _some(rng, uses),
    }  # fmt: skip


def _together(town: Town, rng: Random, is_medium: bool) -> dict[str, str]:
    member = town.kind_of_group if rng.random() < town.member else "none"
    joint = {"buying": 0.08, "orders": 0.5, "machines": 0.4, "selling": 0.2, "training": 0.3}
    acts = _some(rng, joint) if rng.random() < town.joint + 0.2 * (member != "none") else "none"
    hindered = " ".join(name for name in town.hindered if rng.random() < 0.55) or town.hindered[0]
    return {
        "member_of": member, "joint_action": acts,
        "trust_colleagues": str(rng.choices(range(1, 6), weights=town.trust)[0]),
        "hindered_by": "nothing" if "nothing" in hindered.split() else hindered,
    }  # fmt: skip


def _when(town: Town, rng: Random, number: int) -> dict[str, str]:
    """Six visits a day for each who asks, on working days from 8 May 2023 on."""
    of_mine = (number - 1) // len(town.enumerators)
    day = date(2023, 5, 8) + timedelta(days=of_mine // 6 // 5 * 7 + of_mine // 6 % 5)
    begun = datetime(day.year, day.month, day.day, 8, 5) + timedelta(
        minutes=62 * (of_mine % 6) + rng.randint(0, 20)
    )
    return _times_of(begun, begun + timedelta(minutes=rng.randint(19, 38)))


def _times_of(begun: datetime, ended: datetime) -> dict[str, str]:
    return {
        "started_at": f"{begun.isoformat(timespec='milliseconds')}-04:00",
        "ended_at": f"{ended.isoformat(timespec='milliseconds')}-04:00",
        "visited_on": begun.date().isoformat(),
    }


# --- slips, refusals, the second visit


def _slipped(row: dict[str, str]) -> dict[str, str]:
    slip = SLIPS.get(row["workshop"], {})
    return {**row, **{name: row["n_workers"] if value == "+" else value for name, value in slip.items()}}


def _later(row: dict[str, str], *, days: int) -> dict[str, str]:
    begun, ended = (
        datetime.fromisoformat(row[name][:-6]) + timedelta(days=days) for name in ("started_at", "ended_at")
    )
    return _times_of(begun, ended)


def _declined(key: str) -> dict[str, str]:
    """Visited, and did not want to take part: nothing is known but that."""
    town = TOWNS[2]
    row = {"workshop": key, "town": town.key, "enumerator": "mra-1", "consent": "no"}
    row |= _when(town, Random(f"{SEED} {key}"), int(key[-3:]))
    return {name: row.get(name, "") for name in HEAD}


def _followed(row: dict[str, str]) -> dict[str, str]:
    """The same workshop ten months later: people as before, some practices better, prices no better."""
    rng = Random(f"{SEED} follow-up {row['workshop']}")
    better = {**row, **_later(row, days=301)}
    for name, chances in (
        ("safety", {"extinguisher": 0.8, "first_aid": 0.85, "exit": 0.9, "wiring": 0.6}),
        ("digital_use", {"messages": 0.95, "payments": 0.5, "accounts": 0.4}),
        ("joint_action", {"training": 0.75, "orders": 0.35}),
    ):
        kept = [one for one in row[name].split() if one != "none"]
        new = [one for one, chance in chances.items() if one not in kept and rng.random() < chance]
        better[name] = " ".join(kept + new) or "none"
    better["keeps_accounts"] = "yes" if rng.random() < 0.8 else row["keeps_accounts"]
    better["output_month"] = str(
        min(int(row["capacity_month"]), round(int(row["output_month"]) * rng.uniform(1.0, 1.18)))
    )
    better["trust_colleagues"] = str(min(5, int(row["trust_colleagues"]) + (rng.random() < 0.4)))
    return better


# --- files


def files() -> dict[str, str]:
    """File name → content."""
    from tools import garments_ties

    made = make()
    typed = [{k: v for k, v in row.items() if k not in WORKBOOK_LEFT_OUT} for row in made.workbook]
    return {
        "census.csv": written(HEAD, made.census),
        "workbook.csv": written([name for name in HEAD if name not in WORKBOOK_LEFT_OUT], typed),
        "workbook-keys.csv": written(["workshop", "workshop_name"], made.workbook),
        "corrections.csv": written([*HEAD, "comment"], made.corrections),
        "follow-up.csv": written(HEAD, made.follow_up),
        "roster.csv": written(garments_ties.HEAD, garments_ties.make([*made.census, *made.workbook])),
        "silent.csv": written(["workshop"], garments_ties.silent([*made.census, *made.workbook])),
    }


def written(head: list[str], rows: list[dict[str, str]]) -> str:
    """A table as CSV; columns that are not in the head are left out."""
    import io

    out = io.StringIO()
    table = csv.DictWriter(out, head, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue()


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

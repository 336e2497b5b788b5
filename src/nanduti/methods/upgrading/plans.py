"""Rules of improvement plans, of planned and ratified interventions, and of lean clusters."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from nanduti.methods.values import BadInput, Reason, RuleSource, Share, Verdict, counted, flag, mark, no, yes
from nanduti.methods.values.guards import amount, one_of

from ._checks import named

PLAN_SOURCE = RuleSource(
    "UNDP Accelerator Lab Paraguay (2023), closing form of the action learning plan", "methods"
)
MATRIX_SOURCE = RuleSource("UNIDO (2013), Cluster Twinning", "chapter 4, tables 5 and 6")
LEAN_SOURCE = RuleSource(
    "UNIDO (2013), Cluster Twinning", "chapter 4, section 3.3; annex 3, activities 34 and 36"
)

#: What a plan of a workshop is about.
AREAS = ("productivity", "decent_work", "associativity")
STATUSES = ("planned", "started", "done", "dropped")


@dataclass(frozen=True)
class Action:
    """One action of an improvement plan, agreed with the workshop.

    ``has_evidence``: a photo, a measure or a document of it is kept. ``weight`` is how much it counts.
    """

    code: str
    area: str
    owner: str = ""
    due_on: date | None = None
    status: str = "planned"
    has_evidence: bool = False
    weight: float = 1.0

    def __post_init__(self) -> None:
        one_of(self.area, AREAS, f"action {self.code!r}, area")
        one_of(self.status, STATUSES, f"action {self.code!r}, status")
        amount(self.weight, f"weight of {self.code!r}")


@dataclass(frozen=True)
class PlanState:
    """How far an improvement plan is.

    Attributes:
        completion: weight of the actions done with evidence over that of all not dropped.
        by_area: the same for each area; ``None`` where an area has no action.
        done_without_evidence: actions called done that nothing shows.
        overdue: actions not done whose day has passed; ``undated`` have no day.
        without_owner: actions that nobody answers for.
    """

    completion: Share | None
    by_area: dict[str, Share | None]
    done_without_evidence: tuple[str, ...]
    overdue: tuple[str, ...]
    undated: tuple[str, ...]
    without_owner: tuple[str, ...]


def improvement_plan(actions: Iterable[Action], *, on: date) -> PlanState:
    """Completion of a plan on a day; what is done counts once something shows it.

    Source: row 112 of the systems (actions, evidence, owner, status; productivity, decent work,
    associativity); that evidence is needed is Nanduti's rule.

    >>> plan = [Action("lights", "decent_work", "eva", date(2023, 3, 1), "done", True),
    ...         Action("layout", "productivity", "eva", date(2023, 4, 1), "started"),
    ...         Action("buy together", "associativity", status="done")]
    >>> s = improvement_plan(plan, on=date(2023, 5, 1))
    >>> round(s.completion, 2), s.overdue, s.done_without_evidence, s.without_owner
    (0.33, ('layout',), ('buy together',), ('buy together',))
    """
    listed = [a for a in actions if a.status != "dropped"]
    codes = [a.code for a in listed]
    for code in codes:
        if codes.count(code) > 1:
            raise BadInput(
                place=f"action {code!r}",
                problem=mark("stands twice in the table"),
                remedy=mark("Keep one row for each."),
            )
    open_ones = [a for a in listed if a.status != "done"]
    return PlanState(
        _done_share(listed),
        {area: _done_share([a for a in listed if a.area == area]) for area in AREAS},
        tuple(a.code for a in listed if a.status == "done" and not a.has_evidence),
        tuple(a.code for a in open_ones if a.due_on is not None and a.due_on < on),
        tuple(a.code for a in open_ones if a.due_on is None),
        tuple(a.code for a in listed if not a.owner),
    )


def _done_share(actions: list[Action]) -> Share | None:
    done = sum(a.weight for a in actions if a.status == "done" and a.has_evidence)
    return Share.of(done, sum(a.weight for a in actions))


def plan_verdict(actions: Iterable[Action]) -> Verdict:
    """Whether a plan can be agreed: every action owned and dated, each area thought of, not too many at once.

    >>> plan_verdict([Action("layout", "productivity")]).decision
    'no'
    """
    listed = [a for a in actions if a.status != "dropped"]
    if not listed:
        text = mark("The plan has no action.")
        return no(Reason("empty", text), source=PLAN_SOURCE, remedy=mark("Agree on a first small action."))
    reasons = []
    unowned = ", ".join(a.code for a in listed if not a.owner)
    undated = ", ".join(a.code for a in listed if a.due_on is None)
    if unowned:
        reasons.append(Reason("no_owner", mark("Nobody answers for: {actions}."), {"actions": unowned}))
    if undated:
        reasons.append(Reason("no_day", mark("No day is set for: {actions}."), {"actions": undated}))
    if reasons:
        return no(*reasons, source=PLAN_SOURCE, remedy=mark("Name an owner and a day for each."))
    absent = [area for area in AREAS if all(a.area != area for a in listed)]
    if absent:
        text = mark("Nothing is planned in: {areas}.")
        reason = Reason("area_absent", text, {"areas": ", ".join(absent)})
        return flag(reason, source=PLAN_SOURCE, remedy=mark("Ask the workshop about it."))
    text = mark("Every action has an owner and a day, and all areas are thought of.")
    return yes(Reason("complete", text), source=PLAN_SOURCE)


FORMS = ("workshop", "unit_handholding", "review")


@dataclass(frozen=True)
class MatrixChange:
    """Cells of an intervention matrix that were planned and ratified, added, or dropped."""

    kept: tuple[tuple[str, str], ...]
    added: tuple[tuple[str, str], ...]
    dropped: tuple[tuple[str, str], ...]
    verdict: Verdict


def planned_against_ratified(
    planned: Collection[tuple[str, str]], ratified: Collection[tuple[str, str]]
) -> MatrixChange:
    """What the core committee changed in the plan: (intervention, form) cells beside each other.

    Source: tables 5 and 6 of UNIDO (2013): interventions by workshop or training, unit handholding, review.

    >>> c = planned_against_ratified({("vision", "workshop"), ("website", "review")}, {("vision", "workshop")})
    >>> c.dropped, c.verdict.decision
    ((('website', 'review'),), 'flag')
    """
    for intervention, form in [*planned, *ratified]:
        one_of(form, FORMS, f"intervention {intervention!r}, form")
    a, b = set(planned), set(ratified)
    kept, added, dropped = tuple(sorted(a & b)), tuple(sorted(b - a)), tuple(sorted(a - b))
    if added or dropped:
        text = mark("The committee added {added} and dropped {dropped} of the planned cells.")
        reason = Reason("changed", text, {"added": len(added), "dropped": len(dropped)})
        verdict = flag(
            reason, source=MATRIX_SOURCE, remedy=mark("Carry the changes over to the action plan.")
        )
    else:
        verdict = yes(Reason("as_planned", mark("Ratified as planned.")), source=MATRIX_SOURCE)
    return MatrixChange(kept, added, dropped, verdict)


@dataclass(frozen=True)
class LeanRules:
    """What a scheme for lean clusters asks.

    The figures here are Nanduti's proposal, to be replaced by those that the scheme has published; ``source`` says
    where these were read. As long as it is empty, every verdict says that its limits are a proposal.
    """

    least_members: int = 5
    most_members: int = 15
    is_legal_entity_needed: bool = True
    sizes: frozenset[str] = frozenset({"micro", "small", "medium"})
    source: RuleSource | None = None


def lean_cluster(
    members: Mapping[str, str], *, is_registered: bool | None, rules: LeanRules | None = None
) -> Verdict:
    """Whether firms may form a lean cluster under a scheme: number and size of members, a legal entity.

    Args:
        members: firm → size (``micro`` … ``large``).
        is_registered: whether their legal entity exists; ``None`` if not known.

    The source tells of networks of firms that create a legal entity and are then supported, and gives no numbers.
    Those of :class:`LeanRules` are a proposal; the verdict says so until ``rules`` name the scheme as their source.

    >>> lean_cluster({f"f{n}": "small" for n in range(9)}, is_registered=True).decision
    'yes'
    >>> [r.code for r in lean_cluster({"a": "large"}, is_registered=False).reasons]
    ['too_few', 'size', 'not_registered', 'proposed']
    >>> rules = LeanRules(least_members=8, source=RuleSource("Scheme of the ministry", "section 4"))
    >>> print(lean_cluster({"a": "small"}, is_registered=True, rules=rules))
    1 firm; at least 8 are asked for. (Scheme of the ministry, section 4)
    """
    rules = rules or LeanRules()
    proposed = mark("The limits are a proposal: enter those that the scheme has published.")
    marks = () if rules.source else (Reason("proposed", proposed),)
    source = rules.source or LEAN_SOURCE
    members = named(members, "the members")
    reasons, n = [], len(members)
    if n < rules.least_members:
        text = counted(
            n,
            mark("{n} firm; at least {least} are asked for."),
            mark("{n} firms; at least {least} are asked for."),
        )
        reasons.append(Reason("too_few", text, {"n": n, "least": rules.least_members}))
    if n > rules.most_members:
        text = mark("{n} firms; at most {most} are allowed.")
        reasons.append(Reason("too_many", text, {"n": n, "most": rules.most_members}))
    wrong = sorted(f for f, size in members.items() if not isinstance(size, str) or size not in rules.sizes)
    if wrong:
        reasons.append(Reason("size", mark("Not of an eligible size: {firms}."), {"firms": ", ".join(wrong)}))
    if rules.is_legal_entity_needed and is_registered is False:
        reasons.append(Reason("not_registered", mark("The firms have no legal entity of their own yet.")))
    if reasons:
        return no(*reasons, *marks, source=source)
    if rules.is_legal_entity_needed and is_registered is None:
        text = mark("Whether the legal entity is registered is not known.")
        return flag(Reason("registration_unknown", text), *marks, source=source)
    text = mark("Number, sizes and legal form meet the scheme.")
    return yes(Reason("eligible", text), *marks, source=source)

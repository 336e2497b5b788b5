"""Bodies that several partners run together: whether every seat is filled, and whether a meeting could decide."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from nanduti.methods.values import BadInput, Reason, RuleSource, Verdict, flag, mark, no, yes

#: One representative each of academia, local government and the private sector (Entrepreneur Support Centres).
SOURCE = RuleSource("UNDP Accelerator Lab Paraguay (2023), closing form", "insight 5; partners")


def seats_verdict(
    required: Mapping[str, int], filled: Mapping[str, int], *, source: RuleSource = SOURCE
) -> Verdict:
    """Whether every sector that must sit on a body does.

    Args:
        required: seats each sector must have.
        filled: seats each sector holds now; a sector left out holds none.
        source: where the composition is laid down.

    Returns:
        no with one reason for each sector that lacks somebody; yes else, also where nothing is required.

    >>> seats_verdict({"academia": 1, "local_government": 1}, {"academia": 1}).say().partition(" (")[0]
    'Nobody sits for local_government.'
    """
    if any(n < 0 for n in [*required.values(), *filled.values()]):
        raise BadInput(place="the seats", problem="are negative", remedy="Use zero or more seats.")
    lacking = {sector: n for sector, n in required.items() if filled.get(sector, 0) < n}
    if lacking:
        reasons = [_lack(sector, filled.get(sector, 0), n) for sector, n in lacking.items()]
        return no(*reasons, source=source, remedy=mark("Ask the partner to name somebody."))
    if not required:
        return yes(Reason("nothing_required", mark("No seat is laid down.")), source=source)
    return yes(Reason("complete", mark("Every seat is filled.")), source=source)


def _lack(sector: str, has: int, needs: int) -> Reason:
    if not has:
        return Reason("vacant", mark("Nobody sits for {sector}."), {"sector": sector})
    text = mark("{sector} has {has} of {needs} seats.")
    return Reason("too_few", text, {"sector": sector, "has": has, "needs": needs})


def quorum_verdict(
    present: Collection[str] | None,
    *,
    n_seats: int,
    least: int | None = None,
    partners: Collection[str] = (),
    source: RuleSource = SOURCE,
) -> Verdict:
    """Whether enough of a body were at a meeting for it to decide.

    The source knows a body run jointly and gives no number; more than half of the seats is Nanduti's proposal. A
    meeting that enough attended but a partner missed may decide, and is pointed out.

    Args:
        present: the sector of each seat whose holder was there; ``None`` where nobody wrote it down.
        n_seats: seats of the body, vacant ones included: a body does not shrink when nobody is named.
        least: how many must be there, where the body has laid that down itself.
        partners: the sectors that run the body together.
        source: where the rule is laid down.

    >>> quorum_verdict(["academia"], n_seats=3).decision
    'no'
    >>> v = quorum_verdict(["academia", "private_sector"], n_seats=3, partners=["academia", "local_government"])
    >>> v.decision, v.reasons[0].details["sector"]
    ('flag', 'local_government')
    >>> quorum_verdict(None, n_seats=3).decision
    'flag'
    """
    if n_seats < 0 or (least is not None and least < 0):
        raise BadInput(place="the seats", problem="are negative", remedy="Use zero or more seats.")
    if present is None:
        reason = Reason("not_known", mark("Who was there is not written down."))
        return flag(reason, source=source, remedy=mark("Write down who was there."))
    needed = n_seats // 2 + 1 if least is None else least
    if len(present) < needed:
        text = mark("{n} were there; {needed} of {n_seats} are needed.")
        details = {"n": len(present), "needed": needed, "n_seats": n_seats}
        return no(
            Reason("no_quorum", text, details), source=source, remedy=mark("Decide it at another meeting.")
        )
    absent = [sector for sector in partners if sector not in present]
    if absent:
        text = mark("Nobody was there for {sector}.")
        return flag(*(Reason("absent", text, {"sector": sector}) for sector in absent), source=source)
    return yes(Reason("quorum", mark("Enough were there to decide.")), source=source)

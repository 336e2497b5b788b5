"""Expert fit: an expert must match the product, material and size of the firm, not the cluster in general."""

from __future__ import annotations

from dataclasses import dataclass

from nanduti.methods.values import Reason, Verdict, flag, mark, yes

from .kinds import source

SOURCE = source("chapter 2, sections 3.4 and 4; step 7")


@dataclass(frozen=True)
class Expert:
    """What an expert knows: empty sets mean that it is not known. ``is_proven``: experience demonstrated."""

    products: frozenset[str] = frozenset()
    materials: frozenset[str] = frozenset()
    sizes: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    is_proven: bool | None = None


@dataclass(frozen=True)
class FirmNeed:
    """What a firm makes, of what, how large it is, and which languages its people follow."""

    products: frozenset[str] = frozenset()
    materials: frozenset[str] = frozenset()
    size: str = ""
    languages: frozenset[str] = frozenset()


def expert_fit(expert: Expert, firm: FirmNeed) -> Verdict:
    """Warnings where expert and firm do not match; what is not known is said, not taken for a match.

    >>> upper = Expert(frozenset({"shoe_upper"}), frozenset({"bovine"}), frozenset({"medium"}),
    ...                frozenset({"en"}), True)
    >>> gloves = FirmNeed(frozenset({"glove"}), frozenset({"goat"}), "medium", frozenset({"en", "ta"}))
    >>> [r.code for r in expert_fit(upper, gloves).reasons]
    ['product', 'material']
    """
    checks = (
        ("product", mark("products"), expert.products, firm.products),
        ("material", mark("materials"), expert.materials, firm.materials),
        ("size", mark("size"), expert.sizes, frozenset({firm.size} - {""})),
        ("language", mark("languages"), expert.languages, firm.languages),
    )
    reasons = [r for code, what, has, needs in checks if (r := _mismatch(code, what, has, needs))]
    if expert.is_proven is not True:
        sentence = mark("The expert's experience has not been demonstrated.")
        reasons.append(Reason("not_proven", sentence))
    if reasons:
        remedy = mark("Look for an expert who fits, perhaps elsewhere, or narrow the visit to what fits.")
        return flag(*reasons, source=SOURCE, remedy=remedy)
    return yes(Reason("fits", mark("Product, material, size and language match.")), source=SOURCE)


def _mismatch(code: str, what: str, has: frozenset[str], needs: frozenset[str]) -> Reason | None:
    if not has or not needs:
        sentence = mark("Whether the {what} match is not known.")
        return Reason(f"{code}_unknown", sentence, {"what": what})
    if has & needs:
        return None
    details = {"what": what, "has": ", ".join(sorted(has)), "needs": ", ".join(sorted(needs))}
    return Reason(code, mark("The {what} do not match: the expert has {has}, the firm {needs}."), details)

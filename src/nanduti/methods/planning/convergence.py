"""Whether the components of a programme come together in its clusters, as they were meant to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from nanduti.methods.values import BadInput, Reason, RuleSource, Verdict, flag, mark, yes

SOURCE = RuleSource("UNIDO (2013), Cluster Twinning", "chapter 1, sections 2 and 4; table 1")


def convergence_verdict(
    components: Sequence[str], covered: Mapping[str, Collection[str]], *, source: RuleSource = SOURCE
) -> Verdict:
    """Whether every component runs in every cluster; the source calls what is missing a dilution of convergence.

    Args:
        components: the components of the programme, in their order.
        covered: for each cluster the components that run in it.
        source: where it is laid down that the components are to work together.

    Returns:
        flag with one reason for each cluster that lacks a component; yes where none does, or where there is nothing
        that could come together: no cluster, or fewer than two components. Never no: the source regrets it.

    >>> convergence_verdict(["CT", "ITP"], {"Chennai leather": ["CT", "ITP"]}).decision
    'yes'
    >>> convergence_verdict(["CT", "ITP"], {"Ludhiana": ["ITP"]}).say()
    'Ludhiana is without CT. (UNIDO (2013), Cluster Twinning, chapter 1, sections 2 and 4; table 1)'
    """
    strange = {name for names in covered.values() for name in names} - set(components)
    if strange:
        raise BadInput(
            place=", ".join(sorted(strange)),
            problem="is none of the components",
            remedy="Name it among the components, or take it out of the coverage.",
        )
    if len(components) < 2 or not covered:
        return yes(Reason("nothing_to_join", mark("There are not yet several components to come together.")),
                   source=source)  # fmt: skip
    lacking = {
        cluster: [name for name in components if name not in names] for cluster, names in covered.items()
    }
    reasons = [
        Reason("lacks", mark("{cluster} is without {components}."),
               {"cluster": cluster, "components": ", ".join(names)})
        for cluster, names in lacking.items()
        if names
    ]  # fmt: skip
    if reasons:
        return flag(
            *reasons,
            source=source,
            remedy=mark("Begin the component there too, or let the committee say why not."),
        )
    return yes(Reason("joined", mark("Every component runs in every cluster.")), source=source)

"""What can go wrong with ties and actors, said to the person who entered them."""

from __future__ import annotations

from nanduti.methods.values import PersonError, mark


class MissingColumns(PersonError):
    """A table of ties or actors lacks a column."""

    code = "networks.missing_columns"
    title = mark("A column is missing")
    sentence = mark("The table of {table} has no column {columns}.")
    remedy = mark("Add the column or name the one that stands for it.")


class UnknownActors(PersonError):
    """Ties name actors that are not in the list of actors."""

    code = "networks.unknown_actors"
    title = mark("Ties name unknown actors")
    sentence = mark("Named in ties, but not in the list of actors: {some} ({n}).")
    remedy = mark("Correct the names, or add the actors to the list.")


class RepeatedActors(PersonError):
    """The list of actors holds the same one twice."""

    code = "networks.repeated_actors"
    title = mark("An actor is listed twice")
    sentence = mark("Listed more than once: {some} ({n}).")
    remedy = mark("Keep one row for each actor.")


class SelfTies(PersonError):
    """Ties lead from an actor to itself."""

    code = "networks.self_ties"
    title = mark("Ties lead back to the same actor")
    sentence = mark("Ties lead from an actor to itself: {some} ({n}).")
    remedy = mark("Remove them, or ask for self-ties to be dropped.")


class BadStrength(PersonError):
    """A tie has a strength that is none."""

    code = "networks.bad_strength"
    title = mark("A strength cannot be used")
    sentence = mark("The strength {strength} of the tie from {source} to {target} is {problem}.")
    remedy = mark("Enter a positive number, 0 for no tie, or mark the tie unknown.")


class UnknownStatus(PersonError):
    """A tie has a status that is none of the three."""

    code = "networks.unknown_status"
    title = mark("A status is not known")
    sentence = mark("The status '{status}' of a tie is none of: tie, none, unknown.")
    remedy = mark("Keep the three apart: a tie, no tie, and not known.")


class TooFewActors(PersonError):
    """A measure needs more actors than there are."""

    code = "networks.too_few_actors"
    title = mark("Too few actors")
    sentence = mark("{what} needs at least {least} actors; the network has {n}.")
    remedy = mark("Add actors, or leave the measure out.")


class NoTies(PersonError):
    """A measure needs ties and there are none."""

    code = "networks.no_ties"
    title = mark("There are no ties")
    sentence = mark("{what} cannot be said: the network has no ties.")
    remedy = mark("Record ties first, or leave the measure out.")


class TooLarge(PersonError):
    """A method that fills a whole matrix is asked for a network too large for it."""

    code = "networks.too_large"
    title = mark("The network is too large for this method")
    sentence = mark("{what} fills a table of all pairs and takes at most {most} actors; the network has {n}.")
    remedy = mark("Ask for a part of the network, such as one community.")


class NotComparable(PersonError):
    """Two networks or a network and a table do not speak of the same actors."""

    code = "networks.not_comparable"
    title = mark("The networks cannot be compared")
    sentence = mark("{what} do not speak of the same actors: {some}.")
    remedy = mark("Build both with the same list of actors.")


class MissingGroups(PersonError):
    """Some actors belong to no group although a measure by group is asked for."""

    code = "networks.missing_groups"
    title = mark("Some actors have no group")
    sentence = mark("Without a group: {some} ({n}).")
    remedy = mark("Give each actor a group, for example 'not known'.")


class UnreadableFile(PersonError):
    """A network file does not hold what it declares."""

    code = "networks.unreadable_file"
    title = mark("The network file cannot be read")
    sentence = mark("The {form} file cannot be read at line {line}: {problem}.")
    remedy = mark("Correct the file, or export it again.")


def some(names: object, most: int = 5) -> str:
    """A few of many names, for a sentence.

    >>> some(["b", "a"]), some(range(9), most=2)
    ('a, b', '0, 1, …')
    """
    told = sorted({str(name) for name in names})  # type: ignore[attr-defined]
    return ", ".join(told[:most]) + (", …" if len(told) > most else "")

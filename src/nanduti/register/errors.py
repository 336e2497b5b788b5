"""What can go wrong in the register, said to a person."""

from typing import Any

from nanduti.foundation.errors import NotAllowed
from nanduti.methods.values import PersonError, mark


class NotPublic(PersonError):
    """A firm that is not large was to be shown by name."""

    code = "register.not_public"
    title = mark("This name is kept by the municipality")
    sentence = mark("Only public bodies, institutions, associations and large firms may be shown by name.")
    remedy = mark("Leave “shown by name” off; the name then goes to the vault.")


class PublicNameMissing(PersonError):
    """An organisation shown by name without a name."""

    code = "register.public_name_missing"
    title = mark("The public name is missing")
    sentence = mark("An organisation that is shown by name needs its public name.")
    remedy = mark("Write the name as it stands on its door, or switch “shown by name” off.")


class MergeRefused(PersonError):
    """Two establishments that cannot be one."""

    code = "register.merge_refused"
    title = mark("These cannot be merged")
    sentence = mark("{kept} and {absorbed} cannot be merged: {why}.")
    remedy = mark("Choose two records of the same cluster that have not been merged yet.")


class UnmergeRefused(PersonError):
    """A merge that can no longer be taken back."""

    code = "register.unmerge_refused"
    title = mark("This merge cannot be taken back")
    sentence = mark("It was taken back already, or {kept} has been merged into another record since.")
    remedy = mark("Take the later merge back first.")


class AlreadyThere(PersonError):
    """The same membership or role twice at the same time."""

    code = "register.already_there"
    title = mark("This is in the register already")
    sentence = mark("{what} is in the register already.")
    remedy = mark("Change the entry that is there, or end it first.")


class SpanRefused(PersonError):
    """An end that does not come after the start."""

    code = "register.span_refused"
    title = mark("The end comes before the start")
    sentence = mark("It began on {since}, so it cannot end on {until}.")
    remedy = mark("Give a later day.")


class FactSaysNothing(PersonError):
    """A fact with neither a number nor words."""

    code = "register.fact_says_nothing"
    title = mark("The fact says nothing yet")
    sentence = mark("A fact needs a number or words.")
    remedy = mark("Write the number, or what the source says.")


class NothingToCompare(PersonError):
    """A search for doubles by somebody who may see no identifying field of the cluster."""

    code = "register.nothing_to_compare"
    title = mark("There is nothing that you may compare")
    sentence = mark(
        "A search compares names, telephones and addresses, and you may see none of them in this cluster."
    )
    remedy = mark("Ask the municipality for a standing grant, or ask its custodian to search.")


class CannotCompare(PersonError):
    """The comparison stumbled. What it stumbled over may be a name, so it is not told."""

    code = "register.cannot_compare"
    title = mark("The records could not be compared")
    sentence = mark("The search stumbled ({kind_of_fault}). Nothing was changed.")
    remedy = mark("Tell the people who run this service, with the time it happened.")


class PairDecided(PersonError):
    """A decision on two records about which somebody decided already."""

    code = "register.pair_decided"
    title = mark("Somebody has decided about these two already")
    sentence = mark("What was decided about {one} and {other} stands.")
    remedy = mark("Take that decision back first, if it was wrong.")


class PairContradicts(PersonError):
    """Two records that cannot be the same because of what was decided about a third."""

    code = "register.pair_contradicts"
    title = mark("This contradicts an earlier decision")
    sentence = mark("Somebody decided that {one} and {other} are different firms; they would become one.")
    remedy = mark("Look at that decision and take it back first, if it was wrong.")


class NothingToTakeOver(PersonError):
    """Fields to take over that the other record does not keep, or that the kept one has itself."""

    code = "register.nothing_to_take_over"
    title = mark("There is nothing to take over")
    sentence = mark("{kept} has these fields itself by now, or {absorbed} does not have them.")
    remedy = mark("Open the page anew and choose among the fields that are offered.")


class NoNamesGranted(NotAllowed):
    """Somebody who edits the register, in clusters where the custodian shows no names."""

    code = "register.no_names_granted"
    title = mark("No names are shown to you yet")
    sentence = mark(
        "Whether two firms are one is told by their names, and the municipality has shown you none."
    )
    remedy = mark("Ask the custodian of the municipality for a standing grant.")

    def __init__(self, **_details: Any) -> None:
        super().__init__(capability="see_granted_names")


class NoSuchAccount(PersonError):
    """No account of that name reaches the place of the record."""

    code = "register.no_such_account"
    title = mark("No such account here")
    sentence = mark("No account called “{username}” holds a role here today.")
    remedy = mark("Ask an administrator to make the account and give it a role, or check the spelling.")


class AccountOfAnother(PersonError):
    """An account that stands for somebody else already."""

    code = "register.account_of_another"
    title = mark("This account is somebody else's")
    sentence = mark("The account “{username}” stands for another record of the register already.")
    remedy = mark("End that first, where it was said, or give them an account of their own.")

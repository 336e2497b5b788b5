"""What can go wrong in networks, said to a person."""

from nanduti.methods.values import PersonError, mark


class TieToNobody(PersonError):
    """A tie to somebody whom neither the register nor the programme knows."""

    code = "networks.tie_to_nobody"
    title = mark("Nobody is called so")
    sentence = mark("“{named}” is nobody of the register within this programme.")
    remedy = mark(
        "Write the pseudonym as the register shows it, such as W-7K3QDXK. Somebody who is not in the register yet: "
        "write a question mark and a short word of your own, such as ?dyer."
    )


class TieToItself(PersonError):
    """Both ends of a tie are one actor."""

    code = "networks.tie_to_itself"
    title = mark("Both ends are one")
    sentence = mark("A tie joins two; both ends are {named}.")
    remedy = mark("Correct one of the two.")


class KindNotKnown(PersonError):
    """A tie of a kind that the programme does not know."""

    code = "networks.kind_not_known"
    title = mark("This kind of tie is not known")
    sentence = mark("The programme knows no kind of tie “{kind}”.")
    remedy = mark("Use one of: {known}. A coordinator can add a kind.")


class StrengthOffScale(PersonError):
    """A strength that does not stand on the scale of its kind."""

    code = "networks.strength_off_scale"
    title = mark("The strength does not stand on the scale")
    sentence = mark("“{kind}” runs from {lowest} to {highest}; {strength} is not between them.")
    remedy = mark("Write a number on the scale, or leave the field empty.")


class WaveTaken(PersonError):
    """Two rounds of a programme with one code."""

    code = "networks.code_taken"
    title = mark("This code is taken")
    sentence = mark("The programme has “{given}” already.")
    remedy = mark("Choose another code.")


class AlreadyKnown(PersonError):
    """Somebody says who a named actor is, and it was said before."""

    code = "networks.already_known"
    title = mark("Somebody was quicker")
    sentence = mark("Who {named} is was written down meanwhile.")
    remedy = mark("Look at the list again; nothing of yours was saved.")


class NotAMember(PersonError):
    """A membership that would begin after it ends, or twice."""

    code = "networks.member_already"
    title = mark("It belongs to the network already")
    sentence = mark("{named} is a member of “{network}” since before.")
    remedy = mark("End that membership first, if it joins anew.")


class NoEvidence(PersonError):
    """A step of formalisation with nothing to show for it."""

    code = "networks.no_evidence"
    title = mark("What shows it?")
    sentence = mark("A step counts only with evidence.")
    remedy = mark("Write what shows it, such as the minutes of a meeting or the number of a registration.")

"""What can go wrong with a plan, said to a person."""

from nanduti.methods.values import PersonError, mark


class NumberTaken(PersonError):
    """Two activities of one list with one number."""

    code = "plans.number_taken"
    title = mark("This number is taken")
    sentence = mark("The plan “{plan}” has an activity {number} already.")
    remedy = mark("Take the next free number: {free}.")


class OverrideNeedsReason(PersonError):
    """Somebody wants to go against a rule without saying why."""

    code = "plans.override_needs_reason"
    title = mark("Say why")
    sentence = mark("A rule refuses this: {verdict}")
    remedy = mark("A coordinator may go ahead and must write the reason into the field below; it is kept.")

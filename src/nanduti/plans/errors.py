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


class ActivityNotNamed(PersonError):
    """A list of who came that names no activity of the programme."""

    code = "plans.activity_not_named"
    title = mark("No activity is named")
    sentence = mark("The programme has no activity “{reference}”.")
    remedy = mark(
        "Correct the answer: plan and number, as the list of activities shows them; it is told again then."
    )

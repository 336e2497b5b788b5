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


class VisionWithoutDay(PersonError):
    """Somebody says that a vision was looked at again without saying when."""

    code = "plans.vision_without_day"
    title = mark("Say when")
    sentence = mark("A vision that was looked at again needs the day, for the last one holds.")
    remedy = mark("Write when the stakeholders met, as exactly as it is known: “May 2009” is enough.")


class VisionEarlier(PersonError):
    """A vision looked at again before the day on which it was last agreed."""

    code = "plans.vision_earlier"
    title = mark("Earlier than the vision itself")
    sentence = mark("{given} lies before {last}, when this wording was last agreed.")
    remedy = mark("Correct the date; an earlier vision is written down as a vision of its own.")


class VisionMovedOn(PersonError):
    """Somebody looks again at a wording that holds no longer."""

    code = "plans.vision_moved_on"
    title = mark("Another vision holds by now")
    sentence = mark("Somebody has looked at this vision again meanwhile.")
    remedy = mark("Open the vision that holds and say there what was decided.")


class WordingTold(PersonError):
    """What was decided about a vision and its wording contradict each other."""

    code = "plans.wording_told"
    title = mark("Decision and wording differ")
    sentence = mark("It is said that the vision was {decision}, and the wording tells otherwise.")
    remedy = mark(
        "Choose “confirmed as it stood” for the same wording; write the new one where it was changed or replaced."
    )


class ObjectiveElsewhere(PersonError):
    """An activity that would serve an objective of another plan."""

    code = "plans.objective_elsewhere"
    title = mark("An objective of another plan")
    sentence = mark("The plan “{plan}” has no objective “{objective}”.")
    remedy = mark("Choose one of its own objectives, or name the objective in this plan first.")


class PriorityElsewhere(PersonError):
    """An objective that would be a priority of a vision that is not its cluster's."""

    code = "plans.priority_elsewhere"
    title = mark("No priority of this vision")
    sentence = mark("“{objective}” is an objective of a plan of another cluster.")
    remedy = mark("Choose objectives of plans of the cluster whose vision it is.")


class RevisionNeedsReason(PersonError):
    """A plan that is agreed anew without saying why."""

    code = "plans.revision_needs_reason"
    title = mark("Say why the plan was changed")
    sentence = mark("“{plan}” has been agreed before, and what was agreed then stays on record.")
    remedy = mark("Write in a sentence why it is different now: a fair was postponed, a partner withdrew.")


class RevisionEarlier(PersonError):
    """A revision that lies before the one that it revises."""

    code = "plans.revision_earlier"
    title = mark("Earlier than the last revision")
    sentence = mark("{given} lies before {last}, when this plan was last agreed.")
    remedy = mark(
        "Correct the date. What was agreed earlier comes in from a document, by the table of revisions."
    )


class RevisionEmpty(PersonError):
    """A plan without activities that somebody wants to keep as agreed."""

    code = "plans.revision_empty"
    title = mark("There is nothing to keep yet")
    sentence = mark("“{plan}” has no activity.")
    remedy = mark("Plan its activities first, then keep the plan as it was agreed.")


class SpentOtherCurrency(PersonError):
    """What was spent in another currency than what was planned: the two could not be compared."""

    code = "plans.spent_other_currency"
    title = mark("Two currencies")
    sentence = mark("The cost is planned in {planned}, and {spent} was written for what was spent.")
    remedy = mark("Write both in one currency; say in how it was valued which rate you took.")


class MoreThanASlip(PersonError):
    """A correction of a vision that says something else."""

    code = "plans.more_than_a_slip"
    title = mark("This is another wording")
    sentence = mark("So much of the vision would change that it is no slip of the pen.")
    remedy = mark("Look at the vision again with the stakeholders, and write down there what they decided.")

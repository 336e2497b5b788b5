"""What can go wrong in release, said to a person."""

from nanduti.methods.values import PersonError, mark


class MaterialUnclear(PersonError):
    """A request whose material cannot be made."""

    code = "release.material_unclear"
    title = mark("What shall leave is not clear")
    sentence = mark("{problem}")
    remedy = mark("{what_to_do}")


class LooserThanDefault(PersonError):
    """A protection below the safe default, without a reason or without the right."""

    code = "release.looser_than_default"
    title = mark("This protects less than the safe default")
    sentence = mark("{verdict}")
    remedy = mark("Ask for the default or more, or let a coordinator give the reason why less is enough.")


class RequestClosed(PersonError):
    """A request that was decided already."""

    code = "release.request_closed"
    title = mark("This request is decided")
    sentence = mark("It is {state} and can no longer be changed.")
    remedy = mark("Make a new request.")


class NotApprovable(PersonError):
    """An approval that the rule of four eyes refuses."""

    code = "release.not_approvable"
    title = mark("You cannot decide about this")
    sentence = mark("{verdict}")
    remedy = mark("Two people who did not ask for it look at the same checked result.")


class ReasonNeeded(PersonError):
    """A refusal or a withdrawal without a reason."""

    code = "release.reason_needed"
    title = mark("A reason is needed")
    sentence = mark("Whoever reads this later will want to know why.")
    remedy = mark("Say in a sentence why.")


class CheckOutdated(PersonError):
    """What was checked is no longer what would leave."""

    code = "release.check_outdated"
    title = mark("The check is out of date")
    sentence = mark("{why}")
    remedy = mark("Run the check again; approvals count for the result that was looked at.")


class CheckRunning(PersonError):
    """A second check while the first is running."""

    code = "release.check_running"
    title = mark("A check is running")
    sentence = mark("The disclosure check of this request has not ended yet.")
    remedy = mark("Wait for it, or stop it.")


class AddressTaken(PersonError):
    """A short name that another publication has."""

    code = "release.address_taken"
    title = mark("This short name is taken")
    sentence = mark("“{code_given}” is the address of another publication or request of this programme.")
    remedy = mark("Choose another short name, or say that this one replaces the earlier publication.")


class Withdrawn(PersonError):
    """A publication that was taken back."""

    code = "release.withdrawn"
    title = mark("This publication was withdrawn")
    sentence = mark("It was withdrawn on {withdrawn_on}: {because}")
    remedy = mark("Use the newer version if there is one; do not use copies of this one.")

"""What can go wrong in a twinning, said to a person."""

from nanduti.methods.values import PersonError, mark


class TooEarly(PersonError):
    """A linkage that the scope of cooperation does not allow yet."""

    code = "twinning.too_early"
    title = mark("The way is not open yet")
    sentence = mark("On {day} the scope between {one} and {other} is low: {reason}")
    remedy = mark(
        "Bring the associations or institutions to an agreement first, or write down why you go ahead."
    )


class ProjectMustNotPay(PersonError):
    """Project money for work on a deal."""

    code = "twinning.project_must_not_pay"
    title = mark("The programme must not pay for a deal")
    sentence = mark("{verdict}")
    remedy = mark("Let the firms pay, and a commercial entity do it.")


class TaskThere(PersonError):
    """Two tasks of one name in a programme."""

    code = "twinning.task_there"
    title = mark("This task is there already")
    sentence = mark("The programme has a task “{label}” already.")
    remedy = mark("Look it up in the list of tasks, or give the new one another name.")

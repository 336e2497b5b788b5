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


class TwinningThere(PersonError):
    """Two twinnings of the same two clusters in a programme."""

    code = "twinning.twinning_there"
    title = mark("These two are twinned already")
    sentence = mark("The programme twins {emerging} with {advanced} already.")
    remedy = mark("Open that twinning in the list and correct it there.")


class TwoClustersNeeded(PersonError):
    """A cluster twinned with itself."""

    code = "twinning.two_clusters_needed"
    title = mark("A twinning takes two clusters")
    sentence = mark("{cluster} stands on both sides.")
    remedy = mark("Choose another cluster for one of the sides.")


class NameTaken(PersonError):
    """Two topics, or two hopes, of one name in a twinning."""

    code = "twinning.name_taken"
    title = mark("This is written down already")
    sentence = mark("“{label}” stands in this twinning already.")
    remedy = mark("Open that one and correct it, or give this one another name.")

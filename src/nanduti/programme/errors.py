"""What can go wrong in a programme, said to a person."""

from nanduti.foundation.errors import NotAllowed
from nanduti.methods.values import PersonError, mark


class AmbiguousCluster(PersonError):
    """A short name that several clusters of the programme share."""

    code = "programme.ambiguous_cluster"
    title = mark("Which cluster?")
    sentence = mark("“{code_given}” could mean several clusters: {codes}.")
    remedy = mark("Write the whole code.")


class NotSigned(PersonError):
    """An agreement without a signature cannot be renewed."""

    code = "programme.not_signed"
    title = mark("Not signed yet")
    sentence = mark("The agreement “{agreement}” has not been signed, so it cannot be renewed.")
    remedy = mark("Record its signature first.")


class PeriodReversed(PersonError):
    """A span that would end before it begins."""

    code = "programme.period_reversed"
    title = mark("Ends before it begins")
    sentence = mark("It would end on {until}, before it begins on {since}.")
    remedy = mark("Exchange the two dates or correct one of them.")


class ConsideredAlready(PersonError):
    """A cluster that would stand twice among the candidates of a programme."""

    code = "programme.considered_already"
    title = mark("This cluster is considered already")
    sentence = mark("{cluster} stands among the candidates already.")
    remedy = mark("Open it in the list and judge it there.")


class ReasonMissing(PersonError):
    """Something that is decided without saying why."""

    code = "programme.reason_missing"
    title = mark("Say why")
    sentence = mark("This is kept only with its reason.")
    remedy = mark("Write the reason, so that others can follow it later.")


class RuleRefuses(PersonError):
    """A rule of the programme that would be broken, without a reason to put it aside."""

    code = "programme.rule_refuses"
    title = mark("A rule refuses this")
    sentence = mark("{verdict}")
    remedy = mark("A coordinator may go ahead and must write the reason into the field below; it is kept.")


class NotOnHold(PersonError):
    """A hold that would be lifted where there is none."""

    code = "programme.not_on_hold"
    title = mark("There is no hold to lift")
    sentence = mark("The review “{review}” has not put anything on hold.")
    remedy = mark("Look up the review that did.")


class LiftedTooEarly(PersonError):
    """A hold that would end before it began."""

    code = "programme.lifted_too_early"
    title = mark("Lifted before it began")
    sentence = mark("The hold began on {since} and cannot be lifted on {until}.")
    remedy = mark("Correct the day on which work went on.")


class NotYetHeld(PersonError):
    """A review that would be reported from the future."""

    code = "programme.not_yet_held"
    title = mark("This day is still to come")
    sentence = mark("The review would have been held on {day}, which is still to come.")
    remedy = mark("Report it once it has been held; until then change the day it is planned for.")


class SeatOfAnother(PersonError):
    """A presence for a seat of another committee."""

    code = "programme.seat_of_another"
    title = mark("A seat of another committee")
    sentence = mark("The seat “{seat}” does not belong to the committee that met.")
    remedy = mark("Choose a seat of the committee “{committee}”.")


class ClusterNotChosen(NotAllowed):
    """Work of one cluster, asked for in the programme as a whole by somebody who has a role in some clusters.

    ``ways`` are these clusters, each with the address of the same page there."""

    ways: tuple[tuple[str, str], ...] = ()
    code = "programme.cluster_not_chosen"
    title = mark("Choose a cluster first")
    sentence = mark("Your role lets you do this in the work in: {clusters}.")
    remedy = mark("Choose one of them at the top of the page, beside the programme.")


class LaidDownAlready(PersonError):
    """Two lines about one kind of institution and one task, which could contradict each other."""

    code = "programme.laid_down_already"
    title = mark("This is laid down already")
    sentence = mark("There is a line about {institution} and this task: {task}.")
    remedy = mark("Change that line, or choose another task.")


class SeenLater(PersonError):
    """A condition that would have been looked at in the future."""

    code = "programme.seen_later"
    title = mark("This day is still to come")
    sentence = mark("It would have been seen on {day}, which is still to come.")
    remedy = mark("Write the day on which somebody looked.")


class ReportsInCircle(PersonError):
    """Posts that would each report to the next, and the last to the first."""

    code = "programme.reports_in_circle"
    title = mark("They would report to each other in a circle")
    sentence = mark("Each of these would report to the next, and the last to the first: {posts}.")
    remedy = mark("Choose a superior who does not report to this post, directly or through others.")


class SuperiorElsewhere(PersonError):
    """A superior who works for another programme."""

    code = "programme.superior_elsewhere"
    title = mark("A post of another programme")
    sentence = mark("“{superior}” is not a post of this programme.")
    remedy = mark("Choose a post of the same programme, or leave the field empty.")


class CodeTaken(PersonError):
    """A code that another programme has."""

    code = "programme.code_taken"
    title = mark("This code is taken")
    sentence = mark("Another programme has the code “{code_given}”.")
    remedy = mark("Take another one, or leave the field empty: then it is made of the title.")


class NameMissing(PersonError):
    """A cluster that would be taken in without saying which."""

    code = "programme.name_missing"
    title = mark("Which cluster?")
    sentence = mark("No cluster is chosen, and no new one is named.")
    remedy = mark("Choose one of the list, or write the name of a new one.")


class KeptByOthers(PersonError):
    """A cluster whose register another programme or its own people keep."""

    code = "programme.kept_by_others"
    title = mark("Others keep the register of this cluster")
    sentence = mark("{cluster} belongs to others, and this programme would reach its firms.")
    remedy = mark(
        "Ask an administrator to give you a role within that cluster; then you can take it in. The committee may "
        "consider it all the same."
    )


class ClusterAtWork(PersonError):
    """A cluster that a programme would leave although records are kept there."""

    code = "programme.cluster_at_work"
    title = mark("Something is written down there")
    sentence = mark("{cluster} cannot be left: there are {kinds}, and nobody would find them any more.")
    remedy = mark("Leave at least one component ticked.")


class NamedAlready(PersonError):
    """An organisation that would stand twice among the parties of an agreement."""

    code = "programme.named_already"
    title = mark("Named already")
    sentence = mark("{organisation} is a party to this agreement already.")
    remedy = mark("Correct it in the list of the parties.")


class SeatThere(PersonError):
    """The same body on the same seat from the same day, twice."""

    code = "programme.seat_there"
    title = mark("This seat is filled already")
    sentence = mark("{organisation} has sat there for this sector since that day already.")
    remedy = mark("Open the seat in the list of the body and correct it there.")

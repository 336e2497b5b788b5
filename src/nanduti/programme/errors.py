"""What can go wrong in a programme, said to a person."""

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
    """An agreement that would end before it begins."""

    code = "programme.period_reversed"
    title = mark("Ends before it begins")
    sentence = mark("The agreement would end on {until}, before it begins on {since}.")
    remedy = mark("Exchange the two dates or correct one of them.")


class ReasonMissing(PersonError):
    """Something that is decided without saying why."""

    code = "programme.reason_missing"
    title = mark("Say why")
    sentence = mark("This is kept only with its reason.")
    remedy = mark("Write the reason, so that others can follow it later.")

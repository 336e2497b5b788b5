"""What can go wrong with results, said to a person."""

from nanduti.methods.values import PersonError, mark


class FigureThere(PersonError):
    """The same statement kept twice."""

    code = "results.figure_there"
    title = mark("This figure is kept already")
    sentence = mark("“{label}” is kept with this value and this period already.")
    remedy = mark("Nothing is left to do, unless another document says something else.")


class FollowUpNotLater(PersonError):
    """The spans that somebody chose lie the wrong way round."""

    code = "results.follow_up_not_later"
    title = mark("The follow-up must lie after the baseline")
    sentence = mark("The follow-up that was chosen begins no later than the baseline.")
    remedy = mark("Choose a later follow-up or an earlier baseline.")


class RateThere(PersonError):
    """The same rate kept twice."""

    code = "results.rate_there"
    title = mark("A rate for these days is there already")
    sentence = mark("There is a rate from {currency} to {into} for “{days}” already.")
    remedy = mark("Correct that one, or name other days.")


class RateNeedsDays(PersonError):
    """A rate of which nobody knows when it held."""

    code = "results.rate_needs_days"
    title = mark("A rate holds on a day or over a span")
    sentence = mark("“{days}” names no day or closed span.")
    remedy = mark("Write a day, a month or a year, such as 2009-05-07 or 2009.")


class OneCurrency(PersonError):
    """A rate from a currency to itself."""

    code = "results.one_currency"
    title = mark("A rate needs two currencies")
    sentence = mark("{currency} stands on both sides.")
    remedy = mark("Name the currency of the deals first and the one to convert into second.")

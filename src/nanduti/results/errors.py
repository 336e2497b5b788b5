"""What can go wrong with results, said to a person."""

from nanduti.methods.values import PersonError, mark


class FigureThere(PersonError):
    """The same statement kept twice."""

    code = "results.figure_there"
    title = mark("This figure is kept already")
    sentence = mark("“{label}” is kept with this value and this period already.")
    remedy = mark("Nothing is left to do, unless another document says something else.")

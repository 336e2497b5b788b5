"""What can go wrong in indicators, said to a person."""

from nanduti.methods.values import PersonError, mark


class UnknownLibraryIndicator(PersonError):
    """A code that stands in no file of the library."""

    code = "indicators.unknown_library_indicator"
    title = mark("Not in the library")
    sentence = mark("The library has no indicator “{name}”.")
    remedy = mark("Choose one of the library's page, or write an indicator of your own.")


class CodeTaken(PersonError):
    """Two indicators of one programme cannot have one code."""

    code = "indicators.code_taken"
    title = mark("This code is taken")
    sentence = mark("The programme has an indicator “{name}” already.")
    remedy = mark("Change that one, or choose another code.")


class CodeFixed(PersonError):
    """An indicator keeps its code: its values stand under it."""

    code = "indicators.code_fixed"
    title = mark("The code stays")
    sentence = mark("This is the indicator “{name}”; the text calls it “{given}”.")
    remedy = mark("Keep the code, or write a new indicator with the other one.")


class NoSuchInstrument(PersonError):
    """The programme has none of the instruments that the indicator is about."""

    code = "indicators.no_such_instrument"
    title = mark("The programme does not use this form")
    sentence = mark("The indicator is about {forms}, and the programme has no such form.")
    remedy = mark(
        "Take the form from the library of instruments first, or name another one in the definition."
    )


class NothingToCompute(PersonError):
    """A programme without a single indicator in use."""

    code = "indicators.nothing_to_compute"
    title = mark("No indicator is in use")
    sentence = mark("The programme has no indicator in use, so there is nothing to work out.")
    remedy = mark("Take some from the library first.")

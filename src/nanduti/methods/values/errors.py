"""One base error, and below it one fork: what we say to people, and everything else, which is a bug.

An error is a small letter to a person: a stable ``code``, a ``title``, a ``sentence`` built from
details, and a ``remedy``. The texts are written in English in the class and are the keys of the
translation catalogues; :meth:`NandutiError.parts` hands the untranslated templates and the details to
whoever shows them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar


def mark(text: str) -> str:
    """Mark a text for translation without translating it: the arithmetic knows no language.

    >>> mark("Too few firms")
    'Too few firms'
    """
    return text


class Worded(str):
    """A text that keeps its template and details, so that it can be said in another language."""

    template: str
    details: dict[str, Any]


def worded(template: str, **details: Any) -> Worded:
    """A marked template, filled in English; details may be such texts themselves.

    >>> said = worded("there is no function “{name}”", name="root")
    >>> said, said.template
    ('there is no function “root”', 'there is no function “{name}”')
    """
    said = Worded(template.format(**details))
    said.template, said.details = template, details
    return said


class NandutiError(Exception):
    """The base of every error that Nanduti raises on purpose.

    Subclasses set ``code``, ``title``, ``sentence`` and ``remedy``; the last two are
    :meth:`str.format` templates filled from the keyword details.

    >>> class TooFewFirms(PersonError):
    ...     code = "example.too_few_firms"
    ...     title = "Too few firms"
    ...     sentence = "{n} firms answered; at least {least} are needed."
    ...     remedy = "Visit more firms, or ask for the wider area."
    >>> str(TooFewFirms(n=3, least=5))
    '3 firms answered; at least 5 are needed. Visit more firms, or ask for the wider area.'
    >>> TooFewFirms(n=3, least=5).details
    {'n': 3, 'least': 5}
    """

    code: ClassVar[str] = "nanduti.error"
    title: ClassVar[str] = mark("Something went wrong")
    sentence: ClassVar[str] = mark("Something went wrong inside Nanduti.")
    remedy: ClassVar[str] = mark("Tell the people who run this service, with the time it happened.")

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.say())

    def parts(self) -> tuple[str, str, str, dict[str, Any]]:
        """The untranslated title, sentence and remedy, and the details that fill them."""
        return self.title, self.sentence, self.remedy, self.details

    def say(self) -> str:
        """Sentence and remedy in English, filled."""
        return f"{self.sentence.format(**self.details)} {self.remedy.format(**self.details)}".strip()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.details)


def _rebuild(kind: type[NandutiError], details: dict[str, Any]) -> NandutiError:
    return kind(**details)


class PersonError(NandutiError):
    """What we say to people: their input, their rights, or the state of their data; never a bug."""

    code = "nanduti.person"
    title = mark("This cannot be done")
    sentence = mark("This cannot be done.")
    remedy = mark("Check what was asked and try again.")


class BadInput(PersonError):
    """A value that a method cannot take, naming the place and the remedy.

    >>> raise BadInput(place="column 'jobs', row 3", problem="is negative (-4)", remedy="Enter zero or more.")
    Traceback (most recent call last):
    ...
    nanduti.methods.values.errors.BadInput: column 'jobs', row 3 is negative (-4). Enter zero or more.
    """

    code = "methods.bad_input"
    title = mark("This input cannot be used")
    sentence = mark("{place} {problem}.")
    remedy = "{remedy}"

    def __init__(self, *, place: str, problem: str, remedy: str, **more: Any) -> None:
        super().__init__(place=place, problem=problem, remedy=remedy, **more)


class CannotBeSaid(PersonError):
    """The honest answer where data cannot carry the statement that was asked for.

    Raised where no value can be returned at all; functions that return tables mark single cells as
    null with a reason instead.

    >>> raise CannotBeSaid(what="The standard error", why="stratum 'Pilar' has a single PSU",
    ...                    remedy="Join it with a neighbouring stratum.")
    Traceback (most recent call last):
    ...
    nanduti.methods.values.errors.CannotBeSaid: The standard error cannot be said: stratum 'Pilar' has a single PSU. Join it with a neighbouring stratum.
    """  # noqa: E501

    code = "methods.cannot_be_said"
    title = mark("This cannot be said")
    sentence = mark("{what} cannot be said: {why}.")
    remedy = "{remedy}"

    def __init__(self, *, what: str, why: str, remedy: str, **more: Any) -> None:
        super().__init__(what=what, why=why, remedy=remedy, **more)


def catalogue(base: type[NandutiError] = NandutiError) -> Iterator[type[NandutiError]]:
    """Every error class that has been imported, the base first; the error reference is built from it.

    >>> [e.__name__ for e in catalogue()][:2]
    ['NandutiError', 'PersonError']
    """
    yield base
    for kind in base.__subclasses__():
        yield from catalogue(kind)

"""The one place where the compiled loops are looked for; without numba the plain ones give equal results."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from types import ModuleType

from nanduti.methods.values import BadInput, mark


@cache
def _loops() -> ModuleType | None:
    if find_spec("numba") is None:
        return None
    from . import _loops

    return _loops


def loops(compiled: bool | None) -> ModuleType | None:
    """The module of compiled loops: ``None`` means as available, ``True`` insists, ``False`` does without."""
    if compiled is False:
        return None
    found = _loops()
    if found is None and compiled:
        raise BadInput(
            place="compiled=True",
            problem=mark("cannot be had: numba is not installed"),
            remedy=mark("Install the extra 'fast', or leave the choice open."),
        )
    return found

"""The one place where the compiled loops are looked for; without numba the plain ones give equal results."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from nanduti.methods.values import BadInput, mark


@cache
def _loops(name: str) -> ModuleType | None:
    return import_module(f".{name}", __package__) if find_spec("numba") else None


def loops(compiled: bool | None, name: str = "_loops") -> ModuleType | None:
    """A module of compiled loops: ``None`` means as available, ``True`` insists, ``False`` does without."""
    if compiled is False:
        return None
    found = _loops(name)
    if found is None and compiled:
        raise BadInput(
            place="compiled=True",
            problem=mark("cannot be had: numba is not installed"),
            remedy=mark("Install the extra 'fast', or leave the choice open."),
        )
    return found

"""One linear-algebra thread inside kernels whose matrices are tall and thin.

On a busy machine a threaded BLAS spends such products waiting: a balance table of 50 covariates took 1.0 s
with four threads and 0.07 s with one. Where the BLAS is another one, nothing is changed.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any, TypeVar

_F = TypeVar("_F", bound=Callable[..., Any])
_NAMES = ("scipy_openblas_{}_num_threads64_", "scipy_openblas_{}_num_threads", "openblas_{}_num_threads")


@contextmanager
def one_thread() -> Iterator[None]:
    """Within the block OpenBLAS works with one thread; the former number comes back afterwards."""
    former = [(put, get()) for get, put in _controls()]
    for put, _ in former:
        put(1)
    try:
        yield
    finally:
        for put, number in former:
            put(number)


def single_threaded(function: _F) -> _F:
    """The same for a whole function."""

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with one_thread():
            return function(*args, **kwargs)

    return wrapped  # type: ignore[return-value]


@cache
def _controls() -> tuple[tuple[Callable[[], int], Callable[[int], None]], ...]:
    from numpy._core import _multiarray_umath  # the extension modules that carry a BLAS with them
    from scipy.linalg import _fblas

    found = (_control(module.__file__) for module in (_multiarray_umath, _fblas))
    return tuple(control for control in found if control is not None)


def _control(extension: str) -> tuple[Callable[[], int], Callable[[int], None]] | None:
    try:
        library = ctypes.CDLL(extension)
    except OSError:
        return None
    for name in _NAMES:
        get, put = (getattr(library, name.format(verb), None) for verb in ("get", "set"))
        if get is not None and put is not None:
            get.restype, put.argtypes, put.restype = ctypes.c_int, [ctypes.c_int], None
            return get, put
    return None

"""A site of one page for the real web server: it inverts a matrix and tells how large the stack was it had for it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

SIZE = 1200


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """The bytes of this thread's stack, once a matrix was halved as often as it can be."""
    matrix = np.random.default_rng(1).random((SIZE, SIZE)) + SIZE * np.eye(SIZE)
    is_right = np.allclose(np.linalg.inv(matrix) @ matrix, np.eye(SIZE))
    start("200 OK" if is_right else "500 Internal Server Error", [("Content-Type", "text/plain")])
    return [str(stack()).encode()]


def stack() -> int:
    """Bytes of the stack of the thread that asks, as the C library of Linux knows them."""
    library = ctypes.CDLL(None)
    library.pthread_self.restype = ctypes.c_void_p
    attributes = ctypes.create_string_buffer(256)
    address, size = ctypes.c_void_p(), ctypes.c_size_t()
    library.pthread_getattr_np(ctypes.c_void_p(library.pthread_self()), attributes)
    library.pthread_attr_getstack(attributes, ctypes.byref(address), ctypes.byref(size))
    library.pthread_attr_destroy(attributes)
    return size.value

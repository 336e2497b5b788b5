"""How a long-running process handles its memory."""

from __future__ import annotations

import gc
import os
import threading

# LAPACK as NumPy brings it (OpenBLAS, built for 64 threads) lays half a mebibyte on the stack at each of the five or
# six levels on which it halves a matrix, and steps over the guard page at the end of a smaller stack: then it dies
# at the best and writes into the stack of a neighbour at the worst. The web server's threads have two mebibytes
# unless this says otherwise. What is not used of it is never taken from the machine.
STACK = 16 * 1_048_576
FOR_RUST = "RUST_MIN_STACK"


def widen_stacks() -> None:
    """Threads made from here on, and by processes started from here, have :data:`STACK` bytes for their calls.

    Those of Rust (the web server, Polars) read the environment when the first of them is made.
    """
    given = os.environ.get(FOR_RUST, "")
    os.environ[FOR_RUST] = str(max(STACK, int(given) if given.isdigit() else 0))
    threading.stack_size(max(STACK, threading.stack_size()))


def settle() -> None:
    """Once everything is loaded: what stays for ever is looked through no more.

    The collector would otherwise go through all modules, models and templates again and again, some requests
    waiting a tenth of a second for it; the memory does not grow by it, as a benchmark watches.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)

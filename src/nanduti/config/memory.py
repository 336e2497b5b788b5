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

# The C library gives threads that ask for memory at once pools of their own, eight for each core, and what is free in
# one is of no use to another. Under as many requests as the machine can carry a web process of four cores had
# 364 MiB, with two pools 316 MiB, and answered as quickly: Python itself lets one thread allocate at a time.
ARENAS = "2"
FOR_ARENAS = "MALLOC_ARENA_MAX"


def widen_stacks() -> None:
    """Threads made from here on, and by processes started from here, have :data:`STACK` bytes for their calls.

    Those of Rust (the web server, Polars) read the environment when the first of them is made.
    """
    given = os.environ.get(FOR_RUST, "")
    os.environ[FOR_RUST] = str(max(STACK, int(given) if given.isdigit() else 0))
    threading.stack_size(max(STACK, threading.stack_size()))


def share_arenas() -> None:
    """Processes started from here share :data:`ARENAS` pools of memory among their threads.

    The C library reads it as a process begins, so this one is as it was. An operator's own number stays.
    """
    os.environ.setdefault(FOR_ARENAS, ARENAS)


def settle() -> None:
    """Once everything is loaded: what stays for ever is looked through no more.

    The collector would otherwise go through all modules, models and templates again and again, some requests
    waiting a tenth of a second for it; the memory does not grow by it, as a benchmark watches.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)

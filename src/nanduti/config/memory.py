"""How a long-running process handles its memory."""

from __future__ import annotations

import gc


def settle() -> None:
    """Once everything is loaded: what stays for ever is looked through no more.

    The collector would otherwise go through all modules, models and templates again and again, some requests
    waiting a tenth of a second for it; the memory does not grow by it, as a benchmark watches.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)

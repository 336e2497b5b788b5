"""The workshops that tests of studies are about."""

from __future__ import annotations

from typing import Any

# What sixteen workshops of Itauguá said, and how large the register has them; one more is listed and never asked.
WORKSHOPS: list[dict[str, Any]] = [
    *({"products": ["shoes"], "n_women": 2, "n_men": 3, "n_workers": 5, "own_brand": "yes"} for _ in range(7)),
    *({"products": ["bags"], "n_women": 6, "n_men": 0, "n_workers": 6, "own_brand": "no"} for _ in range(6)),
    *({"products": ["shoes", "boots"], "n_women": 5, "n_men": 7, "n_workers": 12, "own_brand": "no"} for _ in range(2)),
    {"products": ["bags"], "n_women": 0, "n_men": 0, "n_workers": 0},
]  # fmt: skip

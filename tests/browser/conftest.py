"""The examples as ``nanduti demo`` loads them: once in a run, and a copy for each test, which may commit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import templates


@pytest.fixture
def example(transactional_db) -> Iterator[Any]:
    """The example programme and its demo accounts."""
    from nanduti.config import demo

    with templates.world("demo", demo.load_once):
        yield demo


@pytest.fixture
def garments(transactional_db) -> Iterator[Any]:
    """The second example, of made-up workshops, and its accounts."""
    from nanduti.config import demo

    with templates.world("garments", demo.load_garments_once):
        yield demo

"""What every test run needs; the rest of the tests' furniture stands in tests/support/."""

import os

if "PYTEST_XDIST_WORKER" in os.environ:
    # The processes of a run share the cores already: numerical libraries must not each take all of them.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS"):
        os.environ.setdefault(name, "1")

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.support.databases", "tests.support.loopback", "tests.support.pages"]

# Speed is measured by benchmarks and asserted nowhere, so a busy machine fails no property. On the way into the
# repository the examples are the same every time; on a developer's machine each run looks elsewhere.
settings.register_profile(
    "nanduti",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
)
settings.load_profile("nanduti")


@pytest.fixture(autouse=True)
def nobody_s_language() -> None:
    """A page answered in Spanish leaves its language to the thread; the next test begins without."""
    from django import conf
    from django.utils import translation

    if conf.settings.configured:  # tests of the arithmetic alone set up no Django
        translation.deactivate()


def pytest_make_parametrize_id(config: object, val: object, argname: str) -> str | None:
    """Bytes and long texts name no test: they may hold the time, and then no two processes agree on the name."""
    if isinstance(val, bytes) or (isinstance(val, str) and len(val) > 120):
        return argname
    return None

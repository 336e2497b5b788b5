"""What every test run needs; the rest of the tests' furniture stands in tests/support/."""

import os

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

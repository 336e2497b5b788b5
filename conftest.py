"""What every test run needs; the rest of the tests' furniture stands in tests/support/."""

pytest_plugins = ["tests.support.databases", "tests.support.loopback", "tests.support.pages"]

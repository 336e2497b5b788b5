from tests.support.example import example, people, visit  # noqa: F401  (fixtures)

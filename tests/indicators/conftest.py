from tests.support.counted import as_role, census  # noqa: F401  (fixtures)

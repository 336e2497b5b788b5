"""A programme whose workshops were counted, and the study of one of its clusters."""

from __future__ import annotations

import pytest

from tests.support.counted import as_role, census  # noqa: F401  (fixtures)
from tests.support.studies import WORKSHOPS


@pytest.fixture
def counted(census):  # noqa: F811
    """The census of Itauguá: thirteen micro workshops, two small ones, one medium, and a medium one not asked."""
    from tests.support.census import answered, establishment

    for i, row in enumerate(WORKSHOPS):
        size = "micro" if i < 13 else "small" if i < 15 else "medium"
        answered(census, row, of=establishment(census, size_band=size))
    establishment(census, size_band="medium")
    return census


@pytest.fixture
def study(counted):
    """A draft that rests on the census."""
    from nanduti.diagnostics.actions import studies
    from tests.support import census as support

    return studies.begin_study(
        programme=counted.programme,
        cluster=counted.cluster,
        values={
            "title": "Workshops of Itauguá",
            "title_es": "Talleres de Itauguá",
            "instrument": support.instrument(counted),
        },
        by=counted.user("coordinator"),
        at=support.AT,
    )


@pytest.fixture
def issue(study):
    """One issue, counted and not yet routed."""
    from nanduti.diagnostics.actions import issues

    values = {
        "product_group": "Shoes", "product_group_es": "Calzado", "item": "technology", "label": "Old machines",
        "label_es": "Máquinas viejas", "help_from": "Makers of machines", "severity": 3, "n_micro": 7, "n_small": 2,
    }  # fmt: skip
    return issues.note_issue(study=study, values=values, by="test")

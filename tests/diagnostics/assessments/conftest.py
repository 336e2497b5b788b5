from __future__ import annotations

import pytest

CLUSTER = "chennai-leather"


@pytest.fixture
def cluster(example):
    from nanduti.register.models import Cluster

    return Cluster._base_manager.get(code=CLUSTER)


@pytest.fixture
def firms(cluster):
    """Twelve firms of the cluster."""
    from nanduti.register import actions as register

    made = []
    for n in range(12):
        name = f"Workshop {n}"
        body = register.register_organisation(
            values={"kind": "enterprise", "cluster": cluster, "place": cluster.place},
            identity={"name": name},
            by="test",
        )
        made.append(
            register.register_establishment(
                organisation=body, values={"cluster": cluster}, identity={"name": name}, by="test"
            )
        )
    return made


@pytest.fixture
def published(example):
    """``published("five-s")``: a shipped recipe, taken and published."""
    from nanduti.diagnostics import assessing
    from nanduti.diagnostics.actions import assessments as actions

    def published(code):
        draft = actions.take_recipe(programme=example, text=assessing.shipped_text(code), by="test")
        return actions.publish_recipe(recipe=draft, version=draft.version, by="test")

    return published


def ratings(firm, step):
    """Ratings of the twelve dimensions for the n-th firm: rising from firm to firm, the first unknown for one."""
    from nanduti.diagnostics import assessing

    codes = [code for code, _ in assessing.read(assessing.shipped_text("excellence-gap")).asked]
    return {
        c: None if firm == 0 and k == 0 else float(min(100, 5 * firm + k + step)) for k, c in enumerate(codes)
    }


@pytest.fixture
def before(example, cluster, firms, published):
    """A first round of the excellence gap."""
    from nanduti.diagnostics.actions import assessments as actions

    recipe = published("excellence-gap")
    rows = [(f.pk, ratings(n, 0), "Visit") for n, f in enumerate(firms)]
    return actions.assess(
        programme=example, recipe=recipe, label="Before", rows=rows, cluster=cluster, by="test"
    )


@pytest.fixture
def after(example, cluster, firms, before):
    """A second round by the same recipe: one firm is gone, all others are ten points better."""
    from nanduti.diagnostics.actions import assessments as actions

    rows = [(f.pk, ratings(n, 10), "Visit") for n, f in enumerate(firms) if n]
    return actions.assess(
        programme=example,
        recipe=before.recipe,
        label="After",
        rows=rows,
        cluster=cluster,
        before=before,
        by="test",
    )

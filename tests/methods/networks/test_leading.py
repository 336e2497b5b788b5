"""The largest eigenvalue against the dense routine, on shapes that make it hard."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse import csgraph

from nanduti.methods import networks as nw
from nanduti.methods.networks._leading import leading
from nanduti.methods.values import CannotBeSaid

N = 700


def _tied(shape: str) -> sparse.csr_array:
    rng = np.random.default_rng(5)
    all_but_last = np.arange(N - 1)
    if shape == "path":
        i, j = all_but_last, all_but_last + 1
    elif shape == "ring":
        i, j = np.arange(N), (np.arange(N) + 1) % N
    elif shape == "star":
        i, j = np.zeros(N - 1, dtype=int), all_but_last + 1
    elif shape == "two clusters with one tie between":
        a, b = rng.integers(0, N // 2, (2, 2_000))
        i, j = np.r_[a, a + N // 2, 0], np.r_[b, b + N // 2, N // 2]
    else:
        i, j = rng.integers(0, N, (2, 3_000))
    one_way = sparse.coo_array((np.ones(len(i)), (i, j)), shape=(N, N)).toarray()
    both = ((one_way + one_way.T) > 0).astype(float)
    np.fill_diagonal(both, 0)
    part = csgraph.connected_components(both)[1]
    rows = np.flatnonzero(part == np.bincount(part).argmax())
    return sparse.csr_array(both[np.ix_(rows, rows)])


@pytest.mark.parametrize("shape", ["path", "ring", "star", "two clusters with one tie between", "by lot"])
def test_agrees_with_the_dense_routine(shape):
    matrix = _tied(shape)
    value, vector = leading(matrix)
    values, vectors = np.linalg.eigh(matrix.toarray())
    assert value == pytest.approx(values[-1], rel=1e-10)
    assert np.abs(vector) == pytest.approx(np.abs(vectors[:, -1]), abs=1e-8)
    assert np.linalg.norm(matrix @ vector - value * vector) <= 1e-10 * value


def test_standing_in_a_network_too_large_for_the_dense_routine():
    matrix = _tied("by lot")
    network = nw.from_matrix(matrix.toarray())
    vectors = np.linalg.eigh(matrix.toarray())[1]
    assert nw.eigenvector(network, disconnected="principal") == pytest.approx(
        np.abs(vectors[:, -1]), abs=1e-9
    )


def test_gives_up_in_words():
    with pytest.raises(CannotBeSaid, match="settle"):
        leading(_tied("two clusters with one tie between"), tolerance=0.0, most=40)

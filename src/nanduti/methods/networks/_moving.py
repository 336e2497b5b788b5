"""The two loops of the Leiden algorithm, written plainly: they run over lists, and compiled over arrays, alike.

Sums are added up in one order and nothing is drawn at random in here, so that both ways give the same division.
Strengths and weights are in the unit of the ties; ``scale`` is the resolution over the sum of all strengths, and a gain
is half that sum times the gain in modularity.
"""

from __future__ import annotations


def settle(
    ptr, ind, data, strength, label, weight, members, queue, waits, toward, met, free, scale, least, most
):
    """Let nodes move to the community that gains most until none gains more than ``least`` (MoveNodesFast).

    Whoever moves calls its neighbours in other communities again. Every move adds more than ``least`` to the
    modularity, which has an upper bound, and no more than ``most`` nodes are looked at: this ends.

    Args:
        ptr, ind, data: rows of a symmetric matrix without diagonal, all data above 0.
        strength: the sum of ties of each node, those within it included.
        label: the community of each node; changed here.
        weight: the strength of each community; changed here.
        members: nodes in each community; changed here.
        queue: all nodes in the order in which they are looked at; changed here.
        waits: true for each node; changed here.
        toward, met: as long as the nodes, of zeros; left so, and left in disorder.
        free: as long as the nodes; at its end the labels of empty communities, their number in front of it.
        scale, least, most: see above.

    Returns:
        How many nodes were looked at.
    """
    n = len(strength)
    n_free = 0
    for c in range(n):
        if members[c] == 0:
            free[n_free] = c
            n_free += 1
    head = 0
    n_waiting = n
    seen = 0
    while n_waiting > 0 and seen < most:
        i = queue[head]
        head = head + 1 if head + 1 < n else 0
        n_waiting -= 1
        seen += 1
        waits[i] = False
        old = label[i]
        k = strength[i]
        n_met = 0
        for e in range(ptr[i], ptr[i + 1]):
            c = label[ind[e]]
            if toward[c] == 0.0:
                met[n_met] = c
                n_met += 1
            toward[c] += data[e]
        pull = scale * k
        stay = toward[old] - pull * (weight[old] - k)
        new = old
        best = stay + least
        for t in range(n_met):
            c = met[t]
            if c != old:
                gain = toward[c] - pull * weight[c]
                if gain > best:
                    best = gain
                    new = c
            toward[c] = 0.0
        if members[old] > 1 and best < 0.0:
            n_free -= 1
            new = free[n_free]
        if new == old:
            continue
        label[i] = new
        weight[old] -= k
        weight[new] += k
        members[new] += 1
        members[old] -= 1
        if members[old] == 0:
            weight[old] = 0.0
            free[n_free] = old
            n_free += 1
        for e in range(ptr[i], ptr[i + 1]):
            j = ind[e]
            if not waits[j] and label[j] != new:
                waits[j] = True
                tail = head + n_waiting
                queue[tail if tail < n else tail - n] = j
                n_waiting += 1
    return seen


def refine(ptr, ind, data, strength, label, weight, order, part, heavy, outward, alone, toward, met, scale):
    """Build each community up again from its nodes, so that it comes in pieces that hang together (MergeNodesSubset).

    Each node that still stands alone joins, once, the piece of its own community that gains most, if any gains. Nodes
    and pieces that are tied to the rest of the community less than chance would have it are left as they are.

    Args:
        ptr, ind, data, strength, label, weight, scale: as for :func:`settle`; not changed.
        toward, met: as for :func:`settle`.
        order: the order in which nodes are looked at.
        part: each node's own number; changed to its piece.
        heavy: the strength of each node; changed to that of its piece.
        outward: zeros; changed to each piece's ties to the rest of its community.
        alone: true for each node; changed.
    """
    n = len(strength)
    for i in range(n):
        c = label[i]
        for e in range(ptr[i], ptr[i + 1]):
            if label[ind[e]] == c:
                outward[i] += data[e]
    for t in range(n):
        i = order[t]
        if not alone[i]:
            continue
        c = label[i]
        k = strength[i]
        if outward[i] < scale * k * (weight[c] - k):
            continue
        n_met = 0
        for e in range(ptr[i], ptr[i + 1]):
            j = ind[e]
            if label[j] == c:
                p = part[j]
                if toward[p] == 0.0:
                    met[n_met] = p
                    n_met += 1
                toward[p] += data[e]
        best = 0.0
        new = -1
        tied = 0.0
        for s in range(n_met):
            p = met[s]
            gain = toward[p] - scale * k * heavy[p]
            if gain > best and outward[p] >= scale * heavy[p] * (weight[c] - heavy[p]):
                best = gain
                new = p
                tied = toward[p]
            toward[p] = 0.0
        if new < 0:
            continue
        part[i] = new
        heavy[new] += k
        heavy[i] = 0.0
        outward[new] += outward[i] - 2.0 * tied
        alone[new] = False

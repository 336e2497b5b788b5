"""Loops over rows of compressed sparse matrices, written plainly so that numba can compile them.

Each also runs as it stands, slowly; nothing here is called without going through :mod:`._fast`.
"""

from __future__ import annotations

import numpy as np


def closed_counts(ptr, ind, first, last, threes, cycles, backward_ptr, backward_ind):
    """Per row: transitive triples i→j→k with i→k, and cyclic ones with k→i."""
    n = len(ptr) - 1
    forward = np.full(n, -1, np.int64)
    backward = np.full(n, -1, np.int64)
    for i in range(first, last):
        for e in range(ptr[i], ptr[i + 1]):
            forward[ind[e]] = i
        for e in range(backward_ptr[i], backward_ptr[i + 1]):
            backward[backward_ind[e]] = i
        three = 0
        cycle = 0
        for e in range(ptr[i], ptr[i + 1]):
            j = ind[e]
            for f in range(ptr[j], ptr[j + 1]):
                k = ind[f]
                if forward[k] == i:
                    three += 1
                if backward[k] == i:
                    cycle += 1
        threes[i] = three
        cycles[i] = cycle


def triangle_codes(ptr, ind, code, first, last, census):
    """Count closed triads of the undirected pattern by the codes of their three dyads.

    ``code`` holds for each entry (i, j) bit 1 for i→j and bit 2 for j→i; a triad i < j < k is counted under
    code(i,j) + 4·code(i,k) + 16·code(j,k).
    """
    n = len(ptr) - 1
    mark = np.full(n, -1, np.int64)
    place = np.zeros(n, np.int64)
    for i in range(first, last):
        for e in range(ptr[i], ptr[i + 1]):
            if ind[e] > i:
                mark[ind[e]] = i
                place[ind[e]] = e
        for e in range(ptr[i], ptr[i + 1]):
            j = ind[e]
            if j <= i:
                continue
            for f in range(ptr[j], ptr[j + 1]):
                k = ind[f]
                if k > j and mark[k] == i:
                    census[code[e] + 4 * code[place[k]] + 16 * code[f]] += 1


def closed_by_broker(ptr, ind, group, first, last, closed):
    """Per broker j: two-paths i→j→k with a direct tie i→k, by the five roles of Gould and Fernandez."""
    n = len(ptr) - 1
    mark = np.full(n, -1, np.int64)
    for i in range(first, last):
        for e in range(ptr[i], ptr[i + 1]):
            mark[ind[e]] = i
        for e in range(ptr[i], ptr[i + 1]):
            j = ind[e]
            for f in range(ptr[j], ptr[j + 1]):
                k = ind[f]
                if mark[k] == i:
                    if group[i] == group[j]:
                        role = 0 if group[k] == group[j] else 3
                    elif group[k] == group[j]:
                        role = 2
                    elif group[i] == group[k]:
                        role = 1
                    else:
                        role = 4
                    closed[j, role] += 1


def holes(ptr, ind, s, total, top, ego, first, last, redundancy, constraint):
    """Per entry (i, j) of a symmetric matrix: Burt's redundancy of j for i, and i's constraint by j."""
    n = len(ptr) - 1
    mark = np.full(n, -1, np.int64)
    share = np.zeros(n)
    within = np.zeros(n)
    for i in range(first, last):
        for e in range(ptr[i], ptr[i + 1]):
            mark[ind[e]] = i
            share[ind[e]] = s[e] / total[i]
        for e in range(ptr[i], ptr[i + 1]):
            j = ind[e]
            if ego:
                summed = s[e]
                largest = s[e]
                for f in range(ptr[j], ptr[j + 1]):
                    if mark[ind[f]] == i:
                        summed += s[f]
                        if s[f] > largest:
                            largest = s[f]
            else:
                summed = total[j]
                largest = top[j]
            within[j] = summed
            doubled = 0.0
            for f in range(ptr[j], ptr[j + 1]):
                k = ind[f]
                if mark[k] == i:
                    doubled += share[k] * s[f]
            redundancy[e] = doubled / largest
        for e in range(ptr[i], ptr[i + 1]):
            j = ind[e]
            direct = share[j]
            for f in range(ptr[j], ptr[j + 1]):
                k = ind[f]
                if mark[k] == i:
                    direct += share[k] * s[f] / within[k]
            constraint[e] = direct * direct


def walks(ptr, ind, sources, first, last, histogram, reached, total, reciprocal, furthest):
    """Breadth-first from each source: how many are reached, how far, and the sums closeness needs."""
    n = len(ptr) - 1
    distance = np.full(n, -1, np.int32)
    queue = np.empty(n, np.int64)
    for a in range(first, last):
        source = sources[a]
        distance[source] = 0
        queue[0] = source
        head = 0
        tail = 1
        summed = 0
        while head < tail:
            i = queue[head]
            head += 1
            d = distance[i] + 1
            for e in range(ptr[i], ptr[i + 1]):
                j = ind[e]
                if distance[j] < 0:
                    distance[j] = d
                    queue[tail] = j
                    tail += 1
        inverse = 0.0
        last_d = 0
        for t in range(1, tail):
            d = distance[queue[t]]
            summed += d
            inverse += 1.0 / d
            histogram[d] += 1
            last_d = d
        for t in range(tail):
            distance[queue[t]] = -1
        reached[a] = tail - 1
        total[a] = summed
        reciprocal[a] = inverse
        furthest[a] = last_d


def brandes(ptr, ind, sources, first, last, between):
    """Brandes' accumulation of betweenness from each source."""
    n = len(ptr) - 1
    distance = np.full(n, -1, np.int32)
    paths = np.zeros(n)
    depend = np.zeros(n)
    queue = np.empty(n, np.int64)
    for a in range(first, last):
        source = sources[a]
        distance[source] = 0
        paths[source] = 1.0
        queue[0] = source
        head = 0
        tail = 1
        while head < tail:
            i = queue[head]
            head += 1
            d = distance[i] + 1
            for e in range(ptr[i], ptr[i + 1]):
                j = ind[e]
                if distance[j] < 0:
                    distance[j] = d
                    queue[tail] = j
                    tail += 1
                if distance[j] == d:
                    paths[j] += paths[i]
        for t in range(tail - 1, -1, -1):
            i = queue[t]
            d = distance[i] + 1
            gained = 0.0
            for e in range(ptr[i], ptr[i + 1]):
                j = ind[e]
                if distance[j] == d:
                    gained += (1.0 + depend[j]) / paths[j]
            depend[i] = gained * paths[i]
            if i != source:
                between[i] += depend[i]
        for t in range(tail):
            distance[queue[t]] = -1
            paths[queue[t]] = 0.0
            depend[queue[t]] = 0.0


def cores(ptr, ind, core):
    """Core numbers by taking away the least connected first (Batagelj and Zaveršnik)."""
    n = len(ptr) - 1
    most = 0
    for i in range(n):
        core[i] = ptr[i + 1] - ptr[i]
        most = max(most, core[i])
    start = np.zeros(most + 2, np.int64)
    for i in range(n):
        start[core[i] + 1] += 1
    for d in range(most + 1):
        start[d + 1] += start[d]
    fill = start[:-1].copy()
    order = np.empty(n, np.int64)
    place = np.empty(n, np.int64)
    for i in range(n):
        place[i] = fill[core[i]]
        order[place[i]] = i
        fill[core[i]] += 1
    for t in range(n):
        i = order[t]
        for e in range(ptr[i], ptr[i + 1]):
            j = ind[e]
            if core[j] > core[i]:
                d = core[j]
                front = start[d]
                k = order[front]
                if k != j:
                    order[place[j]] = k
                    order[front] = j
                    place[k] = place[j]
                    place[j] = front
                start[d] += 1
                core[j] -= 1


def crossed_listed(values, orders, rows, columns, weights, first, last, answer):
    """Per permutation: the sum over listed cells of weight × value of the permuted matrix, one per column."""
    kinds = weights.shape[1]
    for p in range(first, last):
        order = orders[p]
        for c in range(kinds):
            answer[p, c] = 0.0
        for t in range(len(rows)):
            value = values[order[rows[t]], order[columns[t]]]
            for c in range(kinds):
                answer[p, c] += value * weights[t, c]


def crossed_full(values, orders, weights, lower, first, last, answer):
    """The same over all cells (or those below the diagonal), sixteen permutations for each reading of the weights."""
    n = values.shape[0]
    kinds = weights.shape[0]
    buffer = np.empty(n)
    for begin in range(first, last, 16):
        end = min(begin + 16, last)
        for p in range(begin, end):
            for c in range(kinds):
                answer[p, c] = 0.0
        for i in range(n):
            limit = i if lower else n
            for p in range(begin, end):
                order = orders[p]
                row = order[i]
                for j in range(limit):
                    buffer[j] = values[row, order[j]]
                for c in range(kinds):
                    total = 0.0
                    for j in range(limit):
                        total += buffer[j] * weights[c, i, j]
                    answer[p, c] += total


def triangles(ptr, ind, first, last, corner):
    """Triangles at each actor, from ties put in one direction so that each is met once."""
    n = len(ptr) - 1
    mark = np.full(n, -1, np.int64)
    for i in range(first, last):
        for e in range(ptr[i], ptr[i + 1]):
            mark[ind[e]] = i
        for e in range(ptr[i], ptr[i + 1]):
            j = ind[e]
            for f in range(ptr[j], ptr[j + 1]):
                k = ind[f]
                if mark[k] == i:
                    corner[i] += 1
                    corner[j] += 1
                    corner[k] += 1


def cut(ptr, ind, is_cut, bridge):
    """Cut points, and for each entry whether it is a bridge, by depth-first search without recursion (Tarjan)."""
    n = len(ptr) - 1
    found = np.full(n, -1, np.int64)
    low = np.zeros(n, np.int64)
    parent_entry = np.full(n, -1, np.int64)
    step = ptr[:-1].copy()
    stack = np.empty(n, np.int64)
    clock = 0
    for root in range(n):
        if found[root] >= 0:
            continue
        found[root] = clock
        low[root] = clock
        clock += 1
        stack[0] = root
        depth = 1
        children = 0
        while depth > 0:
            i = stack[depth - 1]
            if step[i] < ptr[i + 1]:
                e = step[i]
                step[i] += 1
                j = ind[e]
                if found[j] < 0:
                    found[j] = clock
                    low[j] = clock
                    clock += 1
                    parent_entry[j] = e
                    stack[depth] = j
                    depth += 1
                    if i == root:
                        children += 1
                elif depth < 2 or stack[depth - 2] != j:
                    low[i] = min(low[i], found[j])
            else:
                depth -= 1
                if depth > 0:
                    p = stack[depth - 1]
                    low[p] = min(low[p], low[i])
                    if low[i] >= found[p] and p != root:
                        is_cut[p] = True
                    if low[i] > found[p]:
                        bridge[parent_entry[i]] = True
        if children > 1:
            is_cut[root] = True

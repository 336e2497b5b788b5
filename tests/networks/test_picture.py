"""What stands on the drawing: names that do not lie over each other, and always the one that was looked for."""

from __future__ import annotations

import re

import polars as pl

from nanduti.methods import networks as methods
from nanduti.methods.networks import Layout
from nanduti.networks.picture import LABELLED_AT_MOST, LETTER, LINE, Line, Mark, RelationMap

TEXT = re.compile(r'<text x="([\d.]+)" y="([\d.]+)"( class="sought")?>([^<]+)</text>')


def star(n: int, found: frozenset[str] = frozenset()) -> RelationMap:
    """Everybody deals with the first; all stand in a small heap but two, who are far away."""
    actors = [f"W-{i:05d}" for i in range(n)]
    ties = pl.DataFrame({"source": actors[1:], "target": [actors[0]] * (n - 1)})
    network = methods.build(ties, actors, directed=True)
    places = [(i % 9 * 0.01, i // 9 * 0.01) for i in range(n)]
    places[1], places[2] = (-40.0, 0.0), (40.0, 20.0)
    layout = Layout(
        network.actors, pl.DataFrame(places, schema=["x", "y"], orient="row").to_numpy(), 0.0, None
    )
    pairs = [(i, 0) for i in range(1, n)]
    return RelationMap(
        network, layout, [Line("deals", pairs)], [Mark("all", "#fff", "circle")] * n, found=found
    )


def test_names_of_many_find_room_or_are_left_out():
    drawn = TEXT.findall(star(300).svg())
    names = [name for *_at, name in drawn]
    assert {"W-00000", "W-00001", "W-00002"} <= set(names) and len(names) <= LABELLED_AT_MOST
    boxes = [(float(x), float(y), LETTER * len(name)) for x, y, _is_sought, name in drawn]
    for i, (x, y, wide) in enumerate(boxes):
        for other_x, other_y, other_wide in boxes[:i]:
            assert abs(x - other_x) > (wide + other_wide) / 2 or abs(y - other_y) > LINE - 1


def test_whoever_is_looked_for_has_a_name_wherever_they_stand():
    sought = frozenset({"W-00150", "W-00151"})
    drawn = TEXT.findall(star(300, sought).svg())
    assert {name for *_at, is_sought, name in drawn if is_sought} == sought


def test_few_carry_their_names_all():
    assert len(TEXT.findall(star(20).svg())) == 20

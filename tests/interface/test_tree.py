"""Boxes above and below each other: nothing overlaps, nothing is lost, and what is said is escaped."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from nanduti.interface.pictures import tree
from nanduti.interface.pictures._tree_places import WIDE, WIDEST
from nanduti.interface.pictures.tree import Box

GROUPS = ["agent", "expert", "other"]


@st.composite
def forests(draw):
    n = draw(st.integers(0, 25))
    boxes = []
    for number in range(n):
        above = draw(st.sampled_from(["", *[box.id for box in boxes if not box.beside]]))
        beside = draw(st.sampled_from(["", "", "", *[box.id for box in boxes if not box.beside]]))
        boxes.append(
            Box(
                f"b{number}", f"Box {number}", above=above, beside=beside, group=draw(st.sampled_from(GROUPS))
            )
        )
    return boxes


def overlaps(layout) -> bool:
    places = layout.places
    return any(
        abs(a.x - b.x) < WIDE and abs(a.y - b.y) < layout.box_height
        for n, a in enumerate(places)
        for b in places[:n]
    )


@given(forests())
def test_every_box_stands_once_and_on_no_other(boxes):
    layout = tree.draw(boxes).layout()
    assert sorted(place.box.id for place in layout.places) == sorted(box.id for box in boxes)
    assert not overlaps(layout)
    assert all(place.x >= 0 and place.x + WIDE <= layout.width for place in layout.places)
    assert all(place.y + layout.box_height <= layout.height for place in layout.places)


@given(forests())
def test_a_box_stands_below_the_one_above_it(boxes):
    layout = tree.draw(boxes).layout()
    for place in layout.places:
        above = layout.of(place.box.above)
        if above and not place.box.beside:
            assert place.y > above.y and place.depth == above.depth + 1


def test_many_of_one_group_stand_in_columns_and_a_wide_tree_becomes_one_column():
    few = [Box("top", "Top"), *(Box(f"a{n}", "Agent", above="top", group="agent") for n in range(9))]
    few += [Box("e", "Expert", above="top", group="expert")]
    layout = tree.draw(few).layout()
    assert layout.width <= WIDEST
    columns = {place.x for place in layout.places if place.box.group == "agent"}
    assert len(columns) == 3 and layout.of("e").x not in columns
    wide = [Box(f"t{n}", "Top") for n in range(9)]
    assert len({place.x for place in tree.draw(wide).layout().places}) == 1


def test_what_stands_beside_one_of_many_is_kept():
    boxes = [
        Box("top", "Top"),
        *(Box(f"a{n}", "A", above="top") for n in range(6)),
        Box("x", "X", beside="a3"),
    ]
    layout = tree.draw(boxes).layout()
    assert layout.of("x").y == layout.of("a3").y and not overlaps(layout)


def test_the_drawing_is_sound_and_says_nothing_unescaped():
    boxes = [
        Box("a", "<b>&", url="/x?a=1&b=2", said='"now"'),
        Box("b", "Other", above="a", is_stated=False, is_vacant=True),
    ]
    for alone in (False, True):
        drawn = tree.draw(boxes, title="<i>").svg(alone=alone)
        ET.fromstring(drawn)
        assert "<b>" not in drawn and "<i>" not in drawn
        assert ("href" in drawn) == (not alone)
    page = str(tree.draw(boxes, title="<i>", legend=[("usual", "usual")]))
    assert "<b>" not in page and "<i>" not in page and page.count('class="tree-box') == 4


def test_a_box_whose_box_above_is_missing_stands_at_the_top():
    layout = tree.draw(
        [Box("a", "A", above="nowhere"), Box("b", "B", above="b"), Box("c", "C", beside="c")]
    ).layout()
    assert {place.depth for place in layout.places} == {0}

"""YAML that people hand in, read with care."""

from __future__ import annotations

from typing import Any

import yaml

# Levels: far more than anybody writes. The reader's work grows with their square; a page of brackets took minutes.
DEEPEST = 50


class _Loader(yaml.SafeLoader):
    """Plain values only, and no deeper than anybody writes."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self.depth += 1
        if self.depth > DEEPEST:
            problem = f"it is nested deeper than {DEEPEST} levels"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=self.peek_event().start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def read_yaml(text: str) -> Any:
    """The values of a YAML text.

    Raises:
        yaml.YAMLError: it is no YAML, or nested deeper than anybody writes; its mark says where.
        ValueError: a value is none, such as the 31st of February.
    """
    return yaml.load(text, Loader=_Loader)

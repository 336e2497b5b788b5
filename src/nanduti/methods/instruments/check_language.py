"""The small language of checks: comparisons over questions, nothing that could run or loop.

    n_women + n_men <= n_workers
    has_credit = 'yes' implies answered(lender)
    selected(products, 'boots') and not blank(price)
    count(workers) = n_workers
    sum(wage) <= payroll

Questions are written by name (``${name}`` as well), texts in quotes, and, or, not, implies, + - * / and the
comparisons = != < <= > >=. Functions: answered, blank, selected, count (rows of a repeat), sum (over a repeat), abs,
round, length, days (from one day to another). Where an answer that is needed is missing, nothing is judged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..values import Worded, worded

# More is a program, not a check.
LONGEST, DEEPEST = 2_000, 30

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'[^']*'|\"[^\"]*\")|\$\{(?P<braced>[^}]+)\}"
    r"|(?P<name>[^\W\d][\w.\-/]*)|(?P<sign><=|>=|!=|<>|==|[=<>+*/(),-]))"
)
WORDS = frozenset({"and", "or", "not", "implies", "div", "mod"})
# Function → how many arguments.
FUNCTIONS = {
    "answered": 1,
    "blank": 1,
    "selected": 2,
    "count": 1,
    "sum": 1,
    "abs": 1,
    "round": 1,
    "length": 1,
    "days": 2,
}
COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})


@dataclass(frozen=True)
class Node:
    """A part of an expression: ``kind`` is number, text, question, call, compare, arithmetic, not, and, or, implies."""

    kind: str
    value: str = ""
    parts: tuple[Node, ...] = field(default=())


class NotACheck(ValueError):
    """An expression that is not in the language; says where and why."""

    @property
    def problem(self) -> Worded | str:
        """What is wrong, with its template."""
        return self.args[0]


def parse(expression: str, functions: Mapping[str, int] = FUNCTIONS) -> Node:
    """The tree of an expression; raises :class:`NotACheck`. ``functions``: those that may be called.

    >>> parse("a + 1 <= b").kind
    'compare'
    >>> parse("a +")
    Traceback (most recent call last):
    ...
    nanduti.methods.instruments.check_language.NotACheck: it ends where a question or a value is expected
    """
    if len(expression) > LONGEST:
        raise NotACheck(worded("it is longer than {n} characters", n=LONGEST))
    parser = _Parser(_tokens(expression), functions)
    node = parser.implies()
    if parser.here is not None:
        raise NotACheck(worded("“{said}” is not expected there", said=parser.here[1]))
    return node


def _tokens(expression: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at, end = 0, len(expression.rstrip())
    while at < end:
        found = _TOKEN.match(expression, at)
        if not found:
            raise NotACheck(worded("“{said}” cannot be read", said=expression[at:].strip()[:20]))
        kind = found.lastgroup or ""
        text = found.group(kind)
        at = found.end()
        if kind == "braced":
            kind, text = "question", text.strip()
        elif kind == "name" and text.lower() in WORDS:
            kind, text = "sign", text.lower()
        elif kind == "text":
            text = text[1:-1]
        elif kind == "sign":
            text = {"==": "=", "<>": "!="}.get(text, text)
        tokens.append((kind, text))
    return tokens


class _Parser:
    """Recursive descent, one function for each level of binding."""

    def __init__(self, tokens: list[tuple[str, str]], functions: Mapping[str, int]) -> None:
        self.tokens = tokens
        self.functions = functions
        self.at = 0
        self.depth = 0

    @property
    def here(self) -> tuple[str, str] | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def takes(self, *signs: str) -> str:
        if self.here and self.here[0] == "sign" and self.here[1] in signs:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def implies(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotACheck(worded("its brackets are nested more than {n} deep", n=DEEPEST))
        left = self._chain(("or",), lambda: self._chain(("and",), self.negation))
        if self.takes("implies"):
            left = Node("implies", "", (left, self.implies()))
        self.depth -= 1
        return left

    def _chain(self, signs, part):  # type: ignore[no-untyped-def]
        node = part()
        while sign := self.takes(*signs):
            node = Node(sign if sign in ("and", "or") else "arithmetic", sign, (node, part()))
        return node

    def negation(self) -> Node:
        turned = False
        while self.takes("not"):
            turned = not turned
        node = self.comparison()
        return Node("not", "", (node,)) if turned else node

    def comparison(self) -> Node:
        left = self.sum()
        sign = self.takes(*COMPARISONS)
        return Node("compare", sign, (left, self.sum())) if sign else left

    def sum(self) -> Node:
        return self._chain(("+", "-"), lambda: self._chain(("*", "/", "div", "mod"), self.signed))

    def signed(self) -> Node:
        turned = False
        while self.takes("-"):
            turned = not turned
        node = self.primary()
        return Node("arithmetic", "-", (Node("number", "0"), node)) if turned else node

    def primary(self) -> Node:
        token = self.here
        if token is None:
            raise NotACheck(worded("it ends where a question or a value is expected"))
        self.at += 1
        kind, text = token
        if kind in ("number", "text", "question"):
            return Node(kind, text)
        if kind == "name":
            return self.call(text) if self.takes("(") else Node("question", text)
        if text == "(":
            node = self.implies()
            self.close()
            return node
        raise NotACheck(worded("“{said}” is not expected there", said=text))

    def call(self, name: str) -> Node:
        if name not in self.functions:
            raise NotACheck(
                worded(
                    "there is no function “{name}”; there are {known}",
                    name=name, known=", ".join(sorted(self.functions)),
                )
            )  # fmt: skip
        parts = [self.implies()]
        while self.takes(","):
            parts.append(self.implies())
        self.close()
        if len(parts) != self.functions[name]:
            raise NotACheck(
                worded(
                    "in its brackets “{name}” takes {wanted}, not {n}",
                    name=name, n=len(parts), wanted=self.functions[name],
                )
            )  # fmt: skip
        return Node("call", name, tuple(parts))

    def close(self) -> None:
        if not self.takes(")"):
            raise NotACheck(worded("a bracket is opened and not closed"))


def names_in(node: Node) -> list[str]:
    """The names of questions and repeats that an expression uses."""
    own = [node.value] if node.kind == "question" else []
    return own + [name for part in node.parts for name in names_in(part)]

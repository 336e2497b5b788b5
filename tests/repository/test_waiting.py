"""Tests in a browser wait for what they expect: none asks a page for its state of the moment.

A page draws itself when it can: ``assert x.is_visible()`` holds on an idle machine and fails on a busy one.
``expect(x).to_be_visible()`` waits. Where nothing can change any more, a comment on the line says why:
``# at rest: …``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repository.test_contracts import ROOT

TEXT = "expect(x).to_have_text(…) or .to_contain_text(…)"
# What only Playwright's pages and locators have, and what waits instead.
READS = {
    "is_visible": "expect(x).to_be_visible()",
    "is_hidden": "expect(x).to_be_hidden(), after something that proves the page drawn",
    "is_enabled": "expect(x).to_be_enabled()",
    "is_disabled": "expect(x).to_be_disabled()",
    "is_editable": "expect(x).to_be_editable()",
    "is_checked": "expect(x).to_be_checked()",
    "inner_text": TEXT,
    "inner_html": TEXT,
    "text_content": TEXT,
    "all_inner_texts": TEXT,
    "all_text_contents": TEXT,
    "input_value": "expect(x).to_have_value(…)",
    "get_attribute": "expect(x).to_have_attribute(…)",
    "bounding_box": "expect(x).to_have_css(…), or x.evaluate(…) after something that waits",
    "query_selector": "page.locator(…)",
    "query_selector_all": "page.locator(…)",
    "wait_for_load_state": "expect(page).to_have_url(…), or a wait for what the next page shows",
    "wait_for_timeout": "a wait for what the page shows",
}
# What others have as well: refused where it is asked of a page or of something found on one.
READS_OF_A_PAGE = {
    "count": "expect(x).to_have_count(n)",
    "all": "expect(x).to_have_count(n), then x.nth(i)",
    "title": "expect(page).to_have_title(…)",
    "content": "expect(page.locator(…)).to_contain_text(…), or page.goto(…).text() for what the server sent",
}
# What may be read, and not claimed: a value kept for later is one thing, an assertion on it another.
CLAIMS = {
    "url": "expect(page).to_have_url(re.compile(…))",
    "evaluate": "expect(x) with to_be_focused(), to_have_js_property(…), to_have_css(…); or page.wait_for_function(…)",
    "evaluate_all": "expect(x).to_have_count(n) or .to_have_text([…])",
}
BROWSING = {"goto", "locator", "get_by_role", "get_by_text", "get_by_label"}
PAGES = {"page", "desk", "context", "new_page"}
REST = re.compile(r"# at rest: \S")


def names_in(node: ast.AST) -> set[str]:
    """Every plain name in an expression, and the names of what is called on them."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} | {
        n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)
    }


def pages_in(function: ast.AST) -> set[str]:
    """The names of a function that hold a page or something found on one."""
    found = set(PAGES)
    assigned = [n for n in ast.walk(function) if isinstance(n, ast.Assign)]
    while True:
        new = {
            name
            for n in assigned
            if names_in(n.value) & (found | BROWSING)
            for target in n.targets
            for name in names_in(target)
        } - found
        if not new:
            return found
        found |= new


def moments(source: str) -> Iterator[tuple[int, str, str]]:
    """Line, what is asked there, and what would wait; nothing for a file that browses nothing."""
    tree, lines = ast.parse(source), source.splitlines()
    if not any(isinstance(n, ast.Attribute) and n.attr in BROWSING for n in ast.walk(tree)):
        return
    seen = set()
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node, word, remedy in [*reads(function), *claims(function)]:
            written = lines[node.lineno - 1 : node.end_lineno]
            if (node.lineno, word) not in seen and not any(REST.search(line) for line in written):
                seen.add((node.lineno, word))
                yield node.lineno, word, remedy


def reads(function: ast.FunctionDef) -> Iterator[tuple[ast.expr, str, str]]:
    """Calls that answer at once."""
    pages = pages_in(function)
    for call in ast.walk(function):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        word = call.func.attr
        if word in READS:
            yield call, word, READS[word]
        elif word in READS_OF_A_PAGE and not call.args and names_in(call.func.value) & pages:
            yield call, word, READS_OF_A_PAGE[word]


def claims(function: ast.FunctionDef) -> Iterator[tuple[ast.expr, str, str]]:
    """What an assertion makes of a page's state of the moment; its message may say it."""
    pages = pages_in(function)
    for claim in ast.walk(function):
        for node in ast.walk(claim.test) if isinstance(claim, ast.Assert) else ():
            if isinstance(node, ast.Attribute) and node.attr in CLAIMS and names_in(node.value) & pages:
                yield node, node.attr, CLAIMS[node.attr]


def files() -> list[Path]:
    return sorted((ROOT / "tests").rglob("*.py"))


def test_no_test_asks_a_page_for_its_state_of_the_moment():
    found = [
        f"{path.relative_to(ROOT)}:{line}: {word} answers at once, and a page is drawn when it can. Use {remedy}; "
        "or say on that line, after “# at rest: ”, why nothing can change there any more."
        for path in files()
        for line, word, remedy in moments(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


def within(*lines: str) -> str:
    return "def test_it(page, rows):\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        (['assert page.locator("h1").is_visible()'], "is_visible"),
        (['assert not page.locator("h1").is_visible()'], "is_visible"),
        (['shown = page.get_by_text("x")', "assert shown.count() == 3"], "count"),
        (["other = page.context.new_page()", "other.goto('/')", "assert 'x' in other.url"], "url"),
        (["page.goto('/')", "assert 'x' not in page.content()"], "content"),
        (["page.goto('/')", "assert page.evaluate('document.activeElement.id') == 'x'"], "evaluate"),
        (['said = page.locator("h1").inner_text()'], "inner_text"),
        (["page.goto('/')  # at rest:", "page.wait_for_timeout(100)  # at rest: "], "wait_for_timeout"),
    ],
)
def test_the_moment_is_recognised(lines, word):
    assert [found for _line, found, _remedy in moments(within(*lines))] == [word]


@pytest.mark.parametrize(
    "lines",
    [
        ['expect(page.locator("h1")).to_be_visible()'],
        ['page.goto("/")', "assert Firm.objects.filter(code='x').count() == 3"],
        ['page.goto("/")', "assert 'ab'.count('a') == 1 and not rows.all()"],
        ['page.goto("/")', "assert rows, page.url"],
        ['said = page.locator("h1").inner_text()  # at rest: it was waited for above'],
        ["page = client.get('/')", "assert page.content() == b'' and page.url == '/'"],
    ],
)
def test_the_rest_is_left_alone(lines):
    assert not list(moments(within(*lines)))


def test_the_tests_in_a_browser_are_found():
    browsing = [path for path in files() if BROWSING & names_in(ast.parse(path.read_text(encoding="utf-8")))]
    assert len(browsing) > 10

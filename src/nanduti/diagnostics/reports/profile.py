"""The profile and the coverage of a study in blocks."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nanduti.foundation.languages import in_tongue
from nanduti.interface import words
from nanduti.register.models import Place

from .. import pictures, wording
from ..findings import KEPT_BACK, Cell, Coverage, Distribution, Figure, Findings, Part
from ..queries.sections import Material
from .blocks import Block, Grid, Picture, Words


def label_of(thing: Figure | Distribution | Part | Cell) -> str:
    """Its label in the language of the moment."""
    return in_tongue(thing.label, thing.label_es)


def source_said(thing: Figure | Distribution) -> str:
    """Its source as the reader knows it."""
    if thing.source == "register":
        return _("Register of the cluster")
    return in_tongue(thing.source, thing.source_es)


def profile_blocks(given: Material) -> Iterable[Block]:
    """The figures with their sources, then how the firms are divided."""
    found = given.found
    if found is None:
        return
    yield Grid(
        _("Figures of the cluster"),
        (_("What"), _("Figure"), _("Firms"), _("How it is known"), _("Source")),
        tuple(_figure_row(figure) for figure in found.figures),
        frozenset({2}),
    )
    places = found.distribution("place")
    if places is None or len(places.parts) < 2:
        yield from _where(given)
    for one in found.distributions:
        if one.code == "place" and len(one.parts) > 1:
            yield from _places(one, given)
        elif one.code != "place":
            yield from divided_blocks(one)


def _figure_row(figure: Figure) -> tuple[str, ...]:
    return (
        label_of(figure),
        wording.figure(figure),
        words.number(figure.n) if figure.n is not None and figure.basis == "answers" else "",
        str(wording.BASES.get(figure.basis, "")),
        ", ".join(filter(None, [source_said(figure), figure.as_of])),
    )


def divided_blocks(one: Distribution) -> Iterable[Block]:
    """A division as a picture and a table."""
    title = label_of(one)
    rows = [pictures.Bar(_part_label(p, one), p.share, _part_said(p)) for p in one.parts]
    if len(rows) > 1:
        whole = 1.0 if one.is_multiple else None
        svg = pictures.bars(title, rows, whole=whole)
        said = "; ".join(f"{r.label}: {r.said}" for r in rows)
        yield Picture(title, svg, said, pictures.lengths(rows, whole=whole))
    yield Grid(
        _("%(what)s, in figures") % {"what": title},
        (_("Group"), _("Firms"), _("Share")),
        tuple(
            (
                _part_label(p, one),
                "" if p.n is None else words.number(p.n),
                words.share(p.share) if p.share is not None else wording.reason(KEPT_BACK),
            )
            for p in one.parts
        ),
        frozenset({1, 2}),
        tells_picture=len(rows) > 1,
    )
    yield Words(_division_note(one), is_note=True)


def _part_label(part: Part, one: Distribution) -> str:
    return wording.size(part.code) if one.code == "size" else label_of(part)


def _part_said(part: Part) -> str:
    if part.is_kept_back or part.n is None:
        return wording.reason(KEPT_BACK)
    return f"{words.number(part.n)} · {words.share(part.share)}"


def _division_note(one: Distribution) -> str:
    said = [ngettext("%(n)s firm is known", "%(n)s firms are known", one.n) % {"n": words.number(one.n)}]
    if one.n_unknown:
        said.append(
            ngettext("of %(n)s it is not known", "of %(n)s it is not known", one.n_unknown)
            % {"n": words.number(one.n_unknown)}
        )
    if one.is_multiple:
        said.append(_("a firm can stand in several groups"))
    return "; ".join(said) + f". {source_said(one)}"


def _where(given: Material) -> Iterable[Block]:
    """The place of the cluster among those of the programme, where nothing finer is known."""
    own = given.study.cluster
    known = [c for c in given.clusters if c.place is not None]
    if own.place is None or len(known) < 2:
        return
    spots = [
        pictures.Spot(
            str(c),
            None if c.place.latitude is None else float(c.place.latitude),
            None if c.place.longitude is None else float(c.place.longitude),
            4 if c.pk == own.pk else 1,
            _("this cluster") if c.pk == own.pk else str(c.place),
        )
        for c in known
    ]
    title = _("Where the cluster is")
    note = _("Each point is the middle of a town or region, never of a firm.")
    yield Picture(
        title, pictures.place_map(title, spots, note=note), "; ".join(f"{s.label}: {s.said}" for s in spots)
    )


def _places(one: Distribution, given: Material) -> Iterable[Block]:
    """The places on a map, by their public middle points."""
    codes = [p.code for p in one.parts]
    known = {p.code: p for p in Place.objects.filter(code__in=codes)}
    spots = []
    for part in one.parts:
        place = known.get(part.code)
        latitude = float(place.latitude) if place and place.latitude is not None else None
        longitude = float(place.longitude) if place and place.longitude is not None else None
        spots.append(
            pictures.Spot(
                label_of(part), latitude, longitude, part.n, _part_said(part)
            )
        )  # fmt: skip
    title = _("Where the firms are")
    note = _("Each point is the middle of a town or region, never of a firm.")
    if spots:
        said = "; ".join(f"{s.label}: {s.said}" for s in spots)
        yield Picture(title, pictures.place_map(title, spots, note=note), said)
    yield from (b for b in divided_blocks(one) if not isinstance(b, Picture))


def coverage_blocks(given: Material) -> Iterable[Block]:
    """Whom the study heard by product and size (UNIDO twinning manual, step 3)."""
    coverage = given.found.coverage if given.found else None
    if coverage is None or not coverage.cells:
        return
    yield coverage_grid(coverage)
    said = _("%(heard)s of %(listed)s firms on the list were heard.") % {
        "heard": words.number(coverage.n_heard),
        "listed": words.number(coverage.n_listed),
    }
    if coverage.n_unknown:
        said += " " + ngettext(
            "Of %(n)s the product or the size is not known; it stands in no cell.",
            "Of %(n)s the product or the size is not known; they stand in no cell.",
            coverage.n_unknown,
        ) % {"n": words.number(coverage.n_unknown)}
    yield Words(said, is_note=True)


def coverage_grid(coverage: Coverage) -> Grid:
    """Products in rows, sizes in columns: heard of listed."""
    sizes = [s for s in ("micro", "small", "medium", "large") if any(c.size == s for c in coverage.cells)]
    products: dict[str, dict[str, Cell]] = {}
    names: dict[str, str] = {}
    for cell in coverage.cells:
        products.setdefault(cell.product, {})[cell.size] = cell
        names[cell.product] = label_of(cell)
    rows = [
        (
            names[p],
            *(_cell_said(cells.get(s)) for s in sizes),
            words.number(sum(c.n_short for c in cells.values())),
        )
        for p, cells in products.items()
    ]
    return Grid(
        _("Firms heard of firms listed, by product and size"),
        (_("Product"), *(wording.size(s) for s in sizes), _("Still to hear")),
        tuple(rows),
        frozenset(range(1, len(sizes) + 2)),
    )


def _cell_said(cell: Cell | None) -> str:
    if cell is None:
        return "–"
    if cell.is_kept_back or cell.n_listed is None:
        return _("kept back")
    said = _("%(heard)s of %(listed)s") % {
        "heard": words.number(cell.n_sampled),
        "listed": words.number(cell.n_listed),
    }
    return f"{said} ▲" if cell.n_short else said


def unsaid(found: Findings) -> Iterable[str]:
    """Figures that nobody could tell, and what was kept back."""
    for figure in found.figures:
        if figure.value is None and not figure.said:
            yield _("%(what)s: %(why)s.") % {
                "what": label_of(figure),
                "why": wording.reason(figure.reason or "not_known"),
            }
    for one in found.distributions:
        n = sum(part.is_kept_back for part in one.parts)
        if n:
            yield _("%(what)s: %(groups)s kept back, because so few firms could be recognised.") % {
                "what": label_of(one),
                "groups": ngettext("%(n)s group is", "%(n)s groups are", n) % {"n": words.number(n)},
            }
    if found.coverage.reason:
        yield _("%(what)s: %(why)s.") % {
            "what": str(wording.SECTIONS["coverage"]),
            "why": wording.reason(found.coverage.reason),
        }

"""How import tables hand identities to the vault: in the import's own transaction, and into no report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext as _

from nanduti.foundation.imports import Column, Context, RowProblem
from nanduti.foundation.models import User
from nanduti.vault.keeping import Keeper, differing

from .folding import fold
from .pseudonyms import Mint

# Words that many firms share and that therefore name none of them.
COMMON_WORDS = frozenset(
    "leather tannery tanneries shoes shoe footwear exports export enterprises enterprise industries industry "  # noqa: SIM905
    "company group auto components parts india international private limited textile textiles garments "
    "workshop taller talleres empresa confecciones calzado cuero cueros curtiembre industria industrias "
    "grupo pelle conceria calzature sociedad cooperativa anonima".split()
)


def mint_of(into: Context, model: type[models.Model], prefix: str) -> Mint:
    """One mint for each model and import, so that free pseudonyms are asked for in hundreds."""
    mints = into.__dict__.setdefault("_register_mints", {})
    if prefix not in mints:
        mints[prefix] = Mint(
            prefix,
            lambda drawn: model._base_manager.filter(pseudonym__in=drawn).values_list("pseudonym", flat=True),
        )
    return mints[prefix]


def keeper_of(into: Context) -> Keeper:
    """Whoever imports, at the moment the import began."""
    if "_register_keeper" not in into.__dict__:
        by = into.by
        into.__dict__["_register_keeper"] = Keeper(
            by_id=by.pk if isinstance(by, User) else None,
            by_label=by.username if isinstance(by, User) else str(by),
            at=timezone.now(),
        )
    return into.__dict__["_register_keeper"]


def upsert_named(
    into: Context,
    model: type[models.Model],
    *,
    prefix: str,
    kind: str,
    code: str,
    values: dict[str, Any],
    identity: dict[str, str],
) -> Any:
    """Create or change a record by its code and keep its identity in the vault.

    ``identity_version`` is raised when the vault's record changes: the report says *that*, never *what*.
    """
    found = into.seek(model, code=code)
    pseudonym = found.pseudonym if found else mint_of(into, model, prefix).next()
    values = {**values, **_searchable(model, {**values, "pseudonym": pseudonym})}
    identity = {field: value for field, value in identity.items() if value}
    if found is None:
        values |= {"pseudonym": pseudonym, "identity_version": int(bool(identity))}
        record = into.upsert(model, key={"code": code}, values=values)
        _wait(into, keeper_of(into).new_rows(record.pseudonym, kind, identity) if identity else [])
        return record
    into.flush()
    changed = differing(found.pseudonym, identity) if identity else []
    version = found.identity_version + 1 if changed else found.identity_version
    record = into.upsert(model, key={"code": code}, values={**values, "identity_version": version})
    if changed:
        keeper_of(into).update(record.pseudonym, kind, identity)
    return record


def keep_statistics(into: Context) -> None:
    """Let SQLite count anew after the import; without it, it guesses wrongly how many firms a cluster has."""
    if into.__dict__.setdefault("_register_counts_anew", False):
        return
    into.__dict__["_register_counts_anew"] = True
    into.after_commit.append(_count_anew)


def _count_anew() -> None:
    # PostgreSQL does so by itself.
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _searchable(model: type[models.Model], values: dict[str, Any]) -> dict[str, str]:
    """What searching uses, filled here because imported rows are written many at a time, without save()."""
    if not hasattr(model, "index_text"):
        return {}
    draft = model(**values)
    draft.index_text()
    return {"search_text": draft.search_text, "sort_text": draft.sort_text}


def _wait(into: Context, rows: list[models.Model]) -> None:
    # The context writes what waits in the order of first appearance and at its end; the vault's rows wait there
    # too, but are no changes: their values would otherwise stand in the import's own records.
    for row in rows:
        into._queue.setdefault(type(row), []).append(row)


def refuse_telling_code(code: str, *names: str) -> None:
    """A code that repeats the name would tell who it is wherever the code is shown."""
    words = {w for name in names for w in re.split(r"[^0-9a-z]+", fold(name)) if len(w) >= 4} - COMMON_WORDS
    told = sorted(words.intersection(re.split(r"[^0-9a-z]+", fold(code))))
    if told:
        raise RowProblem(
            "code",
            _("repeats a word of the name, which is not public"),
            _("Use a code that tells nothing, such as firm-07."),
        )


@dataclass(frozen=True)
class QuietColumn(Column):
    """A column whose problems never quote the cell: in a table of identities a cell may hold a slipped one."""

    def read(self, raw: str) -> Any:
        try:
            return super().read(raw)
        except RowProblem as problem:
            if not raw.strip():
                raise
            raise RowProblem(self.name, _("does not hold what this column is for"), problem.remedy) from None


def find_quietly(into: Context, model: type[models.Model], column: str, value: str) -> Any:
    """As :meth:`Context.find`, without quoting the cell; an empty cell is ``None``."""
    if not value:
        return None
    found = into.seek(model, code=value)
    if found is None:
        raise RowProblem(
            column,
            _("refers to something that is not in the register: no such %s") % model._meta.verbose_name,
            _("Add it to its own table first, or correct the spelling."),
        )
    return found

"""What can be imported about networks."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from nanduti.foundation.imports import Column, Context, Row, RowProblem, table
from nanduti.methods.values import PersonError
from nanduti.programme.models import Programme
from nanduti.programme.scopes import work_scope
from nanduti.programme.tables import CLUSTER, PROGRAMME, choices, cluster_of, programme_of
from nanduti.register.models import Cluster
from nanduti.register.pseudonyms import is_well_formed, tidy

from .actors import FIELDS, NAMED, RECORDS, tidy_code
from .actors import cluster_of as home_of
from .kinds import KINDS, NETWORK_KINDS, Kind
from .models import (
    BusinessNetwork,
    FormalisationStep,
    NetworkMember,
    Tie,
    TieActor,
    TieKind,
    TieRespondent,
    TieWave,
)
from .queries.kinds import check_strength, kind_from

RECORD_KINDS = ("establishment", "organisation", "person")


@table(
    "tie_kinds",
    order=400,
    key="programme code",
    columns=[
        PROGRAMME,
        Column("code", required=True, max_length=30),
        Column("title", required=True, max_length=120),
        Column("title_es", max_length=120),
        Column("is_directed", "bool"),
        Column("lowest", "decimal"),
        Column("highest", "decimal"),
        Column("is_record", "bool"),
        Column("is_open", "bool"),
    ],
)
def load_tie_kind(row: Row, into: Context) -> None:
    """Kinds of tie that a programme adds to those shipped."""
    programme = programme_of(row, into)
    if (row["lowest"] is None) != (row["highest"] is None) or (
        row["lowest"] is not None and row["lowest"] >= row["highest"]
    ):
        raise RowProblem(
            "highest", _("is no end of a scale"), _("Fill both ends, the lower one first, or none.")
        )
    into.upsert(
        TieKind,
        key={"programme": programme, "code": row["code"]},
        values={
            **row.pick("title title_es"),
            "is_directed": row["is_directed"] is not False,
            "lowest": float(row["lowest"]) if row["lowest"] is not None else None,
            "highest": float(row["highest"]) if row["highest"] is not None else None,
            "is_record": bool(row["is_record"]),
            "is_open": bool(row["is_open"]),
            "scope": programme.scope,
        },
    )


@table(
    "tie_waves",
    order=402,
    key="programme code",
    columns=[
        PROGRAMME,
        CLUSTER,
        Column("code", required=True, max_length=80),
        Column("title", max_length=200),
        Column("title_es", max_length=200),
        Column("method", "choice", choices=choices(TieWave.Method)),
        Column("from_on", "date"),
        Column("until_on", "date"),
        Column("kinds", "list"),
    ],
)
def load_tie_wave(row: Row, into: Context) -> None:
    """Rounds in which people were asked, or seen, with whom they deal."""
    programme, cluster = programme_of(row, into), cluster_of(row, into)
    for code in row["kinds"]:
        _kind(programme, code, into, "kinds")
    into.upsert(
        TieWave,
        key={"programme": programme, "code": row["code"]},
        values={
            **row.pick("title title_es from_on until_on kinds"),
            "method": row["method"] or TieWave.Method.ROSTER,
            "cluster": cluster,
            "scope": work_scope(programme, cluster, into=into),
        },
    )


@table(
    "actors",
    order=404,
    columns=[
        PROGRAMME,
        Column("wave", required=True),
        Column("kind", "choice", choices=RECORD_KINDS),
        Column("actor", required=True, max_length=80),
        Column("state", "choice", choices=choices(TieRespondent.State)),
        Column("is_seed", "bool"),
        Column("named_by", max_length=80),
        Column("more_partners", "int"),
        Column("answered_on", "date"),
    ],
)
def load_actor(row: Row, into: Context) -> None:
    """Who was to be asked in a round of ties, and whether an answer came."""
    programme = programme_of(row, into)
    wave = into.find(TieWave, "wave", row["wave"], programme=programme)
    actor = _actor(row, into, "actor", programme, wave.cluster)
    if row["more_partners"] is not None and not 0 <= row["more_partners"] < 1_000_000:
        raise RowProblem("more_partners", _("is not a number of partners"), _("Write zero or more."))
    named_by = _actor(row, into, "named_by", programme, wave.cluster) if row["named_by"] else None
    into.upsert(
        TieRespondent,
        key={"wave": wave, "actor": actor},
        values={
            "state": row["state"] or TieRespondent.State.ANSWERED,
            "is_seed": bool(row["is_seed"]),
            "recruited_by": named_by,
            "n_more": row["more_partners"],
            "answered_on": row["answered_on"],
            "scope": wave.scope,
        },
        sourced=False,
    )


@table(
    "ties",
    order=406,
    columns=[
        PROGRAMME,
        CLUSTER,
        Column("wave"),
        Column("tie", required=True, max_length=30),
        Column("kind", "choice", choices=RECORD_KINDS),
        Column("origin", required=True, max_length=80),
        Column("target", required=True, max_length=80),
        Column("strength", "decimal"),
        Column("state", "choice", choices=choices(Tie.State)),
        Column("began_on", "date"),
        Column("ended_on", "date"),
        Column("stated_on", "date"),
        Column("told_by", max_length=80),
    ],
)
def load_tie(row: Row, into: Context) -> None:
    """Ties from one actor to another; whoever is not in the register stands with a question mark before a word."""
    programme = programme_of(row, into)
    wave = into.find_if(TieWave, "wave", row["wave"], programme=programme)
    cluster = cluster_of(row, into) or (wave.cluster if wave else None)
    kind = _kind(programme, row["tie"], into, "tie")
    origin, target = (_actor(row, into, name, programme, cluster) for name in ("origin", "target"))
    if origin is target:
        raise RowProblem("target", _("is the same as origin"), _("A tie joins two; correct one of them."))
    _check_days(row)
    strength = float(row["strength"]) if row["strength"] is not None else None
    is_none = strength is not None and strength == kind.none_at
    _check_strength(kind, None if strength == 0 else strength)
    told_by = _actor(row, into, "told_by", programme, cluster) if row["told_by"] else None
    into.upsert(
        Tie,
        key={
            "programme": programme, "wave": wave, "kind": kind.code, "origin": origin, "target": target,
            "told_by": told_by, "began_on": row["began_on"],
        },
        values={
            # A strength of nought says that there is none.
            "strength": strength or None,
            "state": Tie.State.NONE if strength == 0 or is_none else row["state"] or Tie.State.SAID,
            **row.pick("ended_on stated_on"),
            "cluster": cluster,
            "scope": work_scope(programme, cluster, into=into),
        },
    )  # fmt: skip


def _check_days(row: Row) -> None:
    if row["began_on"] and row["ended_on"] and row["ended_on"] <= row["began_on"]:
        raise RowProblem(
            "ended_on", _("is not after began_on"), _("The end is the first day on which it no longer holds.")
        )


def _check_strength(kind: Kind, strength: float | None) -> None:
    try:
        check_strength(kind, strength)
    except PersonError as problem:
        from nanduti.interface import saying

        said = saying.say(problem)
        raise RowProblem("strength", said.sentence.rstrip("."), said.remedy) from None


def _kind(programme: Programme, code: str, into: Context, column: str) -> Kind:
    own = into.seek(TieKind, programme=programme, code=code)
    if own is None and code not in KINDS:
        raise RowProblem(
            column,
            _("“%s” is no kind of tie that the programme knows") % code[:40],
            _("Use one of: %s.") % ", ".join(KINDS)
            + " "
            + _("Other kinds go into the table tie_kinds first."),
        )
    return kind_from(own) if own is not None else KINDS[code]


def _actor(row: Row, into: Context, column: str, programme: Programme, cluster: Cluster | None) -> TieActor:
    """The actor a cell names: by pseudonym, by code in the register, or by a nickname after a question mark."""
    text = row[column].strip()
    if text.startswith(NAMED):
        code = tidy_code(text)
        if code == NAMED:
            raise RowProblem(column, _("is a question mark alone"), _("Add a short word, such as ?dyer."))
        key = {"programme": programme, "code": code}
        values = {"cluster": cluster, "scope": work_scope(programme, cluster, into=into)}
        return into.seek(TieActor, **key) or into.upsert(
            TieActor, key=key, values={**values, "state": TieActor.State.NAMED}, sourced=False
        )
    record = _record(text, row["kind"], into)
    if record is None:
        raise RowProblem(
            column,
            _("“%s” is nobody of the register") % text[:40],
            _("Register them first; or write a question mark and a word of your own, such as ?dyer."),
        )
    home = home_of(record) or cluster
    key = {"programme": programme, FIELDS[type(record)]: record}
    return into.seek(TieActor, **key) or into.upsert(
        TieActor,
        key=key,
        values={"cluster": home, "scope": work_scope(programme, home, into=into), "code": ""},
        sourced=False,
    )


def _record(text: str, kind: str, into: Context) -> Any:
    wanted = {FIELDS[model]: model for model in RECORDS.values()}
    if is_well_formed(tidy(text)):
        return into.seek(RECORDS[tidy(text)[:2]], pseudonym=tidy(text))
    for name in [kind] if kind else RECORD_KINDS:
        found = into.seek(wanted[name], code=text)
        if found is not None:
            return getattr(found, "merged_into", None) or found
    return None


# --- business networks


@table(
    "business_networks",
    order=410,
    key="programme code",
    columns=[
        PROGRAMME,
        CLUSTER,
        Column("code", required=True, max_length=80),
        Column("name", required=True, max_length=200),
        Column("name_es", max_length=200),
        Column("kind", "choice", required=True, choices=tuple(NETWORK_KINDS)),
        Column("objective"),
        Column("objective_es"),
        Column("since_on", "date"),
        Column("until_on", "date"),
        Column("seeks_registration", "bool"),
    ],
)
def load_business_network(row: Row, into: Context) -> None:
    """Groups of firms with a common aim: horizontal, vertical, or for one project."""
    programme, cluster = programme_of(row, into), cluster_of(row, into)
    into.upsert(
        BusinessNetwork,
        key={"programme": programme, "code": row["code"]},
        values={
            **row.pick("name name_es kind objective objective_es since_on until_on"),
            "seeks_registration": row["seeks_registration"] is not False,
            "cluster": cluster,
            "scope": work_scope(programme, cluster, into=into),
        },
    )


@table(
    "network_members",
    order=412,
    columns=[
        PROGRAMME,
        Column("network", required=True),
        Column("kind", "choice", choices=RECORD_KINDS),
        Column("member", required=True, max_length=80),
        Column("role", "choice", choices=choices(NetworkMember.Role)),
        Column("since_on", "date"),
        Column("until_on", "date"),
    ],
)
def load_network_member(row: Row, into: Context) -> None:
    """Who belongs to a business network, from when to when."""
    programme = programme_of(row, into)
    network = into.find(BusinessNetwork, "network", row["network"], programme=programme)
    record = _record(row["member"].strip(), row["kind"], into)
    if record is None:
        raise RowProblem(
            "member", _("“%s” is nobody of the register") % row["member"][:40], _("Register them first.")
        )
    into.upsert(
        NetworkMember,
        key={"network": network, FIELDS[type(record)]: record, "since_on": row["since_on"]},
        values={
            "role": row["role"] or NetworkMember.Role.MEMBER,
            "until_on": row["until_on"],
            "scope": network.scope,
        },
    )


@table(
    "formalisation_steps",
    order=414,
    columns=[
        PROGRAMME,
        Column("network", required=True),
        Column("step", "choice", required=True, choices=tuple(code for code, _t in FormalisationStep.STEPS)),
        Column("reached_on", "date"),
        Column("evidence", required=True),
        Column("evidence_es"),
    ],
)
def load_formalisation_step(row: Row, into: Context) -> None:
    """Steps of business networks towards a lasting form, each with what shows it."""
    programme = programme_of(row, into)
    network = into.find(BusinessNetwork, "network", row["network"], programme=programme)
    into.upsert(
        FormalisationStep,
        key={"network": network, "step": row["step"]},
        values={**row.pick("reached_on evidence evidence_es"), "scope": network.scope},
    )

"""Columns and look-ups that the import tables of several rooms share."""

from __future__ import annotations

from nanduti.foundation.imports import Column, Context, Row
from nanduti.register.models import Cluster

from ..models import Programme

PROGRAMME = Column("programme", required=True)
CLUSTER = Column("cluster")
CURRENCY = Column("currency", max_length=3)


def choices(kind) -> tuple[str, ...]:
    """The codes of a ``TextChoices`` as the choices of a column."""
    return tuple(value for value, _title in kind.choices)


def programme_of(row: Row, into: Context) -> Programme:
    """The programme that the row names."""
    return into.find(Programme, "programme", row["programme"])


def cluster_of(row: Row, into: Context, column: str = "cluster") -> Cluster | None:
    """The cluster that the row names, if it names one."""
    return into.find_if(Cluster, column, row[column])

"""The rules that a programme may set, what it has set, and how often each was put aside with a reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from nanduti.foundation.errors import NotFound
from nanduti.foundation.languages import in_tongue
from nanduti.foundation.models import AuditEvent
from nanduti.foundation.named import Named, both
from nanduti.methods.values import RuleSource

from .models import Programme


@dataclass(frozen=True)
class Rule(Named):
    """A rule that refuses unless the programme lets it warn or puts it aside."""

    asks: tuple[str, str]
    source: RuleSource

    @property
    def asks_said(self) -> str:
        """What it refuses, in the reader's language."""
        return in_tongue(*self.asks)


@cache
def rules() -> dict[str, Rule]:
    """The rules by code.

    >>> str(rules()["quorum"])
    'Enough must be there to decide'
    """
    text = files(__package__).joinpath("rulebook.yaml").read_text(encoding="utf-8")
    return {
        code: Rule(
            code,
            both(row),
            both(row, "asks"),
            RuleSource(row["document"], row["place"]),
        )
        for code, row in yaml.safe_load(text)["rules"].items()
    }


def rule_by_code(code: str) -> Rule:
    """The rule with that code, or :class:`NotFound`."""
    found = rules().get(code)
    if found is None:
        raise NotFound(kind="rule", code_given=code)
    return found


@dataclass(frozen=True)
class Standing:
    """A rule as it stands in a programme: its setting, and how often somebody went ahead against it."""

    rule: Rule
    setting: str
    n_overrides: int


def standings(*, programme: Programme) -> list[Standing]:
    """Every rule as the programme has set it; one query.

    Put aside is counted where the deed belongs to the programme as a whole or to its work in a cluster.
    """
    deeds = AuditEvent.objects.filter(scope__in=_scopes(programme)).exclude(override_reason="")
    n = Counter(details.get("rule") for details in deeds.values_list("details", flat=True))
    return [Standing(rule, programme.rule_setting(code), n[code]) for code, rule in rules().items()]


def _scopes(programme: Programme) -> list[int]:
    reached = programme.scope.reaches.filter(kind="work", code__startswith=f"{programme.code}/")
    return [programme.scope_id, *reached.values_list("pk", flat=True)]

"""The verbs of the ``nanduti`` command that ask a programme: results, ledger, quality, scope."""

from __future__ import annotations

import argparse
from datetime import date

from .verbs import Add, as_day, cluster_of, offer_format, print_json, programme_of


def add_verbs(add: Add) -> None:
    """``results``, ``ledger``, ``quality`` and ``scope``."""
    results_verb = add("results", results, "Outputs and outcomes computed from the records.")
    _about(results_verb)
    ledger_verb = add("ledger", ledger, "The activities of a programme at a cut-off day.")
    _about(ledger_verb)
    quality_verb = add("quality", quality, "Contradictions found by rules, with both statements.")
    _about(quality_verb, cut_off=False)
    scope_verb = add("scope", scope, "The scope of cooperation of a pair of clusters on a day.")
    _about(scope_verb, cut_off=False)
    scope_verb.add_argument("--pair", required=True, help="emerging:advanced, by cluster codes")
    scope_verb.add_argument("--on", type=as_day, help="the day, year-month-day (today if left out)")


def _about(verb: argparse.ArgumentParser, *, cut_off: bool = True) -> None:
    verb.add_argument("--programme", required=True, help="code of the programme")
    if cut_off:
        verb.add_argument("--cluster", help="code or short code of a cluster")
        verb.add_argument("--as-of", type=as_day, help="cut-off day, year-month-day (today if left out)")
    offer_format(verb)


def _as_of(options: argparse.Namespace) -> date:
    from django.utils import timezone

    return options.as_of or timezone.localdate()


def results(options: argparse.Namespace) -> int:
    """Tables 9 and 10 from the records, and the standard outcomes of table 11 from baseline to follow-up."""
    from django.utils import timezone
    from django_scopes import scopes_disabled

    from nanduti.results import queries, standard

    with scopes_disabled():
        programme = programme_of(options)
        cluster = cluster_of(options, programme)
        table = queries.result_table(programme=programme, as_of=_as_of(options), cluster=cluster)
        changes = standard.standard_table(
            programme=programme, as_of=_as_of(options), today=timezone.localdate(), cluster=cluster
        )
        said = {
            "programme": programme.code,
            **queries.table_as_dict(table),
            "standard_outcomes": standard.standard_as_dict(changes),
        }
    if options.format == "json":
        return print_json(said)
    for level in ("outputs", "outcomes"):
        print(level)
        for row in said[level]:
            print(f"  {row['title']:55} {row['total']['value']:>8} {row['unit']}")
    print("standard outcomes (baseline, follow-up, seen twice of seen)")
    for line in (one for outcome in said["standard_outcomes"] for one in outcome["figures"]):
        numbers = ["?" if line[name] is None else f"{line[name]:g}" for name in ("baseline", "follow_up")]
        where = line["cluster"] or "all clusters"
        counts = f"{line['n_matched']} of {line['n_seen']}"
        print(
            f"  {line['measure'] + ', ' + where:55} {' → '.join(numbers):>20} {line['unit'] or ''} ({counts})"
        )
    return 0


def ledger(options: argparse.Namespace) -> int:
    """The ledger of activities."""
    from django_scopes import scopes_disabled

    from nanduti.plans import queries

    with scopes_disabled():
        programme = programme_of(options)
        rows = queries.activities(programme=programme, cluster=cluster_of(options, programme))
        said = [
            row.as_dict() for row in queries.ledger(rows.order_by("plan_id", "number"), as_of=_as_of(options))
        ]
    if options.format == "json":
        return print_json(said)
    for row in said:
        print(f"{row['plan']}:{row['number']:<4} {row['status']:15} {row['date_text']:25.25} {row['label']}")
    return 0


def quality(options: argparse.Namespace) -> int:
    """The data-quality report."""
    from django_scopes import scopes_disabled

    from nanduti.results import quality as report

    with scopes_disabled():
        said = [
            report.finding_as_dict(f, rows) for f, rows in report.findings(programme=programme_of(options))
        ]
    if options.format == "json":
        return print_json(said)
    for finding in said:
        print(f"[{finding['severity']}] {finding['sentence']}")
        for statement in finding["statements"]:
            print(f"    {statement['value']} ({statement['source']}, {statement['place']})")
    return 0


def scope(options: argparse.Namespace) -> int:
    """The scope matrix."""
    from django.utils import timezone
    from django_scopes import scopes_disabled

    from nanduti.twinning import queries

    with scopes_disabled():
        twinning = queries.twinning_by_pair(programme=programme_of(options), pair=options.pair)
        said = queries.scope_as_dict(twinning=twinning, on=options.on or timezone.localdate())
    if options.format == "json":
        return print_json(said)
    for cell in said["cells"]:
        print(f"{cell['emerging']:25} {cell['advanced']:25} {cell['scope']:15} {cell['reason']}")
    return 0

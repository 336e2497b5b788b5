"""The verb of the ``nanduti`` command that sets planned and happened side by side."""

from __future__ import annotations

import argparse

from .verbs import Add, as_day, cluster_of, offer_format, print_json, programme_of


def add_verbs(add: Add) -> None:
    """``variance``."""
    verb = add("variance", variance, "Planned and happened: of a plan, a cluster or a programme.")
    verb.add_argument("--programme", required=True, help="code of the programme")
    verb.add_argument("--cluster", help="code or short code of a cluster")
    verb.add_argument("--plan", help="code of a plan")
    verb.add_argument("--as-of", type=as_day, help="cut-off day, year-month-day (today if left out)")
    verb.add_argument(
        "--against",
        choices=("baseline", "current"),
        default="",
        help="the plan as first agreed, or the plan now in force (the first where somebody has kept it)",
    )
    offer_format(verb)


def variance(options: argparse.Namespace) -> int:
    """The variance of each activity and in sums."""
    from django.utils import timezone
    from django_scopes import scopes_disabled

    from nanduti.foundation.errors import NotFound
    from nanduti.plans import queries, variance_told

    with scopes_disabled():
        programme = programme_of(options)
        plan = queries.plans(programme=programme).filter(code=options.plan or "").first()
        if options.plan and plan is None:
            raise NotFound(kind="plan", code_given=options.plan)
        said = variance_told.told(
            programme=programme,
            cluster=None if plan else cluster_of(options, programme),
            plan=plan,
            as_of=options.as_of or timezone.localdate(),
            against=options.against,
            sees_money=True,
        )
    if options.format == "json":
        return print_json(said)
    for line in variance_told.lines(said):
        print(line)
    return 0

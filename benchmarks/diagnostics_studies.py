"""The study of a census, measured on one database: ``python -m benchmarks.diagnostics_studies --database sqlite``.

100,000 workshops have answered the census of the library, as for the indicators. The study of one cluster of ten
thousand, and one of all hundred thousand in a single cluster, is computed: profile, divisions, coverage by product and
size, made safe; ten clusters are set side by side; the document is written in both formats.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from benchmarks.indicators import AT, fill, parser
from benchmarks.platform.__main__ import installation


def main() -> None:
    options = parser().parse_args()
    with installation(options.database):
        import django
        from django.core.management import call_command

        django.setup()
        for alias in ("default", "vault"):
            call_command("migrate", database=alias, verbosity=0)
        from django_scopes import scopes_disabled

        with scopes_disabled():
            programme = fill(int(options.scale * 100_000))
            report(options.database, programme)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    made = work()
    return time.perf_counter() - begin, made


def row(work: str, aim: str, measured: str) -> None:
    print(f"| {work} | {aim} | {measured} |", flush=True)


def report(database: str, programme: Any) -> None:
    from nanduti.diagnostics.actions import studies
    from nanduti.diagnostics.findings import safe
    from nanduti.diagnostics.queries.comparison import comparison
    from nanduti.diagnostics.queries.profile import findings
    from nanduti.diagnostics.queries.sections import material
    from nanduti.diagnostics.reports.content import document
    from nanduti.diagnostics.reports.docx import docx
    from nanduti.diagnostics.reports.pdf import pdf
    from nanduti.indicators import computing
    from nanduti.programme import queries as programme_queries
    from nanduti.register.models import Establishment
    from nanduti.surveys.models import Instrument

    print(f"\n## diagnostics, studies, on {database}\n\n| Work | Aim | Measured |\n|---|---|---|")
    clusters = programme_queries.clusters(programme=programme)
    values = {"title": "Study", "instrument": Instrument.objects.get(programme=programme)}
    study = studies.begin_study(
        programme=programme, cluster=clusters[0], values=values, by="benchmark", at=AT
    )
    seconds, found = timed(lambda: safe(findings(study=study, access=None, at=AT)))
    row(f"study of a cluster of {found.n_register:,} computed", "< 5 s", f"{seconds:.2f} s")
    computing.compute(programme=programme, by="benchmark", at=AT)
    seconds, lines = timed(lambda: comparison(programme=programme, access=None, clusters=clusters))
    row(f"{len(clusters)} clusters side by side, {len(lines)} indicators", "< 5 s", f"{seconds:.2f} s")
    told = document(material(study=study, found=found), comparison=lines)
    for name, write in (("PDF", pdf), ("DOCX", docx)):
        seconds, content = timed(lambda write=write: write(told))
        row(f"the study as {name}", "< 10 s", f"{seconds:.2f} s, {len(content) // 1000} kB")
    Establishment._base_manager.update(cluster=clusters[0], scope=clusters[0].scope)
    seconds, found = timed(lambda: safe(findings(study=study, access=None, at=AT)))
    row(f"study of a cluster of {found.n_register:,} computed", "< 5 s", f"{seconds:.2f} s")


if __name__ == "__main__":
    main()

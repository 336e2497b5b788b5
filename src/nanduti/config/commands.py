"""The verbs of the ``nanduti`` command."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from . import answer_commands, indicator_commands, instrument_commands

Add = Callable[[str, Callable, str], argparse.ArgumentParser]


def add_verbs(add: Add) -> None:
    """Every verb with its options; the bodies import what they need when they run."""
    _add_running(add)
    _add_data(add)
    _add_questions(add)
    _add_people(add)
    _add_field_work(add)
    instrument_commands.add_verbs(add)
    answer_commands.add_verbs(add)
    indicator_commands.add_verbs(add)


def _add_running(add: Add) -> None:
    setup_verb = add(
        "setup", setup, "Make or bring up to date both databases and the translation catalogues."
    )
    setup_verb.add_argument(
        "--demo", action="store_true", help="then load the examples, as the verb demo does"
    )
    serve_verb = add("serve", serve, "Serve the site.")
    serve_verb.add_argument("--host", default="127.0.0.1", help="address to listen on")
    serve_verb.add_argument("--port", type=int, default=8000, help="port to listen on")
    serve_verb.add_argument("--workers", type=int, default=1, help="web processes (PostgreSQL: 2 or more)")
    add(
        "rotate-keys",
        rotate_keys,
        "Seal identities, answers and files anew with the first of the vault's keys.",
    )
    add("worker", worker, "Do background work in a process of its own (PostgreSQL).")
    add("shell", shell, "Open a Python shell with Django set up.")
    messages_verb = add("messages", messages, "Collect texts to translate and compile the catalogues.")
    messages_verb.add_argument("--check", action="store_true", help="only tell what is not translated")
    messages_verb.add_argument("--room", help="one room only")


def _add_data(add: Add) -> None:
    import_verb = add("import", import_tables, "Import a folder, ZIP, workbook or file of tables.")
    import_verb.add_argument("path", type=Path, help="folder, .zip, .xlsx, .csv or .yaml")
    import_verb.add_argument("--dry-run", action="store_true", help="only show what would change")
    _format(import_verb)
    undo_verb = add("undo", undo, "Undo an import as a whole.")
    undo_verb.add_argument("import_id", help="the id that the import printed")
    demo_verb = add("demo", demo, "Load the example programmes and make the demo accounts, once.")
    demo_verb.add_argument("--summary", action="store_true", help="only print what is loaded")
    demo_verb.add_argument("--code", metavar="NAME", help="print the present one-time code of a demo account")


def _add_questions(add: Add) -> None:
    results_verb = add("results", results, "Outputs and outcomes computed from the records.")
    _about(results_verb)
    ledger_verb = add("ledger", ledger, "The activities of a programme at a cut-off day.")
    _about(ledger_verb)
    quality_verb = add("quality", quality, "Contradictions found by rules, with both statements.")
    _about(quality_verb, cut_off=False)
    scope_verb = add("scope", scope, "The scope of cooperation of a pair of clusters on a day.")
    _about(scope_verb, cut_off=False)
    scope_verb.add_argument("--pair", required=True, help="emerging:advanced, by cluster codes")
    scope_verb.add_argument("--on", type=_day, help="the day, year-month-day (today if left out)")


def _add_people(add: Add) -> None:
    user_verb = add("user", user, "Make an account, give it a role within a scope, or a new password.")
    user_verb.add_argument("name", help="user name")
    user_verb.add_argument(
        "--new-password", action="store_true", help="ask for a new one: theirs is forgotten"
    )
    user_verb.add_argument("--role", help="code of a role, such as coordinator")
    user_verb.add_argument("--within", help="programme:CODE or cluster:CODE")
    user_verb.add_argument("--language", choices=["en", "es"], default="en", help="language of the account")
    token_verb = add("token", token, "Issue an API token for an account; it is shown once.")
    token_verb.add_argument("name", help="user name")
    token_verb.add_argument("--label", default="command line", help="what the token is for")


def _add_field_work(add: Add) -> None:
    enrol_verb = add("enrol", enrol, "Enrol an enumerator: print the server's address for a phone, once.")
    enrol_verb.add_argument("--programme", required=True, help="code of the programme")
    enrol_verb.add_argument("--enumerator", required=True, help="code of the enumerator, new or known")
    enrol_verb.add_argument("--title", default="", help="how the team calls the phone or the person")
    enrol_verb.add_argument("--cluster", help="only the work in this cluster")
    enrol_verb.add_argument(
        "--instrument", action="append", default=[], help="only this form id; may be repeated"
    )
    enrol_verb.add_argument("--last-day", type=_day, help="the key opens nothing after it, year-month-day")
    enrol_verb.add_argument("--server", default="http://localhost:8000", help="address phones reach us at")
    enrol_verb.add_argument("--qr", type=Path, metavar="FILE", help="write the enrolment code, .png or .svg")
    _format(enrol_verb)
    add("tidy-files", tidy_files, "Remove files of posts that broke off more than a day ago.")


def _about(verb: argparse.ArgumentParser, *, cut_off: bool = True) -> None:
    verb.add_argument("--programme", required=True, help="code of the programme")
    if cut_off:
        verb.add_argument("--cluster", help="code or short code of a cluster")
        verb.add_argument("--as-of", type=_day, help="cut-off day, year-month-day (today if left out)")
    _format(verb)


def _format(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--format", choices=["text", "json"], default="text", help="how to print")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a day; write year-month-day, such as 2011-07-31"
        ) from None


def _print_json(value: Any) -> int:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    print()
    return 0


# --- running


def setup(options: argparse.Namespace) -> int:
    """Migrate both databases and compile the catalogues; quick when nothing is new."""
    from nanduti.interface.messages import compile_catalogues

    from . import databases, memory
    from . import demo as example

    memory.settle()
    compile_catalogues()
    databases.bring_up_to_date()
    if options.demo:
        example.load_all_once()
    return 0


def serve(options: argparse.Namespace) -> int:
    """Hand over to the web server; one process on the embedded database."""
    from django.conf import settings

    from . import memory, ports

    if settings.IS_EMBEDDED and options.workers > 1:
        print("The embedded database is served by one process; use PostgreSQL for more.", file=sys.stderr)
        return 2
    if not ports.claim(options.host, options.port):
        print(
            f"Something serves at port {options.port} of {options.host} already; end it or use another --port.",
            file=sys.stderr,
        )
        return 2
    memory.widen_stacks()
    # More than the cores would carry: most of them wait for the disk, and those that wait share a flush.
    threads = ["--blocking-threads", "16"]
    # A web process that dies (killed for want of memory, say) is replaced; one that cannot even start is not.
    again = ["--respawn-failed-workers"]
    os.execv(
        sys.executable,
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", options.host),
            *("--port", str(options.port), "--workers", str(options.workers), *threads, *again),
            *("--log-level", "error", "nanduti.config.wsgi:application"),
        ],
    )


def rotate_keys(options: argparse.Namespace) -> int:
    """After a new key was put first: nothing in the vault, and nothing that was collected, needs the older ones."""
    from django.core.management import call_command

    from nanduti.surveys import resealing

    call_command("rotate_vault_keys")
    n_rows, n_files = resealing.reseal_everything(by="command line")
    print(f"{n_rows} rows and {n_files} files of field work sealed anew.")
    return 0


def worker(options: argparse.Namespace) -> int:
    """Claim and do background work until told to stop."""
    from nanduti.foundation import work

    from . import memory

    memory.widen_stacks()
    work.run_worker()
    return 0


def shell(options: argparse.Namespace) -> int:
    """A Python shell; queries need a scope or ``scopes_disabled()``."""
    from django.core.management import call_command

    call_command("shell")
    return 0


def messages(options: argparse.Namespace) -> int:
    """Collect texts, or tell what is missing."""
    from nanduti.interface.messages import run_messages

    return run_messages(check=options.check, room=options.room)


# --- data


def import_tables(options: argparse.Namespace) -> int:
    """Import as the operator of the installation, who may everything."""
    from nanduti.foundation import imports

    sheets = imports.read_sheets(options.path)
    if options.dry_run:
        report = imports.preview_sheets(sheets, access=None, by="command line")
        return _say_report(report, options, import_id=None)
    try:
        batch = imports.import_sheets(sheets=sheets, name=options.path.name, access=None, by="command line")
    except imports.ImportRefused as error:
        _say_report(error.details["report"], options, import_id=None)
        return 1
    report = {**batch.report, "tables": batch.tables, "errors": [], "n_errors": 0}
    report |= {"n_created": batch.n_created, "n_changed": batch.n_changed, "n_unchanged": batch.n_unchanged}
    return _say_report(report, options, import_id=str(batch.public_id))


def _say_report(report: dict[str, Any], options: argparse.Namespace, *, import_id: str | None) -> int:
    if options.format == "json":
        _print_json({"import_id": import_id, **report})
    else:
        for table, counts in report["tables"].items():
            print(f"{table:20} " + "  ".join(f"{name} {n}" for name, n in counts.items() if n))
        for error in report["errors"]:
            where = ", ".join(filter(None, [error["place"], error["column"]]))
            print(f"{where}: {error['problem']}. {error['remedy']}")
        print(
            f"created {report['n_created']}, changed {report['n_changed']}, "
            f"unchanged {report['n_unchanged']}, errors {report['n_errors']}"
        )
        if import_id:
            print(f"To take it back: nanduti undo {import_id}")
    return 1 if report["n_errors"] else 0


def undo(options: argparse.Namespace) -> int:
    """Undo an import."""
    from nanduti.foundation import imports
    from nanduti.foundation.errors import NotFound
    from nanduti.foundation.models import ImportBatch

    batch = ImportBatch.objects.filter(public_id=_uuid(options.import_id)).first()
    if batch is None:
        raise NotFound(kind="import", code_given=options.import_id)
    imports.undo_import(batch=batch, by="command line")
    print("undone")
    return 0


def _uuid(text: str) -> Any:
    import uuid

    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def demo(options: argparse.Namespace) -> int:
    """The example programme and its accounts."""
    from nanduti.config import demo as example

    if options.code:
        print(example.one_time_code(options.code))
    elif options.summary:
        example.print_summary()
    else:
        example.load_all_once()
    return 0


# --- questions


def _programme(options: argparse.Namespace) -> Any:
    from nanduti.programme.queries import programme_by_code

    return programme_by_code(code=options.programme)


def _cluster(options: argparse.Namespace, programme: Any) -> Any:
    from nanduti.programme.queries import cluster_by_code

    return cluster_by_code(programme=programme, code=options.cluster) if options.cluster else None


def _as_of(options: argparse.Namespace) -> date:
    from django.utils import timezone

    return options.as_of or timezone.localdate()


def results(options: argparse.Namespace) -> int:
    """Tables 9 and 10 from the records."""
    from django_scopes import scopes_disabled

    from nanduti.results import queries

    with scopes_disabled():
        programme = _programme(options)
        cluster = _cluster(options, programme)
        table = queries.result_table(programme=programme, as_of=_as_of(options), cluster=cluster)
        said = {"programme": programme.code, **queries.table_as_dict(table)}
    if options.format == "json":
        return _print_json(said)
    for level in ("outputs", "outcomes"):
        print(level)
        for row in said[level]:
            print(f"  {row['title']:55} {row['total']['value']:>8} {row['unit']}")
    return 0


def ledger(options: argparse.Namespace) -> int:
    """The ledger of activities."""
    from django_scopes import scopes_disabled

    from nanduti.plans import queries

    with scopes_disabled():
        programme = _programme(options)
        rows = queries.activities(programme=programme, cluster=_cluster(options, programme))
        said = [
            row.as_dict() for row in queries.ledger(rows.order_by("plan_id", "number"), as_of=_as_of(options))
        ]
    if options.format == "json":
        return _print_json(said)
    for row in said:
        print(f"{row['plan']}:{row['number']:<4} {row['status']:15} {row['date_text']:25.25} {row['label']}")
    return 0


def quality(options: argparse.Namespace) -> int:
    """The data-quality report."""
    from django_scopes import scopes_disabled

    from nanduti.results import quality as report

    with scopes_disabled():
        said = [report.finding_as_dict(f, rows) for f, rows in report.findings(programme=_programme(options))]
    if options.format == "json":
        return _print_json(said)
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
        twinning = queries.twinning_by_pair(programme=_programme(options), pair=options.pair)
        said = queries.scope_as_dict(twinning=twinning, on=options.on or timezone.localdate())
    if options.format == "json":
        return _print_json(said)
    for cell in said["cells"]:
        print(f"{cell['emerging']:25} {cell['advanced']:25} {cell['scope']:15} {cell['reason']}")
    return 0


# --- people


def user(options: argparse.Namespace) -> int:
    """Make an account, or give it a new password; passwords are asked for, never given on the command line."""
    import getpass

    from nanduti.foundation import actions
    from nanduti.foundation.errors import NotFound
    from nanduti.foundation.models import Scope, User

    account = User.objects.filter(username=options.name).first()
    if account is None:
        password = getpass.getpass(f"Password for {options.name}: ")
        account = actions.make_account(
            username=options.name, password=password, language=options.language, by="command line"
        )
    elif options.new_password:
        password = getpass.getpass(f"New password for {options.name}: ")
        actions.set_password(user=account, password=password, by="command line")
    if options.role:
        kind, _colon, code = (options.within or "").partition(":")
        scope = Scope.objects.filter(kind=kind, code=code).first()
        if scope is None:
            raise NotFound(kind="programme or cluster", code_given=options.within or "")
        actions.grant_role(user=account, role=options.role, scope=scope, by="command line")
    print(account.username)
    return 0


def token(options: argparse.Namespace) -> int:
    """A key for programs."""
    from nanduti.foundation import actions
    from nanduti.foundation.errors import NotFound
    from nanduti.foundation.models import User

    account = User.objects.filter(username=options.name).first()
    if account is None:
        raise NotFound(kind="account", code_given=options.name)
    print(actions.issue_token(user=account, label=options.label, by="command line")[1])
    return 0


# --- field work


def enrol(options: argparse.Namespace) -> int:
    """A key for a phone; who is enrolled already gets a new one, and the former ends."""
    from datetime import datetime, time, timedelta

    from django.utils import timezone
    from django_scopes import scopes_disabled

    from nanduti.surveys import enrolment
    from nanduti.surveys.actions import enumerators
    from nanduti.surveys.models import Enumerator, Instrument

    with scopes_disabled():
        programme = _programme(options)
        known = Enumerator.objects.filter(programme=programme, code=options.enumerator).first()
        ends = options.last_day and timezone.make_aware(
            datetime.combine(options.last_day + timedelta(days=1), time.min)
        )
        if known is not None:
            made = enumerators.renew_key(enumerator=known, expires_at=ends, by="command line")
        else:
            made = enumerators.enrol(
                programme=programme,
                code=options.enumerator,
                title=options.title,
                cluster=_cluster(options, programme),
                instruments=list(Instrument.objects.filter(programme=programme, code__in=options.instrument)),
                expires_at=ends,
                by="command line",
            )
    base = f"{options.server.rstrip('/')}/collect/{programme.code}"
    address = f"{base}/key/{made.token}"
    if options.qr:
        code = enrolment.settings_code(server_url=address, project=str(programme))
        options.qr.write_bytes(enrolment.image(code, options.qr.suffix.lstrip(".").lower() or "png"))
    said = {
        "programme": programme.code,
        "enumerator": made.enumerator.code,
        "server_url": address,
        "digest": {"server_url": base, "username": made.enumerator.code, "password": made.password},
        "expires_at": ends or None,
        "qr": str(options.qr) if options.qr else None,
    }
    if options.format == "json":
        return _print_json(said)
    print(address)
    return 0


def tidy_files(options: argparse.Namespace) -> int:
    """What a process wrote before it died, and no submission names."""
    from nanduti.surveys import sweeping

    print(f"{sweeping.sweep()} files removed.")
    return 0

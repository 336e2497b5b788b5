"""The verbs of the ``nanduti`` command: those of running and of data here, the others by what they are about."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from . import (
    answer_commands,
    field_commands,
    indicator_commands,
    instrument_commands,
    people_commands,
    plan_commands,
    question_commands,
    upkeep_commands,
)
from .verbs import Add, offer_format, print_json


def add_verbs(add: Add) -> None:
    """Every verb with its options; the bodies import what they need when they run."""
    _add_running(add)
    _add_data(add)
    for module in (
        question_commands,
        plan_commands,
        people_commands,
        field_commands,
        instrument_commands,
        answer_commands,
        indicator_commands,
        upkeep_commands,
    ):
        module.add_verbs(add)


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
    offer_format(import_verb)
    undo_verb = add("undo", undo, "Undo an import as a whole.")
    undo_verb.add_argument("import_id", help="the id that the import printed")
    demo_verb = add("demo", demo, "Load the example programmes and make the demo accounts, once.")
    demo_verb.add_argument("--summary", action="store_true", help="only print what is loaded")
    demo_verb.add_argument("--code", metavar="NAME", help="print the present one-time code of a demo account")


# --- running


def setup(options: argparse.Namespace) -> int:
    """Migrate both databases and compile the catalogues; quick when nothing is new."""
    from nanduti.interface.messages import compile_catalogues

    from . import databases, memory, reaching, soundness
    from . import demo as example

    memory.settle()
    reaching.reach_all()
    compile_catalogues()
    databases.bring_up_to_date()
    soundness.look()
    if options.demo:
        example.load_all_once()
    _say_how_to_begin()
    return 0


def _say_how_to_begin() -> None:
    """Where nobody has an account, how the first one is made."""
    from nanduti.foundation.models import User

    if not User.objects.exists():
        print("Nobody has an account here yet. Make the first: nanduti user NAME --role administrator")


def serve(options: argparse.Namespace) -> int:
    """Hand over to the web server; one process on the embedded database."""
    from django.conf import settings

    from . import at_work, memory, ports, soundness

    if settings.IS_EMBEDDED and options.workers > 1:
        print("The embedded database is served by one process; use PostgreSQL for more.", file=sys.stderr)
        return 2
    if not ports.claim(options.host, options.port):
        print(
            f"Something serves at port {options.port} of {options.host} already; end it or use another --port.",
            file=sys.stderr,
        )
        return 2
    if fault := ports.fault_of(options.host, options.port):
        print(
            f"Nobody can serve at port {options.port} of {options.host}: {fault}. Use another --host or --port; "
            "a port below 1024 may need more rights.",
            file=sys.stderr,
        )
        return 2
    soundness.look()
    at_work.say_so(settings.HOME)
    memory.widen_stacks()
    memory.share_arenas()
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
    from django.conf import settings

    from nanduti.foundation import work

    from . import at_work, memory, soundness

    soundness.look()
    at_work.say_so(settings.HOME)
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
        print_json({"import_id": import_id, **report})
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

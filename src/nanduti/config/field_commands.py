"""The verbs of the ``nanduti`` command about phones in the field and what they leave behind."""

from __future__ import annotations

import argparse
from pathlib import Path

from .verbs import Add, as_day, cluster_of, offer_format, print_json, programme_of


def add_verbs(add: Add) -> None:
    """``enrol`` and ``tidy-files``."""
    enrol_verb = add("enrol", enrol, "Enrol an enumerator: print the server's address for a phone, once.")
    enrol_verb.add_argument("--programme", required=True, help="code of the programme")
    enrol_verb.add_argument("--enumerator", required=True, help="code of the enumerator, new or known")
    enrol_verb.add_argument("--title", default="", help="how the team calls the phone or the person")
    enrol_verb.add_argument("--cluster", help="only the work in this cluster")
    enrol_verb.add_argument(
        "--instrument", action="append", default=[], help="only this form id; may be repeated"
    )
    enrol_verb.add_argument("--last-day", type=as_day, help="the key opens nothing after it, year-month-day")
    enrol_verb.add_argument("--server", default="http://localhost:8000", help="address phones reach us at")
    enrol_verb.add_argument("--qr", type=Path, metavar="FILE", help="write the enrolment code, .png or .svg")
    offer_format(enrol_verb)
    add("tidy-files", tidy_files, "Remove files of posts that broke off more than a day ago.")


def enrol(options: argparse.Namespace) -> int:
    """A key for a phone; who is enrolled already gets a new one, and the former ends."""
    from datetime import datetime, time, timedelta

    from django.utils import timezone
    from django_scopes import scopes_disabled

    from nanduti.surveys import enrolment
    from nanduti.surveys.actions import enumerators
    from nanduti.surveys.models import Enumerator, Instrument

    with scopes_disabled():
        programme = programme_of(options)
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
                cluster=cluster_of(options, programme),
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
        return print_json(said)
    print(address)
    return 0


def tidy_files(options: argparse.Namespace) -> int:
    """What a process wrote before it died, and no submission names."""
    from nanduti.surveys import sweeping

    print(f"{sweeping.sweep()} files removed.")
    return 0

"""The verb ``nanduti instrument``: publish a form, list those of a programme, use one of the library."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .verbs import Add, print_json


def add_verbs(add: Add) -> None:
    """Register the verb with its options."""
    verb = add(
        "instrument", instrument, "Publish a form, list those of a programme, or take one from the library."
    )
    verb.add_argument("what", choices=["publish", "check", "list", "library"], help="what to do")
    verb.add_argument("form", nargs="?", help="an XLSForm workbook, an XForm, or a code of the library")
    verb.add_argument("--programme", help="code of the programme")
    verb.add_argument("--draft", action="store_true", help="publish: leave it a draft that can be tried")
    verb.add_argument(
        "--media", type=Path, action="append", default=[], metavar="FILE", help="a file the form needs"
    )
    verb.add_argument("--output", type=Path, metavar="FILE", help="library: write the workbook here")
    verb.add_argument("--format", choices=["text", "json"], default="text", help="how to print")


def instrument(options: argparse.Namespace) -> int:
    """Do one of them."""
    from django_scopes import scopes_disabled

    needs_form = options.what in ("publish", "check")
    if needs_form and not options.form:
        print("Name the form: an XLSX workbook, an XForm, or a code of the library.", file=sys.stderr)
        return 2
    if options.what in ("publish", "list") and not options.programme:
        print("Name the programme: --programme CODE.", file=sys.stderr)
        return 2
    with scopes_disabled():
        return {"publish": publish, "check": check, "list": list_forms, "library": library_forms}[
            options.what
        ](options)


def _problems(error: Any) -> int:
    for place in error.details["problems"]:
        print(place, file=sys.stderr)
    return 1


def publish(options: argparse.Namespace) -> int:
    """Hand the form in and, unless it is to stay a draft, publish it."""
    from nanduti.programme.queries import programme_by_code
    from nanduti.surveys.actions import instruments as actions
    from nanduti.surveys.errors import FormRefused

    programme = programme_by_code(code=options.programme)
    path = Path(options.form)
    try:
        if path.is_file():
            version = actions.hand_in_form(
                programme=programme, name=path.name, content=path.read_bytes(), by="command line"
            )
        else:
            version = actions.use_library_form(programme=programme, code=options.form, by="command line")
    except FormRefused as error:
        return _problems(error)
    for media in options.media:
        actions.add_media(version=version, name=media.name, content=media.read_bytes(), by="command line")
    if not options.draft and version.state == version.State.DRAFT:
        version = actions.publish(version=version, by="command line")
    said = _said(version)
    if options.format == "json":
        return print_json(said)
    print(
        f"{said['form_id']} version {said['version']}: {said['state']}, {said['questions']} questions in "
        f"{', '.join(said['languages']) or 'one language'}; ODK Validate: {said['validation']}."
    )
    return 0


def _said(version: Any) -> dict[str, Any]:
    return {
        "form_id": version.instrument.code,
        "title": version.instrument.title,
        "version": version.label,
        "state": version.state,
        "questions": version.n_questions,
        "languages": version.languages,
        "validation": version.validation,
        "digest": version.digest,
        "is_open": version.instrument.is_open,
        "draft_token": version.draft_token,
    }


def check(options: argparse.Namespace) -> int:
    """Convert and validate without keeping anything."""
    from django.utils import timezone

    from nanduti.surveys import library, validation
    from nanduti.surveys.errors import FormRefused
    from nanduti.surveys.workbooks import convert, convert_file, version_label

    path, at = Path(options.form), timezone.now()
    try:
        if path.is_file():
            made = convert_file(path.name, path.read_bytes(), at=at)
        else:
            made = convert(
                f"{options.form}.xlsx", library.form(options.form).sheets, version=version_label(at)
            )
    except FormRefused as error:
        return _problems(error)
    result = validation.validate(made.xform)
    for warning in made.warnings:
        print(f"note: {warning.say()}")
    print(
        f"{made.definition.form_id}: {len(made.definition.asked())} questions; ODK Validate: {result.state}."
    )
    if result.report:
        print(result.report)
    return 1 if result.state == "failed" else 0


def list_forms(options: argparse.Namespace) -> int:
    """The versions of a programme's instruments."""
    from nanduti.programme.queries import programme_by_code
    from nanduti.surveys.models import InstrumentVersion

    programme = programme_by_code(code=options.programme)
    versions = InstrumentVersion.objects.filter(instrument__programme=programme).select_related("instrument")
    said = [_said(version) for version in versions.order_by("instrument__code", "-id")]
    if options.format == "json":
        return print_json(said)
    for row in said:
        print(
            f"{row['form_id']:30} {row['version']:16} {row['state']:10} {row['questions']:>4}  {row['title']}"
        )
    return 0


def library_forms(options: argparse.Namespace) -> int:
    """The forms of the library, or the workbook of one."""
    from nanduti.surveys import library
    from nanduti.surveys.workbooks import write_workbook

    if options.form:
        form = library.form(options.form)
        path = options.output or Path(f"{form.code}.xlsx")
        path.write_bytes(write_workbook(form.sheets))
        print(path)
        return 0
    said = [{"code": f.code, "kind": f.kind, "title": f.title, "summary": f.summary} for f in library.forms()]
    if options.format == "json":
        return print_json(said)
    for row in said:
        print(f"{row['code']:22} {row['title']['en']}: {row['summary']['en']}")
    return 0

"""Background work: run the gate over a request; let out what was approved."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from nanduti.foundation.models import User
from nanduti.foundation.work import Progress, job
from nanduti.methods.values import BadInput, NandutiError, mark

from .actions import publications, requests
from .errors import CheckOutdated, MaterialUnclear
from .gate import documents as documents_gate
from .gate import figures as figures_gate
from .gate import records as records_gate
from .gate import tables as tables_gate
from .gate.result import Checked
from .keeping import result_of, secret_of
from .materials.documents import DocumentMaterial
from .materials.figures import FigureMaterial
from .materials.loading import load
from .materials.model import Material
from .models import DisclosureCheck, NoiseKey, ReleaseRequest
from .queries.requests import entries, entries_beside, ledger_stamp


def _check_row(pk: int) -> DisclosureCheck:
    rows = DisclosureCheck._base_manager.select_related(
        "request__programme__scope", "request__scope", "scope"
    )
    return rows.get(pk=pk)


# What is checked, what is let out and its digest are the same whatever language whoever asked reads.
in_one_language = translation.override("en")


@job("release.check")
@in_one_language
def check(progress: Progress, *, check_id: int) -> dict[str, Any]:
    """Read the material, hold it against the rules and against what was shown before, and write down what was found."""
    row = _check_row(check_id)
    by: User | str = progress.row.by or "work"
    try:
        progress.say(0, 4)
        material = load(row.request)
        progress.say(1, 4)
        checked, stamp = run_gate(row.request, material, row.protection, by)
        progress.say(3, 4)
        requests.record_check(check=row, checked=checked, input_digest=material.digest, stamp=stamp, by=by)
    except BadInput as error:
        requests.fail_check(check=row, by=by)
        raise MaterialUnclear(problem=str(error), what_to_do=mark("Ask for other columns.")) from error
    except NandutiError:
        requests.fail_check(check=row, by=by)
        raise
    return {"request": row.request_id}


def run_gate(
    request: ReleaseRequest, material: Material, protection: dict[str, Any], by: User | str
) -> tuple[Checked, str]:
    """What may leave, and the state of the ledger it was held against."""
    programme, population = request.programme, material.population
    stamp = ledger_stamp(programme=programme, population=population)
    earlier = entries(programme=programme, population=population)
    beside = entries_beside(programme=programme, population=population)
    if request.kind == ReleaseRequest.Kind.MICRODATA:
        return records_gate.check(material, protection, earlier, title=request.title), stamp
    if isinstance(material, DocumentMaterial):
        return documents_gate.check(
            material, earlier, title=request.title, threshold=protection["threshold"]
        ), stamp
    if isinstance(material, FigureMaterial):
        return figures_gate.check(material, protection, earlier, title=request.title, beside=beside), stamp
    secret = b""
    if protection["method"] == "noise":
        key = NoiseKey._base_manager.filter(programme=programme).first()
        secret = secret_of(key or publications.make_noise_key(programme=programme, by=by))
    found = tables_gate.check(
        material, protection, earlier, title=request.title, secret=secret, beside=beside
    )
    return found, stamp


@job("release.publish")
@in_one_language
def publish(progress: Progress, *, check_id: int) -> dict[str, Any]:
    """Let out what two people approved, unless the records have changed since they looked."""
    row = _check_row(check_id)
    by: User | str = progress.row.by or "work"
    if row.request.state != ReleaseRequest.State.APPROVED:
        return {}  # done before its worker fell silent
    progress.say(0, 2)
    try:
        material = load(row.request)
        progress.say(1, 2)
        made = publications.publish_release(
            check=row,
            checked=result_of(row),
            input_digest=material.digest,
            population=material.population,
            by=by,
        )
    except (CheckOutdated, MaterialUnclear) as error:
        publications.reopen_request(request=row.request, why=str(error), by=by)
        raise
    return {"publication": made.pk}

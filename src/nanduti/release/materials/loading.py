"""From the kind of a request to its material."""

from __future__ import annotations

from ..models import ReleaseRequest
from . import documents, figures, records, sheets, tables
from .model import Material

LOADERS = {
    ReleaseRequest.Kind.TABLE: tables.load,
    ReleaseRequest.Kind.MICRODATA: records.load,
    ReleaseRequest.Kind.SHEET: sheets.load,
    ReleaseRequest.Kind.INDICATORS: figures.load,
    ReleaseRequest.Kind.STUDY: documents.load,
}


def load(request: ReleaseRequest) -> Material:
    """What the request means, from the records as they stand now."""
    return LOADERS[request.kind](request.programme, request.material)

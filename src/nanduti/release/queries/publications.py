"""What was published, for those who work in the programme: each sees what is meant for them."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from nanduti.foundation.access import Access
from nanduti.foundation.errors import NotFound
from nanduti.programme.models import Programme

from ..models import Publication, PublishedFile, ReleaseRequest

Audience = ReleaseRequest.Audience
# Whom a publication that is not for everybody is meant for, by role; besides those who ask and decide.
READERS = {
    Audience.ASSOCIATION: {"association_officer"},
    Audience.MUNICIPALITY: {"custodian"},
    Audience.RESEARCHER: {"researcher"},
    Audience.RESPONDENTS: {"association_officer", "cda"},
}
INSIDE = ("edit_diagnostics", "approve_release")


def publications(*, programme: Programme, access: Access) -> QuerySet[Publication]:
    """What has left, as far as it is meant for the viewer."""
    rows = Publication.objects.filter(programme=programme).defer("ledger")
    if any(
        access.may(capability, programme.scope_id) or access.may_work(capability, programme.code)
        for capability in INSIDE
    ):
        return rows
    mine = [audience for audience, roles in READERS.items() if roles & access.roles]
    return rows.filter(Q(audience=Audience.PUBLIC) | Q(audience__in=mine))


def publication_by_pk(*, programme: Programme, access: Access, pk: int) -> Publication:
    """The publication, or :class:`NotFound`."""
    found = publications(programme=programme, access=access).filter(pk=pk).first()
    if found is None:
        raise NotFound(kind=_("publication"), code_given=pk)
    return found


def of_request(request: ReleaseRequest) -> Publication | None:
    """What a request has become."""
    return Publication.objects.filter(of_check__request=request).defer("ledger").first()


def files(publication: Publication) -> list[PublishedFile]:
    """The files of a publication in their order."""
    return list(publication.files.order_by("id"))


def file_of(publication: Publication, name: str) -> PublishedFile:
    """One file of it, or :class:`NotFound`."""
    found = publication.files.filter(name=name.replace("\x00", "")[:120]).first()
    if found is None:
        raise NotFound(kind=_("file"), code_given=name[:40])
    return found

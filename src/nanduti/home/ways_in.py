"""Ways in for people who read no programme: the forms that an enumerator fills, an owner's own firm and its sheets."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from nanduti.foundation.access import Access
from nanduti.foundation.models import User
from nanduti.programme.models import Programme
from nanduti.programme.pages import link
from nanduti.register.models import Establishment
from nanduti.release.models import Publication, ReleaseRequest
from nanduti.release.queries import returning
from nanduti.release.sheets import communities
from nanduti.surveys.models import Enumerator, Submission
from nanduti.surveys.queries import filling


def ways_in(access: Access) -> list[dict[str, Any]]:
    """Sections of links; none for whoever has neither forms to fill nor a firm."""
    user = access.user
    if user is None:
        return []
    # What is listed was asked for by right just before; the queries themselves reach beyond the reader's scopes.
    with scopes_disabled():
        return [*_forms(access, user), *_own_firm(access, user)]


def _forms(access: Access, user: User) -> list[dict[str, Any]]:
    codes = {code.partition("/")[0] for pk, code in access.work_codes.items() if access.may("collect", pk)}
    found = []
    for programme in Programme.objects.filter(code__in=codes).order_by("code")[:20]:
        known = Enumerator.objects.filter(user=user, programme=programme).first()
        rows = filling.open_instruments(programme=programme, enumerator=known)[:50]
        links = [link(reverse("surveys:fill", args=(programme.code, row.pk)), str(row)) for row in rows]
        if known is not None:
            links.append(link(reverse("surveys:returned", args=(programme.code,)), _("Sent back to me")))
        nothing = _("No form takes answers at present.")
        found.append(
            {
                "title": _("Forms to fill in: %(programme)s") % {"programme": programme},
                "links": links,
                "intro": "" if rows else nothing,
            }
        )
    return found


def _own_firm(access: Access, user: User) -> list[dict[str, Any]]:
    own = user.organisation_pseudonym
    if not access.may("read_own"):
        return []
    if not own:
        waits = _("Your account is not connected with your firm yet. Ask whoever gave you the account.")
        return [{"title": _("Your firm"), "intro": waits}]
    rows = Establishment.objects.filter(organisation__pseudonym=own, merged_into__isnull=True)
    firms = [f for f in rows.select_related("cluster", "organisation") if returning.may_see_firm(access, f)]
    links = [link(reverse("register:actor", args=(own,)), _("What is written down about it"))]
    links += [
        link(reverse("release:own_sheet", args=(row.programme.code, row.pk)), str(row))
        for row in _sheets(firms)
    ]
    return [{"title": _("Your firm"), "links": links}]


def _sheets(firms: list[Establishment]) -> list[Publication]:
    """The sheets in which the answers of these workshops stand beside those of their community."""
    towns = {f.cluster.code for f in firms if f.cluster}
    rows = Publication.objects.filter(kind=ReleaseRequest.Kind.SHEET, state=Publication.State.PUBLISHED)
    rows = rows.select_related("programme", "of_check__request").defer("ledger", "of_check__sealed")
    there = [
        row
        for row in rows.order_by("-id")[:50]
        if towns & {code for code, _said in communities(row.contents)}
    ]
    answered = set(
        Submission.objects.filter(establishment__in=firms, is_current=True).values_list(
            "instrument__programme", "instrument__code"
        )
    )
    return [
        row for row in there if (row.programme_id, _source(row)) in answered or _source(row) == "register"
    ]


def _source(row: Publication) -> str:
    return str(row.of_check.request.material["source"]).removeprefix("instrument:")

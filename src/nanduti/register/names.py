"""The one door to names: for many pseudonyms at once, as far as the viewer may, each look written down."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.utils import timezone

from nanduti.foundation.access import Access
from nanduti.foundation.languages import in_tongue
from nanduti.vault import looking
from nanduti.vault.queries import Subject

from .folding import fold
from .models import Establishment, Organisation
from .pseudonyms import ESTABLISHMENT, ORGANISATION
from .subjects import of_prefix, subjects_of

NAME = "name"
# In a scope with more names than this a search by name asks for the exact name instead.
SEARCHED_NAMES = 3_000
AT_ONCE = 400


def names_for(*, access: Access, pseudonyms: Iterable[str], at: datetime | None = None) -> dict[str, str]:
    """What to show for each pseudonym: a public name, a name the viewer was granted, else the pseudonym.

    An establishment without a name of its own is called as its enterprise is. Names that come from the vault
    are written down as reveals, in the transaction that opened them.
    """
    asked = list(dict.fromkeys(p for p in pseudonyms if p))
    shown = {p: p for p in asked}
    for start in range(0, len(asked), AT_ONCE):
        shown.update(_names(access, asked[start : start + AT_ONCE], at or timezone.now()))
    return shown


def _names(access: Access, asked: list[str], at: datetime) -> dict[str, str]:
    public = public_names(asked)
    found = public | _kept(access, [p for p in asked if p not in public], at)
    enterprise_of = _enterprises([p for p in of_prefix(asked, ESTABLISHMENT) if p not in found])
    if enterprise_of:
        enterprises = sorted(set(enterprise_of.values()))
        theirs = public_names(enterprises)
        theirs |= _kept(access, [p for p in enterprises if p not in theirs and p not in found], at)
        theirs |= {p: found[p] for p in enterprises if p in found}
        found |= {site: theirs[firm] for site, firm in enterprise_of.items() if firm in theirs}
    return found


def public_names(pseudonyms: Collection[str]) -> dict[str, str]:
    """The names of those that are public, in the reader's language; for everybody."""
    asked = of_prefix(pseudonyms, ORGANISATION)
    if not asked:
        return {}
    rows = Organisation._base_manager.filter(pseudonym__in=asked, is_public=True)
    return {
        pseudonym: in_tongue(name, name_es)
        for pseudonym, name, name_es in rows.values_list("pseudonym", "public_name", "public_name_es")
    }


def _kept(access: Access, pseudonyms: list[str], at: datetime) -> dict[str, str]:
    # Nobody without scopes holds a right, so nobody is asked about.
    if access.user is None or not access.scope_ids or not pseudonyms:
        return {}
    subjects: list[Subject] = subjects_of(pseudonyms)
    seen = looking.look(subjects=subjects, access=access, fields={NAME}, at=at)
    return {pseudonym: values[NAME] for pseudonym, values in seen.items() if NAME in values}


def _enterprises(establishments: list[str]) -> dict[str, str]:
    if not establishments:
        return {}
    rows = Establishment._base_manager.filter(pseudonym__in=establishments)
    return dict(rows.values_list("pseudonym", "organisation__pseudonym"))


def organisations_named(*, access: Access, text: str, at: datetime | None = None) -> list[int]:
    """The organisations whose kept name holds these words, among those whose names the viewer may see anyway.

    Nothing is shown here and so nothing is written down: what the page then shows goes through :func:`names_for`.
    """
    words = fold(text)
    if len(words) < 3:
        return []
    scopes = looking.scopes_whose_names_show(access=access, at=at or timezone.now())
    if not scopes:
        return []
    firms = Organisation._base_manager.filter(scope__in=scopes, is_public=False)
    sites = Establishment._base_manager.filter(scope__in=scopes)
    own = dict(firms.values_list("pseudonym", "id")[: SEARCHED_NAMES + 1])
    own |= dict(sites.values_list("pseudonym", "organisation_id")[: SEARCHED_NAMES + 1])
    if len(own) > 2 * SEARCHED_NAMES:
        return []
    matching = looking.pseudonyms_named(pseudonyms=list(own), matches=lambda name: words in fold(name))
    return sorted({own[pseudonym] for pseudonym in matching})


def scopes_named(*, access: Access, at: datetime | None = None) -> list[int]:
    """The scopes in which the viewer may see every name today; nothing is opened for it."""
    return looking.scopes_whose_names_show(access=access, at=at or timezone.now())

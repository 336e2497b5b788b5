"""The page where a form is filled in a browser, online and offline; what it does stands in frontend/src/form."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django_scopes import scopes_disabled

from nanduti.foundation import languages
from nanduti.foundation.errors import NotFound
from nanduti.interface import assets
from nanduti.interface.middleware import answer
from nanduti.interface.saying import say
from nanduti.programme.models.programmes import in_language

from ..collecting import Collector, collector_of
from ..errors import DoorError, NotYetCollecting
from ..models import Instrument, InstrumentVersion
from ..queries import filling
from ..queries.callers import Caller, caller_by_draft, caller_by_token
from ..queries.reviews import returned_to

View = Callable[..., HttpResponse]
WORKER = re.compile(r"worker-[\w-]{8,16}\.js")
# The form engine's XPath parser is WebAssembly; recordings are heard before they are sent.
POLICY = {"script-src": ["'wasm-unsafe-eval'"], "media-src": [SELF, "blob:"]}


def shell(view: View) -> View:
    """A page that works offline: its own policy, and nothing kept by the browser's ordinary cache."""
    return csp_update(POLICY)(cache_control(private=True, no_cache=True)(view))


def config_of(
    *, owner: str, version: InstrumentVersion, base: str, here: str, submission: str, **more: Any
) -> dict[str, Any]:
    """What the page needs to know; no answer and no name of a person stands in it, since it is kept offline."""
    return {
        "owner": owner,
        "instrument": str(version.instrument_id),
        "title": title_of(version.instrument),
        "formId": version.instrument.code,
        "version": version.label,
        "digest": version.digest,
        "language": languages.tongue(),
        "trial": False,
        "edit": None,
        "properties": {},
        **more,
        "urls": {
            "form": f"{base}/forms/{version.pk}/form.xml",
            "manifest": f"{base}/forms/{version.pk}/manifest",
            "submission": submission,
            "scope": here,
            "worker": f"{here}sw.js",
            **more.get("urls", {}),
        },
    }


def title_of(instrument: Instrument) -> str:
    """The instrument in the reader's language."""
    return in_language(instrument, "title") or instrument.code


def filled(request: HttpRequest, config: dict[str, Any], *, home: str, where: str) -> HttpResponse:
    """The page, with what it needs to know."""
    front = assets.entry("fill")
    context = {
        "config": config,
        "title": config["title"],
        "home": home,
        "where": where,
        "css": [*assets.entry("main")["css"], *front["css"]],
        "js": front["js"],
    }
    return render(request, "surveys/fill.html", context)


# --- somebody who has signed in


@login_required
@shell
def fill(request: HttpRequest, programme: str, pk: int) -> HttpResponse:
    """Fill an instrument, signed in."""
    who = collector_or_start(request, programme, pk)
    if isinstance(who, HttpResponse):
        return who
    with scopes_disabled():
        version = filling.newest_version(instrument=who.instrument)
        if version is None:
            raise NotFound(kind="instrument", code_given=str(pk))
        here = reverse("surveys:fill", args=(programme, pk))
        config = config_of(
            owner=who.owner,
            version=version,
            base=here.rstrip("/"),
            here=here,
            submission=f"{here}submission",
            properties={"username": who.user.username},
            urls={"signIn": f"{reverse('account_login')}?next={here}"},
        )
    # Whoever only asks reads no programme; their forms stand on the first page.
    home = reverse("home:programme", args=(programme,)) if who.frame.may("read") else reverse("home:welcome")
    return filled(request, config, home=home, where=str(who.frame.programme))


def collector_or_start(request: HttpRequest, programme: str, pk: int) -> Collector | HttpResponse:
    """Who fills; for somebody who never did here, a page with the button that makes them an enumerator."""
    if request.method == "POST":
        collector_of(request, programme, pk, enrol=True)
        return redirect(request.path)
    try:
        return collector_of(request, programme, pk)
    except NotYetCollecting:
        with scopes_disabled():  # it was found above
            title = title_of(Instrument.objects.get(pk=pk))
        state = _("Your answers will carry your name, as those of an enumerator do. You are asked this once.")
        return render(request, "surveys/fill_start.html", {"title": title, "state": state})


# --- an enumerator with a key and no account; a draft that is tried


def with_key(view: View) -> View:
    """Find whose key stands in the address; what a phone would be told becomes a page."""

    @functools.wraps(view)
    def shown(request: HttpRequest, programme: str, token: str, **named: Any) -> HttpResponse:
        with scopes_disabled():  # a key reaches its own programme, which every query below names
            try:
                if named.pop("kind") == "test":
                    caller = caller_by_draft(programme_code=programme, token=token)
                else:
                    caller = caller_by_token(programme_code=programme, token=token, at=timezone.now())
            except DoorError as error:
                return answer(request, say(error), error.status)
            return view(request, caller, **named)

    return shown


@shell
@with_key
def key_forms(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The forms that a key opens."""
    instruments = filling.open_instruments(programme=caller.programme, enumerator=caller.enumerator)
    rows = [(title_of(row), reverse("collect:fill", args=(*key_of(caller), row.pk))) for row in instruments]
    context = {
        "title": _("Forms to fill in"),
        "rows": rows,
        "where": str(caller.programme),
        "returned": returned_to(enumerator_ids=[caller.enumerator.pk]) if caller.enumerator else [],
    }
    return render(request, "surveys/fill_forms.html", context | {"css": assets.entry("main")["css"]})


@shell
@with_key
def key_fill(request: HttpRequest, caller: Caller, pk: int) -> HttpResponse:
    """Fill an instrument with a key."""
    rows = filling.open_instruments(programme=caller.programme, enumerator=caller.enumerator)
    instrument = rows.filter(pk=pk).first()
    version = filling.newest_version(instrument=instrument) if instrument else None
    if version is None or caller.enumerator is None:
        raise NotFound(kind="instrument", code_given=str(pk))
    here = reverse("collect:fill", args=(*key_of(caller), pk))
    config = config_of(
        owner=f"enumerator-{caller.enumerator.pk}",
        version=version,
        base=caller.base,
        here=here,
        submission=f"{caller.base}/submission",
        properties={"username": caller.enumerator.code},
    )
    home = reverse("collect:fill_forms", args=key_of(caller))
    return filled(request, config, home=home, where=str(caller.programme))


@shell
@with_key
def try_draft(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Try a version before it is published; the answers are kept apart."""
    version = caller.draft
    if version is None:
        raise NotFound(kind="instrument", code_given="")
    here = reverse("collect:try", args=key_of(caller))
    config = config_of(
        owner=f"draft-{version.pk}",
        version=version,
        base=caller.base,
        here=here,
        submission=f"{caller.base}/submission",
        trial=True,
        instrument=f"{version.instrument_id}-trial",
    )
    return filled(request, config, home="", where=str(caller.programme))


def key_of(caller: Caller) -> tuple[str, str]:
    """Programme and key, as addresses take them."""
    return caller.programme.code, caller.base.rsplit("/", 1)[1]


# --- the service worker


@cache_control(no_cache=True)
def worker(request: HttpRequest, **_named: Any) -> HttpResponse:
    """The service worker, at an address within the page's own, so that it reaches no other page."""
    name = request.GET.get("w", "")
    path = finders.find(f"nanduti/assets/{name}") if WORKER.fullmatch(name) else None
    if not path:
        raise Http404
    return HttpResponse(Path(path).read_bytes(), content_type="text/javascript; charset=utf-8")

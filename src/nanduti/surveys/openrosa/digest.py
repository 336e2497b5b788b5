"""Digest: a user name and a password, for phones whose server address carries no key (RFC 2617, MD5)."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import unquote

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from ..errors import KeyRefused, SignInNeeded
from ..models import Enumerator
from ..queries.callers import Caller, is_in_force
from ..tokens import realm_of
from .calls import Call

NONCE_SECONDS = 600
PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


def by_digest(call: Call, programme_code: str) -> Caller:
    """The enumerator who knows the password (RFC 2617, MD5; ``qop=auth`` or none)."""
    realm = realm_of(programme_code)
    said = _digest_said(call.headers["Authorization"])
    if not said:
        raise SignInNeeded(realm=realm, stale=False)
    rows = Enumerator.objects.select_related("programme__scope", "scope")
    enumerator = (
        rows.filter(programme__code=programme_code, code=said.get("username", "")[:80])
        .exclude(digest_secret="")
        .first()
    )
    # Somebody unknown costs as much as somebody known.
    secret = enumerator.digest_secret if enumerator else "0" * 32
    is_right = hmac.compare_digest(_answer(secret, call.method, said), said.get("response", "").encode())
    if enumerator is None or not is_right or not _is_of(call, said, realm):
        raise SignInNeeded(realm=realm, stale=False)
    if not is_fresh(said.get("nonce", ""), realm):
        raise SignInNeeded(realm=realm, stale=True)
    if not is_in_force(enumerator, timezone.now()):
        raise KeyRefused()
    return Caller(enumerator.programme, f"/collect/{programme_code}", enumerator)


def challenge(error: SignInNeeded) -> str:
    """What the phone needs to answer; ``stale``: its former answer was right and only too old."""
    realm = error.details["realm"]
    said = f'Digest realm="{realm}", qop="auth", algorithm=MD5, nonce="{fresh_nonce(realm)}"'
    return f"{said}, stale=true" if error.details["stale"] else said


def _digest_said(header: str) -> dict[str, str]:
    scheme, _blank, rest = header.partition(" ")
    if scheme.lower() != "digest":
        return {}
    return {name.lower(): quoted or plain for name, quoted, plain in PARAMETER.findall(rest[:4000])}


def _answer(secret: str, method: str, said: dict[str, str]) -> bytes:
    asked = _md5(f"{method}:{said.get('uri', '')}")
    nonce = said.get("nonce", "")
    if said.get("qop"):
        middle = f"{nonce}:{said.get('nc', '')}:{said.get('cnonce', '')}:{said['qop']}"
    else:
        middle = nonce
    return _md5(f"{secret}:{middle}:{asked}").encode()


def _is_of(call: Call, said: dict[str, str], realm: str) -> bool:
    """An answer holds for the address, realm and method it was made for, and for no other."""
    path, _mark, query = said.get("uri", "").partition("?")
    if "://" in path:
        path = "/" + path.split("://", 1)[1].partition("/")[2]
    return (
        unquote(path) == call.path
        and query == (call.environ.get("QUERY_STRING") or "")
        and said.get("realm") == realm
        and said.get("qop", "auth") == "auth"
        and said.get("algorithm", "MD5").upper() == "MD5"
    )


def fresh_nonce(realm: str, at: float | None = None) -> str:
    """A nonce that carries its own time and our signature, so that none has to be remembered."""
    moment = int(time.time() if at is None else at).to_bytes(8, "big")
    return urlsafe_b64encode(moment + _signature(moment, realm)).decode()


def is_fresh(nonce: str, realm: str) -> bool:
    """Whether we made it, for this realm, a short while ago."""
    try:
        raw = urlsafe_b64decode(nonce.encode("ascii"))
    except ValueError:
        return False
    moment, signature = raw[:8], raw[8:]
    if not hmac.compare_digest(signature, _signature(moment, realm)):
        return False
    return -5 <= time.time() - int.from_bytes(moment, "big") <= NONCE_SECONDS


def _signature(moment: bytes, realm: str) -> bytes:
    return salted_hmac("nanduti.surveys.nonce", moment + realm.encode(), settings.SECRET_KEY).digest()[:16]


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

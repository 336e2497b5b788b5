"""The example programme and the accounts with which a newcomer looks around."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.utils import timezone
from django_scopes import scopes_disabled

from nanduti.foundation import actions
from nanduti.foundation.errors import NotFound
from nanduti.foundation.models import Scope, User
from nanduti.methods.values import counted

from .examples import import_once

PROGRAMME = "india-italy-twinning"
PASSWORD = "nanduti-demo"

# name, role, scope, what to look at
ACCOUNTS = [
    ("coordinator", "coordinator", f"programme:{PROGRAMME}", "the whole programme"),
    ("cda-leather", "cda", "cluster:chennai-leather", "one cluster, as its development agent"),
    ("committee", "committee_member", f"programme:{PROGRAMME}", "plans, money and results, read only"),
    ("custodian", "custodian", f"programme:{PROGRAMME}", "contact requests (asks for a one-time code)"),
    (
        "administrator",
        "administrator",
        f"programme:{PROGRAMME}",
        "people and roles (asks for a one-time code)",
    ),
    ("researcher", "researcher", f"programme:{PROGRAMME}", "safe data only"),
]
# Those of the second example beside the ones above, who work in it too.
MORE_ACCOUNTS = [("cda-garments", "the garment workshops of three towns, as their development agent")]


def load_all_once() -> None:
    """Every example that is not there yet, saying which part is loaded; then what is there."""
    load_once()
    load_garments_once(say=lambda part: part and print(f"· example: {part}", flush=True))
    load_small_examples_once()
    print_summary()


def load_once() -> bool:
    """Import the example and make the accounts, unless they are there; safe to repeat after a killed run."""
    is_new = import_once(PROGRAMME)
    for name, role, within, _about in ACCOUNTS:
        _account(name, role, within)
    _instruments()
    return is_new


def load_garments_once(say: Callable[[str], None] = lambda part: None) -> bool:
    """The second example: garment workshops, made up, whose answers come in by the door of the field work.

    ``say`` is told the part that begins. Whether anything was loaded.
    """
    from nanduti.config.garments import loading

    import_once(loading.PROGRAMME)
    for name, role, within in loading.ACCOUNTS:
        _account(name, role, within)
    if loading.is_complete():
        return False
    loading.load_answers(say=say)
    loading.load_diagnosis(say=say)
    return True


# Folder of examples → the programme in it: single methods on published figures.
SMALL = {"kapferer-tailor-shop": "tailor-shop", "jalisco-apparel": "jalisco-agrem"}


def load_small_examples_once() -> None:
    """Kapferer's tailor shop for the relation map, and Jalisco's tables for sectors."""
    for name, programme in SMALL.items():
        import_once(name)
        for account, role in (("coordinator", "coordinator"), ("researcher", "researcher")):
            _account(account, role, f"programme:{programme}")


# Forms of the library that are ready to be filled: what every cluster begins with.
FORMS = ("workshop_census", "visit_log")


def _instruments() -> None:
    from nanduti.programme.models import Programme
    from nanduti.surveys.actions import instruments
    from nanduti.surveys.models import Instrument

    with scopes_disabled():
        programme = Programme.objects.get(code=PROGRAMME)
        there = Instrument.objects.filter(programme=programme).values_list("library_code", flat=True)
        for code in set(FORMS) - set(there):
            draft = instruments.use_library_form(programme=programme, code=code, by="demo")
            instruments.publish(version=draft, by="demo")


def _account(name: str, role: str, within: str) -> None:
    user = User.objects.filter(username=name).first()
    if user is None:
        user = actions.make_account(username=name, password=PASSWORD, is_demo=True, by="demo")
    kind, _colon, code = within.partition(":")
    scope = Scope.objects.get(kind=kind, code=code)
    if not user.grants.filter(role=role, scope=scope).exists():
        actions.grant_role(user=user, role=role, scope=scope, by="demo", at=timezone.now())
    if role in {"custodian", "administrator"}:
        _second_factor(user)


def _second_factor(user: User) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal import auth

    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        auth.TOTP.activate(user, auth.generate_totp_secret())


def one_time_code(name: str) -> str:
    """The present code of a demo account's second factor; of no other account."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal import auth
    from allauth.mfa.utils import decrypt

    row = Authenticator.objects.filter(
        user__username=name, user__is_demo=True, type=Authenticator.Type.TOTP
    ).first()
    if row is None:
        raise NotFound(kind="demo account with a second factor", code_given=name)
    secret = decrypt(row.data["secret"])
    return auth.format_hotp_value(auth.hotp_value(secret, int(time.time()) // 30))


def print_summary() -> None:
    """What is loaded, and who can sign in to look at it."""
    from nanduti.plans.models import Activity
    from nanduti.programme.models import CooperationAgreement, Coverage, Programme, Statement
    from nanduti.register.models import Organisation
    from nanduti.surveys.models import InstrumentVersion, Submission

    with scopes_disabled():
        for programme in Programme.objects.all():
            print(f"Programme: {programme.title} ({programme.code})")
            n_clusters = Coverage.objects.filter(programme=programme).values("cluster").distinct().count()
            n_agreements = CooperationAgreement.objects.filter(programme=programme).count()
            n_activities = Activity.objects.filter(plan__programme=programme).count()
            n_statements = Statement.objects.filter(programme=programme).count()
            n_forms = Submission.objects.filter(programme=programme, is_current=True).count()
            there = (
                (n_clusters, "cluster", "clusters"),
                (n_agreements, "agreement", "agreements"),
                (n_activities, "activity", "activities"),
                (n_statements, "statement", "statements"),
                (n_forms, "filled form", "filled forms"),
            )
            print("  " + ", ".join(f"{n} {counted(n, one, several)}" for n, one, several in there if n))
        print(f"Register: {Organisation.objects.count()} organisations")
        published = InstrumentVersion.objects.filter(state=InstrumentVersion.State.PUBLISHED)
        rows = published.select_related("instrument__programme")
        for version in rows.order_by("instrument__programme", "id"):
            form = version.instrument
            print(f"Form: {form.title} ({form.code}), ready to be filled in {form.programme.code}")
    if User.objects.filter(is_demo=True).exists():
        print(f"Demo accounts (password {PASSWORD}):")
        for name, *_where, about in [*ACCOUNTS, *MORE_ACCOUNTS]:
            print(f"  {name:15} {about}")
        print("  One-time codes: nanduti demo --code custodian")

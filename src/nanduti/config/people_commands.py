"""The verbs of the ``nanduti`` command about accounts and their tokens."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .verbs import Add

if TYPE_CHECKING:
    from nanduti.foundation.models import Scope, User


def add_verbs(add: Add) -> None:
    """``user`` and ``token``."""
    user_verb = add("user", user, "Make an account, give it a role within a scope, or a new password.")
    user_verb.add_argument("name", help="user name")
    user_verb.add_argument(
        "--new-password", action="store_true", help="ask for a new one: theirs is forgotten"
    )
    user_verb.add_argument("--role", help="code of a role, such as coordinator")
    user_verb.add_argument(
        "--within", help="programme:CODE or cluster:CODE; left out, an administrator of the installation"
    )
    user_verb.add_argument(
        "--organisation", metavar="CODE", help="the organisation of the register that the account stands for"
    )
    user_verb.add_argument(
        "--person", metavar="PSEUDONYM", help="the person of the register whose account it is"
    )
    user_verb.add_argument("--language", choices=["en", "es"], default="en", help="language of the account")
    token_verb = add("token", token, "Issue an API token for an account; it is shown once.")
    token_verb.add_argument("name", help="user name")
    token_verb.add_argument("--label", default="command line", help="what the token is for")


def user(options: argparse.Namespace) -> int:
    """Make an account, or give it a new password; passwords are asked for, never given on the command line."""
    import getpass

    from nanduti.foundation import actions
    from nanduti.foundation.models import User

    account = User.objects.filter(username=options.name).first()
    if account is None:
        password = getpass.getpass(f"Password for {options.name}: ")
        account = actions.make_account(
            username=options.name, password=password, language=options.language, by="command line"
        )
    elif options.new_password:
        password = getpass.getpass(f"New password for {options.name}: ")
        actions.set_password(user=account, password=password, by="command line")
    if options.role:
        scope = _scope(options.within)
        actions.grant_role(user=account, role=options.role, scope=scope, by="command line")
    if options.organisation:
        _stand_for(account, options.organisation)
    if options.person:
        _be(account, options.person)
    print(account.username)
    return 0


def _scope(within: str | None) -> Scope:
    """The scope that the command line names; where it names none, the installation."""
    from nanduti.foundation.errors import NotFound
    from nanduti.foundation.models import Scope

    if not within:
        return Scope.of_installation()
    kind, _colon, code = within.partition(":")
    scope = Scope.objects.filter(kind=kind, code=code).exclude(kind=Scope.Kind.INSTALLATION).first()
    if scope is None:
        raise NotFound(kind="programme or cluster", code_given=within)
    return scope


def _stand_for(account: User, code: str) -> None:
    from django.db.models import Q
    from django_scopes import scopes_disabled

    from nanduti.foundation import actions
    from nanduti.foundation.errors import NotFound
    from nanduti.register.models import Organisation

    with scopes_disabled():
        found = Organisation.objects.filter(Q(code=code) | Q(pseudonym=code)).first()
    if found is None:
        raise NotFound(kind="organisation", code_given=code)
    actions.stand_for(user=account, organisation=found.pseudonym, by="command line")


def _be(account: User, pseudonym: str) -> None:
    from django_scopes import scopes_disabled

    from nanduti.foundation import actions
    from nanduti.foundation.errors import NotFound
    from nanduti.register.models import Person

    with scopes_disabled():
        found = Person.objects.filter(pseudonym=pseudonym.upper()).first()
    if found is None:
        raise NotFound(kind="person", code_given=pseudonym)
    actions.stand_for(user=account, person=found.pseudonym, by="command line")


def token(options: argparse.Namespace) -> int:
    """A key for programs."""
    from nanduti.foundation import actions
    from nanduti.foundation.errors import NotFound
    from nanduti.foundation.models import User

    account = User.objects.filter(username=options.name).first()
    if account is None:
        raise NotFound(kind="account", code_given=options.name)
    print(actions.issue_token(user=account, label=options.label, by="command line")[1])
    return 0

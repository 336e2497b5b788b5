"""Verbs of the floor: accounts, roles, tokens."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from nanduti.methods.values import PersonError, mark

from .audit import action, note
from .errors import NotFound
from .models import ApiToken, Grant, Scope, User
from .roles import BY_CODE


class PasswordTooWeak(PersonError):
    """A password that could be guessed."""

    code = "foundation.password_too_weak"
    title = mark("This password is too weak")
    sentence = mark("{why}")
    remedy = mark("Take a longer one that is no common word: four words in a row are good.")


class NameTaken(PersonError):
    """A user name that somebody else has."""

    code = "foundation.name_taken"
    title = mark("This user name is taken")
    sentence = mark("There is an account with that name already.")
    remedy = mark("Choose another name.")


class EndsBeforeItBegins(PersonError):
    """A role until a day that lies before its first one."""

    code = "foundation.ends_before_it_begins"
    title = mark("Ends before it begins")
    sentence = mark("The role would end on {until}, before it begins on {since}.")
    remedy = mark("Take a later last day, or leave it empty.")


class OnlyAdministrators(PersonError):
    """A role within the installation itself that has nothing to do there."""

    code = "foundation.only_administrators"
    title = mark("Only administrators work here")
    sentence = mark("Within the installation as a whole there are administrators and no other role.")
    remedy = mark("Give this role within a programme or a cluster.")


@action("foundation.stand_for")
def stand_for(
    *,
    user: User,
    organisation: str | None = None,
    person: str | None = None,
    by: User | str,
    at: datetime | None = None,
) -> User:
    """Say for which organisation or person of the register an account stands, by pseudonym; empty for nobody.

    What is not given stays. The account then sees what the vault keeps of them, so this is for the operator and for
    custodians. Rules that ask what an organisation may read look at the roles of its accounts.
    """
    said = {"organisation": organisation, "person": person}
    said = {name: pseudonym for name, pseudonym in said.items() if pseudonym is not None}
    for name, pseudonym in said.items():
        setattr(user, f"{name}_pseudonym", pseudonym)
    user.save(update_fields=[f"{name}_pseudonym" for name in said])
    note(subject=user, **said)
    return user


@action("foundation.make_account")
def make_account(
    *,
    username: str,
    password: str,
    language: str = "",
    is_demo: bool = False,
    by: User | str,
    at: datetime | None = None,
) -> User:
    """An account without any right; roles are granted apart. Demo accounts may have a simple password."""
    if User.objects.filter(username__iexact=username).exists():
        raise NameTaken()
    if not is_demo:
        _refuse_weak(password, None)
    return User.objects.create_user(username=username, password=password, language=language, is_demo=is_demo)


def _refuse_weak(password: str, user: User | None) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordTooWeak(why=" ".join(error.messages)) from None


@action("foundation.set_password")
def set_password(*, user: User, password: str, by: User | str, at: datetime | None = None) -> User:
    """A new password for somebody who has forgotten theirs; it ends their sessions everywhere."""
    _refuse_weak(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    note(subject=user)
    return user


@action("foundation.grant_role")
def grant_role(
    *,
    user: User,
    role: str,
    scope: Scope | None,
    since: date | None = None,
    until: date | None = None,
    by: User | str,
    at: datetime,
) -> Grant:
    """Give somebody a role within a scope; given again, its span is renewed."""
    if role not in BY_CODE:
        raise NotFound(kind="role", code_given=role)
    if scope is None:
        raise NotFound(kind="programme or cluster", code_given="")
    if scope.kind == Scope.Kind.INSTALLATION and role != "administrator":
        raise OnlyAdministrators()
    since = since or at.date()
    if until is not None and until < since:
        raise EndsBeforeItBegins(since=since, until=until)
    grant, _made = Grant.objects.update_or_create(
        user=user,
        role=role,
        scope=scope,
        defaults={
            "since": since,
            "until": until,
            "given_by": by if isinstance(by, User) else None,
        },
    )
    note(subject=grant, scope=scope, role=role)
    return grant


@action("foundation.end_role")
def end_role(*, grant: Grant, by: User | str, at: datetime) -> Grant:
    """End a role today; it stays on record."""
    grant.until = max(grant.since, at.date())
    grant.save(update_fields=["until"])
    note(subject=grant, scope=grant.scope, role=grant.role)
    return grant


@action("foundation.issue_token")
def issue_token(
    *, user: User, label: str, by: User | str, at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A key for a program that acts for an account; its clear text is returned once and never kept."""
    token, clear = ApiToken.issue(user, label)
    note(subject=token, label=label)
    return token, clear


@action("foundation.revoke_token")
def revoke_token(*, token: ApiToken, by: User | str, at: datetime) -> ApiToken:
    """Make a key useless at once."""
    token.revoked_at = at
    token.save(update_fields=["revoked_at"])
    return token

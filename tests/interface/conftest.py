"""A few people, and rooms hung into the frame, for the tests of the furniture."""

from __future__ import annotations

import datetime

import pytest

# Models are imported inside the fixtures: this file is read before Django has been set up.

PASSWORD = "four-plain-words-here"


@pytest.fixture
def scope(db):
    from nanduti.foundation.models import Scope

    return Scope.objects.create(kind=Scope.Kind.PROGRAMME, code="villa-rica", title="Villa Rica")


@pytest.fixture
def make_user(scope):
    """``make_user("lucia", "cda")``: an account with a role in the programme."""

    from nanduti.foundation.models import Grant, User

    def make(username: str, role: str = "", **values) -> User:
        user = User.objects.create_user(username=username, password=PASSWORD, **values)
        if role:
            Grant.objects.create(user=user, role=role, scope=scope, since=datetime.date(2020, 1, 1))
        return user

    return make


@pytest.fixture
def lucia(make_user):
    """A cluster development agent."""
    return make_user("lucia", "cda")


@pytest.fixture
def furnished(monkeypatch):
    """A frame as it looks when rooms hang in it."""
    from nanduti.interface import navigation

    empty = navigation._Registry({}, [], [], [], "")
    monkeypatch.setattr(navigation, "_registry", empty)
    choice = navigation.Choice
    navigation.register(
        items=[
            navigation.Item("today", "Today", "/style/page/", order=1, on_phone=True),
            navigation.Item("register", "Register", "/style/form/", order=2, on_phone=True),
            navigation.Item("style", "Style", "style", order=3),
        ],
        programmes=lambda request: [
            choice("India–Italy twinning", "/style/", is_current=True),
            choice("Another programme", "/style/page/"),
        ],
        clusters=lambda request: [
            choice("Chennai leather", "/style/", is_current=True),
            choice("Pune auto", "/style/"),
        ],
        steps=lambda request: [
            navigation.Step(n, "/style/page/", state)
            for n, state in enumerate(("done", "done", "half", "half", "begun", "done", "begun", "none"), 1)
        ],
        search="/style/page/",
    )
    return navigation

"""Every verb has a witness: what changes the world is an action, and an action writes its audit event."""

from __future__ import annotations

import inspect
import pkgutil
import re
from importlib import import_module

import nanduti
from nanduti.foundation import audit
from nanduti.foundation.deeds import named_deeds


def action_modules():
    """``nanduti.<room>.actions``, and its parts where a room has many."""
    for module in pkgutil.walk_packages(nanduti.__path__, "nanduti."):
        if re.fullmatch(r"nanduti\.\w+\.actions(\.\w+)*", module.name):
            yield import_module(module.name)


def public_functions(module):
    for name, function in vars(module).items():
        here = getattr(function, "__module__", None) == module.__name__
        if inspect.isfunction(function) and here and not name.startswith("_"):
            yield function


def test_every_public_function_of_an_actions_module_is_an_action():
    for module in action_modules():
        for function in public_functions(module):
            code = getattr(function, "action_code", None)
            assert code, f"{module.__name__}.{function.__name__} is public and no @action: give it a witness"
            assert audit.ACTIONS[code] is function


def test_every_action_has_words_on_the_page_of_deeds():
    """A line in ``deeds.yaml`` of the room: the verb, in English and in Spanish; and no line for what is no more."""
    import_module("nanduti.config.urls")  # and with it every module whose verbs a page leads to
    every = {f.action_code for module in action_modules() for f in public_functions(module)}
    shipped = {code for code, verb in audit.ACTIONS.items() if verb.__module__.startswith("nanduti.")}
    assert set(named_deeds()) == every | shipped
    assert all(said and said_es for said, said_es in named_deeds().values())


def test_the_code_of_an_action_begins_with_its_room():
    for module in action_modules():
        room = module.__name__.split(".")[1]
        for function in public_functions(module):
            assert function.action_code.startswith(f"{room}."), function.action_code


def test_every_action_says_what_it_does():
    for module in action_modules():
        for function in public_functions(module):
            assert function.__doc__, f"{function.action_code} has no first line"

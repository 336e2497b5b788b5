"""All that both databases hold, to set against what they held before."""

from __future__ import annotations

from django.apps import apps

# What an import writes down about itself.
OWN = {"foundation.importbatch", "foundation.importchange", "foundation.auditevent"}


def everything() -> dict[str, list]:
    """Every row of both databases but those in which imports are written down."""
    found = {}
    for model in apps.get_models():
        label = model._meta.label_lower
        if label in OWN or not model.__module__.startswith("nanduti."):
            continue
        names = [f.attname for f in model._meta.concrete_fields if f.attname not in {"changed_at", "version"}]
        alias = "vault" if model._meta.app_label == "vault" else "default"
        found[label] = sorted(map(repr, model._base_manager.using(alias).values_list(*names)))
    return found

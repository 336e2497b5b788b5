"""Untrusted text → clean values, for the way in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.models import Scope
from nanduti.foundation.roles import ROLES
from nanduti.interface.forms import DayField, NandutiForm


def scope_name(scope: Scope) -> str:
    """What a scope's programme or cluster is called in the reader's language."""
    if scope.kind == Scope.Kind.INSTALLATION:
        return str(scope.get_kind_display())
    named = getattr(scope, "programme", None) or getattr(scope, "cluster", None)
    return str(named or scope.title or scope.code)


def scope_in_words(scope: Scope) -> str:
    """What a scope is, and what its programme or cluster is called."""
    name, kind = scope_name(scope), scope.get_kind_display()
    return name if scope.kind == Scope.Kind.INSTALLATION else f"{kind}: {name}"


class UploadForm(NandutiForm):
    """A file of tables."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("A ZIP of CSV files, an XLSX workbook, or one CSV file named after its table."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.zip,.yaml,.yml"}),
    )


class GrantForm(NandutiForm):
    """A role for somebody, within a programme or a cluster."""

    username = forms.CharField(label=_("User name"), max_length=80)
    password = forms.CharField(
        label=_("First password"),
        max_length=128,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Only for a new account; the person changes it after signing in."),
    )
    role = forms.ChoiceField(label=_("Role"), choices=[("", "–"), *((r.code, _(r.title)) for r in ROLES)])
    scope = forms.ModelChoiceField(label=_("Within"), queryset=Scope.objects.none())
    until = DayField(
        label=_("Until"), required=False, help_text=_("The first day on which the role no longer holds.")
    )

    def __init__(self, *args, scope_ids, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        kinds = [Scope.Kind.PROGRAMME, Scope.Kind.CLUSTER, Scope.Kind.INSTALLATION]
        rows = (
            Scope.objects.filter(pk__in=scope_ids, kind__in=kinds)
            .exclude(code="*")
            .select_related("programme", "cluster")
            .order_by("kind", "title")
        )
        self.fields["scope"].queryset = rows
        self.fields["scope"].label_from_instance = scope_in_words

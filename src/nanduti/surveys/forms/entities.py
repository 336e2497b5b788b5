"""What somebody types about entities and their lists."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from nanduti.interface.forms import NandutiForm

from ..models import EntityList


class EntityListForm(NandutiForm):
    """A list that forms choose from."""

    name = forms.SlugField(
        label=_("Name"),
        max_length=100,
        help_text=_("As forms call it: letters, digits, - and _, such as firms. It cannot be changed later."),
    )
    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("What it lists"), choices=EntityList.Kind.choices, initial="own")
    assigned = forms.BooleanField(
        label=_("Each enumerator gets only the firms assigned to them in a sample"), required=False
    )
    needs_approval = forms.BooleanField(
        label=_("What phones add enters the list only when a supervisor has accepted it"), required=False
    )


class ResolveForm(NandutiForm):
    """How a clash is settled: for each property what shall hold."""

    resolution = forms.CharField(
        label=_("Why"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args, names=(), present=None, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        self.names = list(names)
        for name in self.names:
            label = _("Label") if name == "label" else name
            self.fields[f"p_{name}"] = forms.CharField(
                label=label, required=False, max_length=2_000, initial=(present or {}).get(name, "")
            )
        self.order_fields([*(f"p_{name}" for name in self.names), "resolution"])

    def chosen(self) -> dict[str, str]:
        """What shall hold, where it differs from the present."""
        values = {name: self.cleaned_data.get(f"p_{name}", "") for name in self.names}
        return {n: v for n, v in values.items() if v != (self.fields[f"p_{n}"].initial or "")}

"""Forms of the register's records. Identifying fields are never filled beforehand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanduti.foundation.fields import WHEN_HELP
from nanduti.interface.forms import DayField, EditForm, NandutiForm
from nanduti.vault.fields import Field

from .. import countries, sectors
from ..models import Cluster, Organisation, Place, SizeBand, Stakeholder
from ..pseudonyms import is_well_formed, tidy

UNKNOWN = ("", gettext_lazy("(not known)"))
KEPT_HELP = gettext_lazy("Kept in the vault. Leave it empty to leave what is kept as it is.")
LONG_TEXT = 4_000


def country_choices() -> list[tuple[str, Any]]:
    return [UNKNOWN, *countries.choices()]


def size_choices() -> list[tuple[str, Any]]:
    return [UNKNOWN, *SizeBand.choices]


def text(label: Any, length: int = 200, *, needed: bool = False, **more: Any) -> forms.CharField:
    """A line of text."""
    return forms.CharField(label=label, max_length=length, required=needed, **more)


def kept(field: Field, length: int = 200, **more: Any) -> forms.CharField:
    """A line of text that goes to the vault and is never shown by a form."""
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    more = {"label": field.label.capitalize, "help_text": KEPT_HELP} | more
    return forms.CharField(max_length=length, required=False, widget=widget, **more)


def long_text(label: Any, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, max_length=LONG_TEXT, required=False, widget=widget, **more)


class Chosen(forms.ModelChoiceField):
    """One record by its code, so that addresses and tests need no numbers."""

    def __init__(self, queryset: QuerySet, **kwargs: Any) -> None:
        kwargs.setdefault("to_field_name", "code")
        kwargs.setdefault("required", False)
        kwargs.setdefault("empty_label", gettext_lazy("(none)"))
        super().__init__(queryset, **kwargs)


def place_field() -> Chosen:
    return Chosen(Place.objects.order_by("name"), label=gettext_lazy("Place (city or estate)"))


def cluster_field(**more: Any) -> Chosen:
    return Chosen(Cluster._base_manager.none(), label=gettext_lazy("Cluster"), **more)


class Identifying:
    """Splits what a form took into columns of the register and values for the vault."""

    IDENTITY: tuple[str, ...] = ()

    def identity(self) -> dict[str, str]:
        """The filled identifying fields: an empty one leaves what is kept."""
        data = self.cleaned_data  # type: ignore[attr-defined]
        return {name: data[name] for name in self.IDENTITY if data.get(name)}

    def columns(self) -> dict[str, Any]:
        """The values of the register."""
        data = self.cleaned_data  # type: ignore[attr-defined]
        return {name: value for name, value in data.items() if name not in (*self.IDENTITY, "version")}


# --- organisations

# What an agent knows at the door comes first.
ORGANISATION_ORDER = (
    "kind", "cluster", "name", "phone", "contact_person", "email", "tax_number", "place", "country_code", "size_band",
    "is_public", "public_name", "public_name_es", "note", "note_es",
)  # fmt: skip


class _OrganisationFields(Identifying, forms.Form):
    IDENTITY = ("name", "contact_person", "phone", "email", "tax_number")

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Organisation.Kind.choices)
    cluster = cluster_field(help_text=gettext_lazy("Leave empty for bodies that belong to no cluster."))
    place = place_field()
    country_code = forms.ChoiceField(label=gettext_lazy("Country"), choices=country_choices, required=False)
    size_band = forms.ChoiceField(label=gettext_lazy("Size"), choices=size_choices, required=False)
    is_public = forms.BooleanField(
        label=gettext_lazy("Shown by name"),
        required=False,
        help_text=gettext_lazy("For public bodies, institutions, associations and large firms."),
    )
    public_name = text(gettext_lazy("Public name"), help_text=gettext_lazy("Only if it is shown by name."))
    public_name_es = text(gettext_lazy("Public name in Spanish"))
    name = kept(Field.NAME)
    contact_person = kept(Field.CONTACT_PERSON)
    phone = kept(Field.PHONE, 60)
    email = kept(Field.EMAIL)
    tax_number = kept(Field.TAX_NUMBER, 40)
    note = long_text(gettext_lazy("Note"))
    note_es = long_text(gettext_lazy("Note in Spanish"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, present = self.fields["country_code"], self.initial.get("country_code")
        if present and present not in dict(field.choices):  # type: ignore[attr-defined]
            field.choices = [*field.choices, (present, present)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("is_public") and not data.get("public_name"):
            self.add_error("public_name", _("Write the name that is shown, such as “Institute of Weaving”."))
        return data


class WithClusters:
    """Offers the clusters in whose register the viewer may write."""

    def offer_clusters(self, clusters: list[Cluster], *, is_needed: bool = False) -> Any:
        field = self.fields["cluster"]  # type: ignore[attr-defined]
        field.queryset = Cluster._base_manager.filter(pk__in=[c.pk for c in clusters]).order_by("name")
        field.required = is_needed
        if is_needed and len(clusters) == 1:
            field.initial = clusters[0].pk
        return self


class _New(NandutiForm):
    """For somebody who is not in the register yet: nothing is kept, so nothing can be left as it is."""

    IDENTITY: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.IDENTITY:
            if self.fields[name].help_text == KEPT_HELP:
                self.fields[name].help_text = _("Goes to the vault and is not shown.")


class OrganisationForm(WithClusters, _OrganisationFields, _New):
    """Register an organisation."""

    field_order = ORGANISATION_ORDER

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("is_public") and not data.get("name"):
            self.add_error("name", _("Write the name; it goes to the vault and is not shown."))
        return data


class EditOrganisationForm(WithClusters, _OrganisationFields, EditForm):
    """Change an organisation."""

    field_order = ORGANISATION_ORDER


# --- establishments


class _EstablishmentFields(Identifying, forms.Form):
    IDENTITY = ("name", "contact_person", "phone", "address", "latitude", "longitude")

    cluster = cluster_field()
    place = place_field()
    activity = text(
        gettext_lazy("Main activity"), 120, help_text=gettext_lazy("A code or words, such as 1410 or sewing.")
    )
    activity_scheme = text(
        gettext_lazy("List of activities"), 40, help_text=gettext_lazy("With its revision, such as ISIC 4.")
    )
    n_workers = forms.IntegerField(
        label=gettext_lazy("Workers"), min_value=0, max_value=9_999_999, required=False
    )
    size_band = forms.ChoiceField(
        label=gettext_lazy("Size"),
        choices=size_choices,
        required=False,
        help_text=gettext_lazy("Left empty, it follows from the workers."),
    )
    name = kept(Field.NAME)
    contact_person = kept(Field.CONTACT_PERSON)
    phone = kept(Field.PHONE, 60)
    address = kept(Field.ADDRESS, 300)
    latitude = forms.DecimalField(
        label=Field.LATITUDE.label.capitalize, min_value=-90, max_value=90, max_digits=9, decimal_places=6,
        required=False, help_text=gettext_lazy("Degrees with a point, such as -25.387. Kept in the vault."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    longitude = forms.DecimalField(
        label=Field.LONGITUDE.label.capitalize, min_value=-180, max_value=180, max_digits=9, decimal_places=6,
        required=False, help_text=KEPT_HELP,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (data.get("latitude") is None) != (data.get("longitude") is None):
            self.add_error(
                "latitude" if data.get("latitude") is None else "longitude",
                _("Fill both coordinates or none."),
            )
        return data

    def identity(self) -> dict[str, str]:
        data = {name: self.cleaned_data.get(name) for name in self.IDENTITY}
        return {
            name: value if isinstance(value, str) else format(value, "f")
            for name, value in data.items()
            if value not in (None, "")
        }


class EstablishmentForm(WithClusters, _EstablishmentFields, _New):
    """Register an establishment."""

    # One of these tells it from the firm's other ones.
    TELLING = ("place", "activity", "n_workers", "name", "contact_person", "phone", "address", "latitude")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not any(data.get(name) or name in self.errors for name in self.TELLING):
            self.add_error("place", _("Say at least where it is, what it makes, or how many work there."))
        return data


class EditEstablishmentForm(WithClusters, _EstablishmentFields, EditForm):
    """Change an establishment."""


class MergeForm(NandutiForm):
    """Say which other record is the same establishment."""

    absorbed = text(
        gettext_lazy("The other record"),
        40,
        needed=True,
        help_text=gettext_lazy("Its pseudonym, such as W-7K3QDX…"),
    )
    reason = text(gettext_lazy("How do you know?"), 500, needed=True)

    def clean_absorbed(self) -> str:
        pseudonym = tidy(self.cleaned_data["absorbed"])
        if not is_well_formed(pseudonym) or not pseudonym.startswith("W-"):
            raise forms.ValidationError(
                _("This is not the pseudonym of an establishment; check each character.")
            )
        return pseudonym


# --- people


class _PersonFields(Identifying, forms.Form):
    IDENTITY = ("name", "phone", "email")

    name = kept(Field.NAME)
    phone = kept(Field.PHONE, 60)
    email = kept(Field.EMAIL)


class _PostFields(forms.Form):
    title = text(gettext_lazy("Post"), 160, needed=True)
    title_es = text(gettext_lazy("Post in Spanish"), 160)
    since_text = text(gettext_lazy("Since"), help_text=WHEN_HELP)
    until_text = text(gettext_lazy("Until"))


class PostForm(_PostFields, NandutiForm):
    """A further post of somebody who is in the register."""

    organisation = text(
        gettext_lazy("Organisation"), 40, needed=True,
        help_text=gettext_lazy("The pseudonym that stands in the register, such as E-7K3QDXK."),
    )  # fmt: skip
    field_order = ("organisation",)


class EditPostForm(_PostFields, EditForm):
    """Correct or end a post."""


class PersonForm(_PostFields, _PersonFields, _New):
    """Register a person with the post they hold."""

    field_order = ("name", "phone", "email")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("name"):
            self.add_error("name", _("Write the name; it goes to the vault and is not shown."))
        return data


class EditPersonForm(_PersonFields, EditForm):
    """Correct what the vault keeps about a person."""


# --- belonging, roles, facts


class JoinClusterForm(WithClusters, NandutiForm):
    """Say that an organisation belongs to a cluster."""

    cluster = cluster_field()
    since_on = DayField(label=gettext_lazy("Since"), required=False)


class EndForm(EditForm):
    """End a membership."""

    until_on = DayField(
        label=gettext_lazy("Ends on"), help_text=gettext_lazy("The first day on which it no longer holds.")
    )


class MembershipForm(EditForm):
    """Correct since when and until when somebody belonged."""

    since_on = DayField(label=gettext_lazy("Since"), required=False)
    until_on = DayField(
        label=gettext_lazy("Ends on"),
        required=False,
        help_text=gettext_lazy("The first day on which it no longer holds; empty while it lasts."),
    )


class JoinAssociationForm(NandutiForm):
    """Say that an organisation is a member of an association."""

    association = forms.ModelChoiceField(
        Organisation._base_manager.none(), to_field_name="pseudonym", label=gettext_lazy("Association")
    )
    since_on = DayField(label=gettext_lazy("Since"), required=False)


class _RoleFields(forms.Form):
    since_text = text(gettext_lazy("Since"), help_text=WHEN_HELP)
    until_text = text(gettext_lazy("Until"))
    sector = forms.ChoiceField(
        label=gettext_lazy("Sector"), required=False, help_text=gettext_lazy("Of a partner, as it is stated.")
    )
    is_new_partner = forms.NullBooleanField(
        label=gettext_lazy("New and unusual partner"),
        required=False,
        help_text=gettext_lazy("Somebody with whom such work was not done before."),
    )
    note = long_text(gettext_lazy("Note"), help_text=gettext_lazy("Of a partner: what the partnership is."))
    note_es = long_text(gettext_lazy("Note in Spanish"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sector"].choices = [("", _("(not known)")), *sectors.choices()]  # type: ignore[attr-defined]


class RoleForm(WithClusters, _RoleFields, NandutiForm):
    """Give an organisation a role toward a cluster."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=[("", gettext_lazy("(choose)")), *Stakeholder.Role.choices]
    )
    cluster = cluster_field()
    field_order = ("role", "cluster")


class EditRoleForm(_RoleFields, EditForm):
    """Change or end a role."""


class ReasonForm(NandutiForm):
    """A deed that needs a reason."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), min_length=8, max_length=1_000, widget=forms.Textarea(attrs={"rows": 2})
    )


class ClusterForm(EditForm):
    """Change what a cluster is called and where it is."""

    name = text(gettext_lazy("Name"), 160, needed=True)
    name_es = text(gettext_lazy("Name in Spanish"), 160)
    place = place_field()
    trade = text(gettext_lazy("Trade"), 120)
    trade_es = text(gettext_lazy("Trade in Spanish"), 120)
    trade_scheme = text(gettext_lazy("List of activities"), 40)
    trade_code = text(gettext_lazy("Activity code"), 20)

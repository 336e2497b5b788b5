"""Untrusted text → clean values, for twinnings."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.languages import in_tongue
from nanduti.interface.forms import EditForm, MoneyField, NandutiForm, ShownChoice
from nanduti.methods import twinning as rules
from nanduti.methods.values import Money
from nanduti.programme import codes
from nanduti.programme.forms import WhenField, text
from nanduti.register.forms.finding import FindingForm, OrganisationField
from nanduti.register.forms.records import country_choices
from nanduti.register.models import Organisation

from .models import BusinessInterest, DealTask, Linkage
from .models.linkages import PartyType
from .models.twinnings import Priority

LARGEST_FILE = 10 * 1024 * 1024


def offer(field: forms.ChoiceField, value: object) -> None:
    """Offer what the record says already, so that saving the rest does not lose what came with an import."""
    if value and str(value) not in {str(code) for code, _said in field.choices}:
        field.choices = [*field.choices, (value, codes.said(codes.INSTITUTIONS, str(value)))]


class EvidenceForm(NandutiForm):
    """What shows that a gate is passed."""

    evidence_kind = forms.ChoiceField(label=_("What the gate asks for"))
    label = text(_("What it shows"), max_length=300, required=True)
    label_es = text(_("What it shows, in Spanish"), max_length=300)
    when_text = WhenField(label=_("When"))
    source_place = text(_("Where it stands"), help_text=_("Minute, document, page."))
    file = forms.FileField(
        label=_("The document itself"),
        required=False,
        max_length=255,
        help_text=_("Up to 10 MB. Only those who work with this cluster can open it."),
    )

    def clean_file(self):  # type: ignore[no-untyped-def]
        """The name and bytes of the file, or nothing."""
        handed = self.cleaned_data["file"]
        if handed is None:
            return None
        if handed.size > LARGEST_FILE:
            raise forms.ValidationError(
                _("This file has %(size)s; up to 10 MB can be kept. Hand in the pages that matter."),
                code="large",
                params={"size": filesizeformat(handed.size)},
            )
        return handed.name, handed.read()

    def __init__(self, *args, step: int, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        wanted = rules.eight_steps()[step - 1].evidence
        self.fields["evidence_kind"].choices = [(e.code, in_tongue(e.label, e.label_es)) for e in wanted]


class EditEvidenceForm(EditForm, EvidenceForm):
    """A piece of evidence that is corrected; its document stays unless another one is handed in or it is taken away."""

    without_file = forms.BooleanField(label=_("Take the document away"), required=False)

    def __init__(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        offer(self.fields["evidence_kind"], self.initial.get("evidence_kind"))
        present = self.record.file
        if present is None:
            del self.fields["without_file"]
        else:
            self.fields["file"].label = _("Another document in place of “%(name)s”") % {"name": present.name}

    @classmethod
    def values_of(cls, record):  # type: ignore[no-untyped-def]
        """What stands in the fields; a browser never fills the one for a file."""
        return {name: value for name, value in super().values_of(record).items() if name != "file"}

    def values(self):  # type: ignore[no-untyped-def]
        """The clean values; ``file`` only where the document changes."""
        values = super().values()
        leaves = values.pop("without_file", False)
        if values["file"] is None and not leaves:
            del values["file"]
        return values


class EditTwinningForm(EditForm):
    """When a twinning began and ended, and what came of it."""

    started = WhenField(label=_("Started"))
    ended = WhenField(label=_("Ended"))
    outcome = text(_("What came of it"), max_length=5000, rows=3)
    outcome_es = text(_("What came of it, in Spanish"), max_length=5000, rows=3)


class NewTwinningForm(NandutiForm):
    """Two clusters that are to learn from and trade with each other."""

    emerging = ShownChoice(label=_("Emerging cluster"), queryset=None)
    advanced = ShownChoice(label=_("Advanced cluster"), queryset=None)
    started = WhenField(label=_("Started"))

    def __init__(self, *args, clusters, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        for name in ("emerging", "advanced"):
            self.fields[name].queryset = clusters


class LinkageForm(FindingForm):
    """A working connection between parties of the two clusters."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Linkage.Kind.choices)
    label = text(_("What it is about"), max_length=300, required=True)
    label_es = text(_("What it is about, in Spanish"), max_length=300)
    from_type = forms.ChoiceField(
        label=_("Kind of the side of the emerging cluster"), choices=PartyType.choices
    )
    from_organisation = OrganisationField(label=_("Who"), required=False)
    to_type = forms.ChoiceField(
        label=_("Kind of the side of the advanced cluster"), choices=PartyType.choices
    )
    to_organisation = OrganisationField(label=_("With whom"), required=False)
    stage = forms.ChoiceField(label=_("Stage"), choices=Linkage.Stage.choices)
    started = WhenField(label=_("Started"))
    signed = WhenField(label=_("Signed"))
    money = MoneyField(label=_("Amount"), required=False)
    override_reason = text(
        _("Why a rule is put aside"),
        max_length=1000,
        rows=2,
        help_text=_("Only where a rule refuses and you go ahead all the same. It is kept on record."),
    )

    def __init__(self, *args, near=None, **kwargs) -> None:  # type: ignore[no-untyped-def]
        """``near``: by field, the public bodies of that side, which may lie abroad."""
        super().__init__(*args, **kwargs)
        for name, rows in (near or {}).items():
            self.fields[name].offer_near(rows)

    def values(self):  # type: ignore[no-untyped-def]
        """The clean values with amount and currency apart, without the reason."""
        values = dict(self.cleaned_data)
        values.pop("override_reason")
        money = values.pop("money")
        return {
            **values,
            "amount": money.amount if money else None,
            "currency": money.currency if money else "",
        }


class EditLinkageForm(EditForm, LinkageForm):
    """A linkage that is corrected."""

    @classmethod
    def values_of(cls, record):  # type: ignore[no-untyped-def]
        known = super().values_of(record)
        return known | {"money": None if record.amount is None else Money(record.amount, record.currency)}

    def values(self):  # type: ignore[no-untyped-def]
        return {name: value for name, value in LinkageForm.values(self).items() if name != "version"}


class PartnerForm(NandutiForm):
    """A partner abroad that stands in no register yet."""

    name = text(
        _("Name"),
        required=True,
        help_text=_("The name of a firm goes to the vault and is not shown; that of a public body is."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("(choose)")), *Organisation.Kind.choices])
    country_code = forms.ChoiceField(label=_("Country"), choices=country_choices)


class TopicForm(NandutiForm):
    """A topic and its place on each side's agenda."""

    topic = text(_("Topic"), required=True)
    topic_es = text(_("Topic in Spanish"))
    priority_emerging = forms.ChoiceField(
        label=_("For the emerging cluster"), choices=[("", _("not asked")), *Priority.choices], required=False
    )
    priority_advanced = forms.ChoiceField(
        label=_("For the advanced cluster"), choices=[("", _("not asked")), *Priority.choices], required=False
    )


class EditTopicForm(EditForm, TopicForm):
    """A topic that is corrected."""


class InterestForm(NandutiForm):
    """What a kind of stakeholder of one side hopes to gain, and to whom it sells."""

    side = forms.ChoiceField(label=_("Side"), choices=BusinessInterest.Side.choices)
    stakeholder_type = forms.ChoiceField(
        label=_("Kind of stakeholder"),
        choices=[*PartyType.choices, ("support_firm", _("maker of machines, chemicals or materials"))],
    )
    business_interest = text(_("What it hopes to gain"), max_length=300, required=True)
    business_interest_es = text(_("What it hopes to gain, in Spanish"), max_length=300)
    gain = forms.TypedChoiceField(
        label=_("How much"),
        choices=[("", _("not asked")), ("0", _("nothing")), ("0.5", _("something")), ("1", _("much"))],
        coerce=Decimal,
        empty_value=None,
        required=False,
    )
    end_market = text(
        _("To whom it sells in the end"),
        max_length=120,
        help_text=_("Several with a semicolon. Who sells to the same buyers competes."),
    )
    value_chain_position = text(_("Place in the value chain"), max_length=120)


class EditInterestForm(EditForm, InterestForm):
    """A hoped-for gain that is corrected."""

    def __init__(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        for name in ("stakeholder_type", "gain"):
            offer(self.fields[name], self.initial.get(name))

    @classmethod
    def values_of(cls, record):  # type: ignore[no-untyped-def]
        gain = None if record.gain is None else Decimal(f"{record.gain.normalize():f}")
        return super().values_of(record) | {"gain": gain}


class TaskForm(NandutiForm):
    """A task on the way to a deal."""

    label = text(_("Task"), required=True)
    label_es = text(_("Task in Spanish"))
    phase = forms.ChoiceField(label=_("Phase"), choices=DealTask.Phase.choices)
    payer = forms.ChoiceField(
        label=_("Who pays"),
        choices=[
            ("", "–"),
            ("project", _("the programme")),
            ("firm", _("the firms")),
            ("donor", _("a donor")),
        ],
        required=False,
    )
    executor = forms.ChoiceField(
        label=_("Who does it"),
        choices=[
            ("", "–"),
            ("cda", _("the cluster agent")),
            ("broker", _("a commercial entity")),
            ("association", _("an association")),
            ("firm", _("the firms")),
        ],
        required=False,
    )


class EditTaskForm(EditForm, TaskForm):
    """A task that is corrected."""

    def __init__(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        for name in ("payer", "executor"):
            offer(self.fields[name], self.initial.get(name))

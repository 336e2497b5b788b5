"""Untrusted text → clean values, for plans and activities."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from nanduti.interface import words
from nanduti.interface.forms import DayField, EditForm, MoneyField, NandutiForm, ShownChoice
from nanduti.interface.navigation import STEP_TITLES
from nanduti.methods.values import Money
from nanduti.programme import queries as programmes
from nanduti.programme.forms import WhenField, override_field
from nanduti.programme.forms import text as text_field
from nanduti.register.forms.finding import FindingForm, OrganisationField

from . import labour
from .fields import Bodies, IndicatorField, ObjectiveField, Objectives, bodies_near, indicators_used
from .kinds import KINDS
from .models import ActionPlan, Activity, Contribution, Milestone, Participation, Vision

BLANK = [("", "–")]


def _choices(choices, blank: bool = True):  # type: ignore[no-untyped-def]
    return (BLANK if blank else []) + list(choices)


class ActivityForm(EditForm):
    """An activity of a plan."""

    folded = (
        "label_es",
        "activity_class",
        "step",
        "spillover",
        "indicator",
        "indicator_text",
        "target",
        "better",
        "agent_role",
        "override_reason",
    )
    label = text_field(_("What"), max_length=300, required=True)
    label_es = text_field(_("What, in Spanish"), max_length=300)
    kind = forms.ChoiceField(label=_("Kind"), choices=_choices((k.code, _(k.title)) for k in KINDS.values()))
    organisers = Bodies(
        label=_("Organised by"),
        queryset=None,
        required=False,
        help_text=_("Who goes to the firms or trains them."),
    )
    activity_class = forms.ChoiceField(
        label=_("Class"), choices=_choices(Activity.Class.choices), required=False
    )
    step = forms.TypedChoiceField(
        label=_("Step"),
        choices=_choices((n, format_lazy("{} {}", n, title)) for n, title in STEP_TITLES.items()),
        coerce=int,
        empty_value=None,
        required=False,
    )
    date_text = WhenField(label=_("When"))
    owner = ShownChoice(
        label=_("Who answers for it"),
        queryset=None,
        required=False,
        help_text=_("One body that can be asked when it is late."),
    )
    location = text_field(_("Place"))
    objective = ObjectiveField(label=_("Serves"), queryset=None, required=False, empty_label="–")
    joint_benefit = forms.ChoiceField(
        label=_("Who benefits"), choices=Activity.Benefit.choices, initial=Activity.Benefit.UNKNOWN
    )
    spillover = text_field(_("What others gain from it"), max_length=2000, rows=2)
    n_participants = forms.IntegerField(label=_("Participants"), min_value=0, required=False)
    participant_unit = forms.ChoiceField(
        label=_("Counted in"), choices=_choices(Participation.Unit.choices), required=False
    )
    money = MoneyField(label=_("Cost"), required=False)
    payer = text_field(_("Who pays"), max_length=120)
    indicator = IndicatorField(
        label=_("Indicator that it is to move"),
        queryset=None,
        required=False,
        help_text=_("One that the programme follows, or in your own words below."),
    )
    indicator_text = text_field(_("Or in your own words"), help_text=_("For example “firms that export”."))
    target = forms.DecimalField(
        label=_("Target"), max_digits=18, decimal_places=4, required=False, localize=False
    )
    better = forms.ChoiceField(
        label=_("Which way is better"), choices=Activity.Better.choices, required=False
    )
    agent_role = forms.ChoiceField(
        label=_("What the agent does in it"),
        required=False,
        choices=_choices(Activity.AgentRole.choices),
        help_text=_(
            "An agent brings others together; providing, building, selling and paying is left to them."
        ),
    )
    override_reason = override_field()

    def __init__(self, *args, programme, objectives, holding=frozenset(), **kwargs) -> None:  # type: ignore[no-untyped-def]
        """``objectives`` to choose from; ``holding``: the rows of the wordings of visions that hold, by number."""
        super().__init__(*args, **kwargs)
        self.fields["objective"].holding = holding
        self.fields["objective"].queryset = objectives
        here = [body.pk for body in labour.organisers(self.record)] if self.record else []
        clusters = {c.pk for c in programmes.clusters(programme=programme)}
        self.fields["organisers"].offer(bodies_near(programme, here), clusters)
        owner = [self.record.owner_id] if self.record and self.record.owner_id else []
        self.fields["owner"].queryset = bodies_near(programme, owner)
        self.fields["indicator"].queryset = indicators_used(programme)

    def clean_better(self) -> str:
        return self.cleaned_data["better"] or Activity.Better.MORE

    def clean_money(self):  # type: ignore[no-untyped-def]
        return _not_negative(self.cleaned_data["money"], _("A cost is not less than nothing."))

    def clean_organisers(self):  # type: ignore[no-untyped-def]
        return sorted(self.cleaned_data["organisers"], key=lambda body: body.pk)

    @classmethod
    def values_of(cls, record):  # type: ignore[no-untyped-def]
        from nanduti.methods.values import Money

        values = super().values_of(record)
        values["organisers"] = labour.organisers(record)
        values["money"] = Money(record.cost, record.currency) if record.cost is not None else None
        values["target"] = _short(record.target)
        return values

    def values(self):  # type: ignore[no-untyped-def]
        values = super().values()
        money = values.pop("money")
        return {
            **values,
            "cost": money.amount if money else None,
            "currency": money.currency if money else "",
        }


class NewActivityForm(ActivityForm):
    """A new activity, in one of the plans that the writer may change."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0, min_value=0)
    plan = forms.ModelChoiceField(label=_("Plan"), queryset=None)
    field_order = ["plan", "label", "label_es", "kind"]

    def __init__(self, *args, plans, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = plans
        if len(plans) == 1:
            self.fields["plan"].initial = plans[0]
        self.fields["objective"].with_plan = len(plans) > 1


def _not_negative(money, said):  # type: ignore[no-untyped-def]
    if money is not None and money.amount < 0:
        raise forms.ValidationError(said, code="negative")
    return money


def _short(value):  # type: ignore[no-untyped-def]
    """A number without the zeros that its column adds: 9, not 9.0000."""
    return value if value is None or value % 1 else value.quantize(Decimal(1))


class ReportForm(EditForm):
    """What became of an activity: when it was held, what it cost in the end, what it moved."""

    reported_status = forms.ChoiceField(
        label=_("What became of it"),
        choices=[("", _("still open")), *Activity.Status.choices],
        required=False,
    )
    done_on = DayField(label=_("Held on"), required=False)
    spent = MoneyField(
        label=_("Spent"),
        required=False,
        help_text=_("What it cost in the end, in the currency of the planned cost."),
    )
    reached = forms.DecimalField(
        label=_("Reached"), max_digits=18, decimal_places=4, required=False, localize=False
    )

    def __init__(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        if self.record and self.record.spent is None and self.record.currency:
            self.initial["spent"] = [None, self.record.currency]
        target = self.record.target if self.record else None
        if target is None and (self.record is None or self.record.reached is None):
            del self.fields["reached"]
        elif target is not None:
            self.fields["reached"].help_text = _("The target is %(target)s.") % {
                "target": words.number(target)
            }

    @classmethod
    def values_of(cls, record):  # type: ignore[no-untyped-def]
        known = super().values_of(record)
        spent = None if record.spent is None else Money(record.spent, record.currency)
        return known | {"spent": spent, "reached": _short(record.reached)}

    def clean_spent(self):  # type: ignore[no-untyped-def]
        return _not_negative(self.cleaned_data["spent"], _("What was spent is not less than nothing."))


class RevisionForm(NandutiForm):
    """A plan that is kept as it was agreed."""

    agreed_on = WhenField(label=_("Agreed on"))
    reason = text_field(
        _("Why it is different now"),
        max_length=2000,
        rows=3,
        required=True,
        help_text=_("In a sentence: the fair was postponed, a partner withdrew. No names of persons."),
    )
    reason_es = text_field(_("The same in Spanish"), max_length=2000, rows=3)
    agreed_by = text_field(
        _("Agreed by"), max_length=300, help_text=_("For example “steering committee, third meeting”.")
    )
    n_participants = forms.IntegerField(
        label=_("How many took part"), min_value=0, max_value=1_000_000, required=False
    )

    def __init__(self, *args, is_baseline: bool, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        if is_baseline:
            # Nothing has been changed yet that would need a reason.
            del self.fields["reason"], self.fields["reason_es"]


class CorrectRevisionForm(EditForm):
    """How the reason of a revision is worded; nothing else of it is ever changed."""

    reason = text_field(_("Why it is different now"), max_length=2000, rows=3)
    reason_es = text_field(_("The same in Spanish"), max_length=2000, rows=3)


class ParticipationForm(FindingForm):
    """Who took part: an organisation, or a counted group."""

    organisation = OrganisationField(label=_("Organisation"), required=False)
    group_label = text_field(
        _("Or a group"), max_length=120, help_text=_("For example “supervisors of ten firms”.")
    )
    role = forms.ChoiceField(label=_("Role"), choices=Participation.Role.choices)
    count = forms.IntegerField(label=_("How many"), min_value=1, initial=1)
    unit = forms.ChoiceField(label=_("Counted in"), choices=Participation.Unit.choices)
    is_newcomer = forms.NullBooleanField(label=_("For the first time"), required=False)
    is_in_group = forms.BooleanField(
        label=_("Belongs to a group that is counted here"),
        required=False,
        help_text=_("Then it is named and not counted a second time."),
    )
    override_reason = override_field()

    def clean(self):  # type: ignore[no-untyped-def]
        clean = super().clean()
        is_named = clean.get("organisation") or "organisation" in self.errors
        if not is_named and not clean.get("group_label"):
            self.add_error("group_label", _("Name an organisation or a group."))
        return clean


class ContributionForm(FindingForm):
    """What a stakeholder promised or gave."""

    contributor = OrganisationField(label=_("Who"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Contribution.Kind.choices)
    state = forms.ChoiceField(label=_("State"), choices=Contribution.State.choices)
    is_local = forms.BooleanField(
        label=_("From the cluster itself"),
        required=False,
        initial=True,
        help_text=_(
            "Not of the programme, a donor or a partner abroad; the local share is worked out from it."
        ),
    )
    money = MoneyField(label=_("Value"), required=False)
    basis = text_field(_("How valued"), help_text=_("For example “3 days at the local daily rate”."))
    given_on = WhenField(label=_("When"))
    override_reason = override_field()

    def clean_money(self):  # type: ignore[no-untyped-def]
        money = self.cleaned_data["money"]
        if money is not None and money.amount < 0:
            raise forms.ValidationError(_("What somebody gives is not less than nothing."), code="negative")
        return money

    def values(self):  # type: ignore[no-untyped-def]
        """The clean values with amount and currency apart."""
        values = dict(self.cleaned_data)
        money = values.pop("money")
        return {
            **values,
            "amount": money.amount if money else None,
            "currency": money.currency if money else "",
        }


class EditContributionForm(EditForm, ContributionForm):
    """A contribution that is corrected, or a pledge that was kept."""

    @classmethod
    def values_of(cls, record):  # type: ignore[no-untyped-def]
        known = super().values_of(record)
        return known | {"money": None if record.amount is None else Money(record.amount, record.currency)}

    def values(self):  # type: ignore[no-untyped-def]
        return {name: value for name, value in ContributionForm.values(self).items() if name != "version"}


class MilestoneForm(NandutiForm):
    """A sign that the programme has got somewhere."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Milestone.Kind.choices)
    label = text_field(_("What happened"), max_length=300, required=True)
    label_es = text_field(_("What happened, in Spanish"), max_length=300)
    reached_on = WhenField(label=_("When"))
    count = forms.IntegerField(label=_("How many"), min_value=0, initial=1)


class EditMilestoneForm(EditForm, MilestoneForm):
    """A milestone that is corrected."""


def _took_part():  # type: ignore[no-untyped-def]
    return text_field(
        _("Who took part"),
        max_length=2000,
        rows=2,
        help_text=_(
            "Bodies and groups, such as “the two associations and twelve firms”; no names of persons."
        ),
    )


def _n_participants() -> forms.IntegerField:
    return forms.IntegerField(label=_("How many took part"), min_value=0, max_value=1_000_000, required=False)


def _every_months() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("To be looked at again after months"),
        min_value=1,
        max_value=600,
        required=False,
        help_text=_(
            "Twelve is our suggestion; the training kit says “from time to time”. Empty: nobody is reminded."
        ),
    )


class VisionForm(NandutiForm):
    """A vision that was agreed."""

    text = text_field(_("Vision"), max_length=5000, required=True, rows=4)
    text_es = text_field(_("Vision in Spanish"), max_length=5000, rows=4)
    agreed_on = WhenField(label=_("Agreed on"))
    n_participants = _n_participants()
    took_part = _took_part()
    every_months = _every_months()


class LookAgainForm(NandutiForm):
    """What stakeholders decided when they looked at their vision again."""

    outcome = forms.ChoiceField(
        label=_("What was decided"),
        choices=[choice for choice in Vision.Outcome.choices if choice[0]],
        widget=forms.RadioSelect,
    )
    agreed_on = WhenField(label=_("When they met"), required=True)
    text = text_field(
        _("The vision from now on"),
        max_length=5000,
        rows=4,
        help_text=_("Leave it as it stands if it was confirmed. The earlier wording stays on record."),
    )
    text_es = text_field(_("The same in Spanish"), max_length=5000, rows=4)
    priorities = Objectives(
        label=_("Priorities of the vision from now on"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whatever serves none of them is pointed out."),
    )
    n_participants = _n_participants()
    took_part = _took_part()
    note = text_field(_("Note"), max_length=5000, rows=2)
    every_months = _every_months()

    def __init__(self, *args, objectives, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        self.fields["priorities"].queryset = objectives
        if not objectives:
            del self.fields["priorities"]


class CorrectVisionForm(EditForm):
    """What may be corrected of a vision without asking the stakeholders: all but its wording."""

    agreed_on = WhenField(label=_("Agreed on"))
    n_participants = _n_participants()
    took_part = _took_part()
    note = text_field(_("Note"), max_length=5000, rows=2)
    every_months = _every_months()


class ObjectiveForm(EditForm):
    """What a plan is to change."""

    label = text_field(_("What is to change"), required=True)
    label_es = text_field(_("The same in Spanish"))
    is_priority = forms.BooleanField(
        label=_("A priority of the vision"),
        required=False,
        help_text=_("Only if the stakeholders agreed on it as such."),
    )

    def __init__(self, *args, has_vision: bool = True, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        if not has_vision:
            del self.fields["is_priority"]


class NewObjectiveForm(ObjectiveForm):
    """A new objective, in one of the plans that the writer may change."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0, min_value=0)
    plan = forms.ModelChoiceField(label=_("Plan"), queryset=None)
    field_order = ["plan", "label"]

    def __init__(self, *args, plans, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = plans
        if len(plans) == 1:
            self.fields["plan"].initial = plans[0]


class PlanForm(NandutiForm):
    """A new plan."""

    title = text_field(_("Title"), required=True)
    title_es = text_field(_("Title in Spanish"))


class PlanStatusForm(EditForm):
    """Where a plan stands."""

    status = forms.ChoiceField(label=_("Status"), choices=ActionPlan.Status.choices)

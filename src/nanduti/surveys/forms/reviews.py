"""What a supervisor types."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from nanduti.interface.forms import NandutiForm

from ..models import Finding, QuarantinedPost, Submission

LONGEST = 2_000


def _text(label: object, help_text: object = "", *, rows: int = 2, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class ReviewForm(NandutiForm):
    """What becomes of a submission, and why. The buttons carry ``to_state``."""

    comment = _text(
        _("Comment"), _("Needed to return or reject: whoever asked reads it, such as “Workers: 70 or 7?”.")
    )
    override_reason = _text(_("Reason for going against a rule"), rows=1)
    to_state = forms.ChoiceField(choices=Submission.State.choices, widget=forms.HiddenInput)
    seen_state = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)

    def offer_override(self, is_offered: bool) -> ReviewForm:
        """The field for a reason stands there only where a rule speaks and the viewer may override it."""
        if not is_offered:
            del self.fields["override_reason"]
        return self


class FindingForm(NandutiForm):
    """Why a finding is none, or that it was put right."""

    state = forms.ChoiceField(label=_("The finding is"), choices=Finding.State.choices)
    text = _text(_("Why"), _("Such as “The owner’s family works in two shifts.”"))


class QuarantineForm(NandutiForm):
    """Whether bytes in quarantine take the place of what is there."""

    decision = forms.ChoiceField(
        choices=[c for c in QuarantinedPost.Decision.choices if c[0] != "open"], widget=forms.HiddenInput
    )
    text = _text(_("Why"), required=True)

"""In which currency a programme counts, so that nobody has to type it every time and none is assumed."""

from __future__ import annotations

from nanduti.interface.forms import MoneyField, NandutiForm

from .models import CooperationAgreement, Programme


def usual_currency(*, programme: Programme) -> str:
    """The currency of the programme's start, else of its newest agreement that names one; may be empty."""
    if programme.start_currency:
        return programme.start_currency
    said = CooperationAgreement.objects.filter(programme=programme).exclude(currency="").order_by("-pk")
    return said.values_list("currency", flat=True).first() or ""


def offer(form: NandutiForm, *, programme: Programme) -> None:
    """Let the usual currency stand where the form asks for money, until another is typed."""
    amounts = [field for field in form.fields.values() if isinstance(field, MoneyField)]
    usual = usual_currency(programme=programme) if amounts else ""
    for field in amounts:
        field.widget.usual = field.widget.usual or usual

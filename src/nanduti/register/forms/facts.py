"""Forms of profile facts: what they are about is chosen in plain words, and the unit follows from it."""

from __future__ import annotations

import re
import zlib
from decimal import Decimal, DecimalException
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanduti.foundation.fields import WHEN_HELP
from nanduti.foundation.languages import in_tongue
from nanduti.foundation.models import Scope, SourceDocument
from nanduti.interface.forms import EditForm, NandutiForm

from .. import attributes
from ..models import ProfileFact
from .records import Chosen, text

# Of what others have named in own words in this register, so many are offered.
OFFERED = 100
_CURRENCY = re.compile(r"[A-Z]{3}")
UNIT_WORDS = {
    attributes.MONEY: gettext_lazy("money: write the currency"),
    attributes.SHARE: gettext_lazy("per cents"),
    attributes.WORDS: gettext_lazy("in words"),
    "units": gettext_lazy("a number"),
    "persons": gettext_lazy("persons"),
}


class NumberField(forms.DecimalField):
    """A number, or per cents with their sign, which become a part of one."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Decimal | None:
        said = str(value or "").strip()
        if not said.endswith("%"):
            return super().to_python(value)
        number = super().to_python(said[:-1].strip())
        try:
            return None if number is None else number.scaleb(-2)
        except DecimalException:  # of numbers beyond all measure
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None


def named_here(scope: Scope) -> list[tuple[str, str]]:
    """What facts of this register are about that no list of ours names: code and name, in the reader's language."""
    rows = ProfileFact.objects.filter(scope=scope).exclude(attribute__in=attributes.attributes())
    found: dict[str, str] = {}
    for row in rows.order_by("attribute").values("attribute", "label", "label_es").distinct()[:OFFERED]:
        found.setdefault(
            row["attribute"], in_tongue(row["label"], row["label_es"]) or attributes.said(row["attribute"])
        )
    return sorted(found.items(), key=lambda pair: pair[1].casefold())


def choices(scope: Scope) -> list[Any]:
    """What a fact can be about: named attributes with their unit, then what was named here, then own words."""
    offered: list[Any] = [("", _("(choose, or name it below)"))]
    for title, rows in attributes.groups():
        offered.append((title, [(row.code, f"{row.said} ({UNIT_WORDS[row.unit]})") for row in rows]))
    own = named_here(scope)
    return [*offered, (_("Named here before"), own)] if own else offered


class FactForm(NandutiForm):
    """Write down what a source says about a cluster, an organisation or an establishment."""

    attribute = forms.ChoiceField(label=gettext_lazy("What it is about"), required=False)
    label = text(
        gettext_lazy("In your own words"),
        help_text=gettext_lazy(
            "Only if nothing above fits, or to be more exact: “Tanneries”, “Large firms in Pune”."
        ),
    )
    label_es = text(gettext_lazy("The same in Spanish"))
    qualifier = forms.ChoiceField(label=gettext_lazy("How exact"), choices=ProfileFact.Qualifier.choices)
    value = NumberField(
        label=gettext_lazy("Number"), max_digits=21, decimal_places=6, required=False,
        help_text=gettext_lazy("Digits with a point, such as 1500.5; per cents with their sign, such as 35 %."),
    )  # fmt: skip
    unit = text(
        gettext_lazy("Unit or currency"), 60,
        help_text=gettext_lazy("Of money the currency, such as INR or PYG. Left empty, it is the one named above."),
    )  # fmt: skip
    value_text = text(
        gettext_lazy("As written"), 300, help_text=gettext_lazy("Words, or a range such as 400–450.")
    )
    as_of = text(gettext_lazy("As of"), help_text=WHEN_HELP)
    source = Chosen(SourceDocument.objects.order_by("code"), label=gettext_lazy("Source"))
    source_place = text(
        gettext_lazy("Place in the source"), help_text=gettext_lazy("Such as p. 12, table 3.")
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attribute"].choices = choices(scope)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("value") is None and not data.get("value_text") and "value" not in self.errors:
            self.add_error("value", _("Write the number, or what the source says in words."))
        self._name(data)
        self._measure(data)
        return data

    def _name(self, data: dict[str, Any]) -> None:
        """What was named in own words gets a code of its own, the same for the same words."""
        if data.get("attribute") or {"attribute", "label"} & set(self.errors):
            return
        label = (data.get("label") or "").strip()
        if not label:
            self.add_error("attribute", _("Choose what it is about, or name it below in your own words."))
        # Words of another script than ours have no letters left for a code.
        code = slugify(label).replace("-", "_")[:80].strip("_")
        data["attribute"] = code or f"named_{zlib.crc32(label.casefold().encode()):08x}"

    def _measure(self, data: dict[str, Any]) -> None:
        """The unit that the attribute asks for, or what is wrong with the one that was written."""
        if data.get("value") is None or {"unit", "value", "attribute"} & set(self.errors):
            return
        known = attributes.attributes().get(data["attribute"])
        asked, given = (known.unit if known else ""), (data.get("unit") or "").strip()
        is_per_cent = str(self.data.get(self.add_prefix("value")) or "").strip().endswith("%")
        unit = _unit(asked, given, is_per_cent=is_per_cent)
        if asked == attributes.MONEY and not _CURRENCY.fullmatch(unit):
            self.add_error("unit", _("Write the currency as three letters, such as EUR, INR or PYG."))
            return
        data["unit"] = unit
        if is_per_cent and unit != attributes.SHARE:
            self.add_error("value", _("Per cents are a part of one; this counts something else."))
        elif unit == attributes.SHARE and not is_per_cent and abs(data["value"]) > 1:
            said = _("Write per cents with their sign, such as 35 %, or a part of one, such as 0.35.")
            self.add_error("value", said)


def _unit(asked: str, given: str, *, is_per_cent: bool) -> str:
    """What the number counts: what was written, else what the attribute asks for; a currency in capitals."""
    if asked == attributes.MONEY:
        return given.upper()
    if asked in {attributes.WORDS, ""}:
        return given or (attributes.SHARE if is_per_cent else "")
    return given or asked


class EditFactForm(EditForm, FactForm):
    """A fact that is corrected."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, present = self.fields["attribute"], self.initial.get("attribute")
        offered = {code for _title, rows in field.choices if isinstance(rows, list) for code, _said in rows}  # type: ignore[attr-defined]
        if present and present not in offered:
            field.choices = [*field.choices, (present, attributes.said(present))]  # type: ignore[attr-defined]
        if self.initial.get("value") is not None:
            self.initial["value"] = as_typed(self.initial["value"], self.initial.get("unit", ""))


def as_typed(value: Decimal, unit: str) -> str:
    """A number as people type it: a share as per cents, and no zeros behind the point.

    >>> as_typed(Decimal("0.350000"), "share"), as_typed(Decimal("1200.500000"), "INR")
    ('35 %', '1200.5')
    """
    if unit == attributes.SHARE:
        return f"{value.scaleb(2).normalize():f} %"
    return f"{value.normalize():f}"

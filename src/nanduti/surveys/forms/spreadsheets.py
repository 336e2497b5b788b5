"""A filled workbook as it is handed in, and why it is taken back."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanduti.interface.forms import NandutiForm


class WorkbookForm(NandutiForm):
    """The file."""

    file = forms.FileField(
        label=gettext_lazy("Filled workbook"),
        help_text=gettext_lazy(
            "XLSX or CSV, with one row of headings: an export of another server, or your own list."
        ),
        max_length=200,
    )

    def clean_file(self):  # type: ignore[no-untyped-def]
        """No larger than any import."""
        file = self.cleaned_data["file"]
        if file.size > settings.MAX_IMPORT_BYTES:
            most = settings.MAX_IMPORT_BYTES // 1_048_576
            raise forms.ValidationError(_("The file is larger than %(n)d MB. Split it.") % {"n": most})
        return file


class UndoForm(NandutiForm):
    """Why a workbook is taken back."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500)

"""What the vault can keep about somebody: the codes, their order on screens, their words."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Field(models.TextChoices):
    """One kind of identifying value."""

    NAME = "name", _("name")
    CONTACT_PERSON = "contact_person", _("contact person")
    PHONE = "phone", _("telephone")
    EMAIL = "email", _("e-mail")
    ADDRESS = "address", _("address")
    LATITUDE = "latitude", _("latitude")
    LONGITUDE = "longitude", _("longitude")
    TAX_NUMBER = "tax_number", _("tax number")


FIELDS: tuple[str, ...] = tuple(Field.values)
# Only these can be looked up, and only exactly.
LOOKED_UP = frozenset({Field.NAME.value, Field.PHONE.value})


class SubjectKind(models.TextChoices):
    """Whose identity it is."""

    ORGANISATION = "organisation", _("organisation")
    ESTABLISHMENT = "establishment", _("establishment")
    PERSON = "person", _("person")

"""How much an answer tells about who somebody is, where the form's author has not said."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from .definition import FILE_KINDS, IDENTIFYING, SENSITIVE

# Words in the names of questions, in English and Spanish, that ask who, where or how to reach somebody.
_WORDS = """
    name names nombre nombres apellido apellidos surname firstname lastname fullname nickname apodo alias
    phone phones telephone telefono telefonos tel celular cel movil mobile whatsapp telegram
    email mail correo facebook instagram tiktok linkedin website
    address addresses direccion direcciones domicilio calle street barrio manzana gps coordenadas coordinates
    ruc ci cedula dni nif nit rut cuit cuil curp rfc cpf cnpj pan gstin aadhaar tin vat passport pasaporte taxid
    contact contacto contactos owner propietario propietaria dueno duena respondent encuestado encuestada
    informante firma signature photo foto picture video audio
"""
TELLING_WORDS = frozenset(_WORDS.split())
TELLING_PAIRS = frozenset({("tax", "id"), ("tax", "number"), ("national", "id"), ("id", "number"), ("razon", "social"),
                           ("trade", "name"), ("identity", "number"), ("company", "name")})  # fmt: skip
TELLING_KINDS = FILE_KINDS | {"geopoint", "geotrace", "geoshape"}
# What phones fill in by themselves: the name of the instance is made of answers.
TELLING_METADATA = frozenset({"instancename", "phonenumber", "email", "username"})

_WORD = re.compile(r"[a-z]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def words_of(name: str) -> list[str]:
    """The words of a question's name, lower case and without accents.

    >>> words_of("ownerName_2"), words_of("teléfono")
    (['owner', 'name'], ['telefono'])
    """
    plain = unicodedata.normalize("NFKD", _CAMEL.sub("_", name))
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)).lower())


def default_sensitivity(name: str, kind: str) -> str:
    """Identifying where the name or the kind of answer suggests it, else sensitive: only an author says open.

    >>> default_sensitivity("phone_number", "text"), default_sensitivity("n_workers", "integer")
    ('identifying', 'sensitive')
    """
    if kind in TELLING_KINDS:
        return IDENTIFYING
    if kind == "metadata":
        return IDENTIFYING if name.lower() in TELLING_METADATA else SENSITIVE
    words = words_of(name)
    if kind not in {"note", "acknowledge"} and (
        TELLING_WORDS.intersection(words) or TELLING_PAIRS.intersection(pairwise(words))
    ):
        return IDENTIFYING
    return SENSITIVE

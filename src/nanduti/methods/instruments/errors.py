"""What can be wrong with a form or with answers, said to a person."""

from __future__ import annotations

from ..values import PersonError, mark


class NotXml(PersonError):
    """Bytes that are not one whole XML document in an encoding we read."""

    code = "instruments.not_xml"
    title = mark("This cannot be read")
    sentence = mark("What arrived is not a whole XML document: {problem}.")
    remedy = mark("Send the file as the form application wrote it, without opening it in between.")


class ForbiddenXml(PersonError):
    """A document type or entity: no form application writes them, and they can be made to exhaust a machine."""

    code = "instruments.forbidden_xml"
    title = mark("This document declares its own entities")
    sentence = mark("The document holds a document type declaration, which forms and answers never need.")
    remedy = mark("Send the file as the form application wrote it.")


class NotAForm(PersonError):
    """XML that is no XForm."""

    code = "instruments.not_a_form"
    title = mark("This is not a form")
    sentence = mark("The document is XML but not an XForm: {problem}.")
    remedy = mark("Give the XLSForm workbook, or the XForm that a form designer wrote.")

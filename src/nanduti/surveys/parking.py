"""Why a submission is parked: kept as it is, for a fault that is the office's."""

from django.utils.translation import gettext_noop as _noop

UNKNOWN_FORM = _noop("No instrument here has this form id.")
UNKNOWN_VERSION = _noop("The instrument has no such version.")
CLOSED = _noop("The instrument takes no answers any more.")
NOT_GIVEN = _noop("The instrument was not given to whoever sent it.")
ENCRYPTED = _noop("The answers are encrypted with a key that is not kept here.")
SECOND_EDIT = _noop("Somebody else corrected the same answers before; a person must choose.")

"""Logs and error reports that cannot carry an identity: they keep places, never values."""

from __future__ import annotations

import logging
import traceback
from typing import Any

from django.views.debug import SafeExceptionReporterFilter


class QuietReporter(SafeExceptionReporterFilter):
    """Hides every submitted value and every local variable, not only those with secret-sounding names."""

    def get_post_parameters(self, request: Any) -> dict[str, str]:
        return dict.fromkeys(getattr(request, "POST", {}), self.cleansed_substitute)

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> list[tuple[str, str]]:
        return [(name, self.cleansed_substitute) for name in tb_frame.f_locals]


class NoValues(logging.Filter):
    """Keeps the kind of an exception and where it happened; drops its message, which may quote a value."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[1] is not None:
            kind, _error, trace = record.exc_info
            frames = traceback.extract_tb(trace)
            places = " < ".join(f"{f.name}:{f.lineno}" for f in reversed(frames[-6:]))
            record.msg = f"{record.getMessage()} [{kind.__name__} at {places}]"
            record.args = ()
            record.exc_info = None
            record.exc_text = None
        return True

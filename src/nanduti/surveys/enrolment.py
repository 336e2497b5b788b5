"""What a phone is set up with: the settings of ODK Collect in one code that it scans."""

from __future__ import annotations

import base64
import io
import json
import zlib

import segno

COLOUR = "#0b5d57"


def settings_code(*, server_url: str, project: str) -> str:
    """The text of the code: base64 of compressed JSON, as the app writes and reads it.

    >>> read_settings(settings_code(server_url="https://x/collect/a/key/t", project="A"))["project"]["name"]
    'A'
    """
    general = {
        "server_url": server_url,
        "form_update_mode": "match_exactly",
        "periodic_form_updates_check": "every_one_hour",
        "autosend": "wifi_and_cellular",
    }
    settings = {
        "general": general,
        "admin": {"change_server": False},
        "project": {"name": project[:60], "icon": project[:1].upper() or "N", "color": COLOUR},
    }
    return base64.b64encode(zlib.compress(json.dumps(settings, ensure_ascii=False).encode())).decode()


def read_settings(code: str) -> dict:
    """What a code holds."""
    return json.loads(zlib.decompress(base64.b64decode(code)))


def picture(code: str) -> str:
    """The code as an SVG that can stand in a page and be printed at any size."""
    return segno.make(code, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff")


def image(code: str, kind: str) -> bytes:
    """The code as a file: ``png`` or ``svg``."""
    buffer = io.BytesIO()
    segno.make(code, error="m").save(buffer, kind=kind, scale=8 if kind == "png" else 4, border=4)
    return buffer.getvalue()

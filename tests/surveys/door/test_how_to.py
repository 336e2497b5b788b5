"""The how-to with curl, done as it stands there, against the real server; and the files that nobody misses."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from django.db import connections

from nanduti.surveys import keeping, sweeping
from nanduti.surveys.models import Submission
from tests.support.door import Server, address_of
from tests.support.surveys import kept_file, photo, post, submission, xml_part

# Without a length said before; and a long post with a key that opens nothing.
MORE = (
    "curl -s -o /dev/null -w '%{http_code}' -H 'Transfer-Encoding: chunked' "
    '-F "xml_submission_file=@filled.xml;type=text/xml" -F "front.jpg=@front.jpg" "$S/submission"',
    "head -c 9000000 /dev/zero > long; curl -s -o /dev/null -w '%{http_code}' "
    '-F "xml_submission_file=@filled.xml;type=text/xml" -F "a.bin=@long" "${S%/*}/'
    + "a" * 32
    + '/submission"',
)
PAGE = (Path(__file__).resolve().parents[3] / "docs/how-to/send-with-curl.md").read_text()


@pytest.mark.skipif(not shutil.which("curl"), reason="this machine has no curl")
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_the_commands_of_the_page(field, tmp_path):
    (tmp_path / "filled.xml").write_text(re.search(r"```xml\n(.*?)```", PAGE, re.DOTALL)[1])
    (tmp_path / "front.jpg").write_bytes(b"\xff\xd8 a picture")
    commands = re.findall(r"^\$ (curl .*)$", PAGE, re.MULTILINE)
    environment = {
        "DATABASE_URL": address_of(connections["default"]),
        "VAULT_DATABASE_URL": address_of(connections["vault"]),
    }
    (tmp_path / "home").mkdir()
    with Server(tmp_path / "home", environment=environment) as server:
        base = f"http://127.0.0.1:{server.port}{field.address}"
        said = [
            subprocess.run(
                ["bash", "-c", command], cwd=tmp_path, env={**os.environ, "S": base, "NO_PROXY": "*"},
                capture_output=True, text=True, check=True,
            ).stdout
            for command in [*commands, commands[-1], *MORE]
        ]  # fmt: skip
    assert " 204 " in said[0].splitlines()[0] and "x-openrosa-accept-content-length" in said[0].lower()
    assert "<formID>census</formID>" in said[1]
    assert " 201 " in said[2].splitlines()[0] and 'nature="submit_success"' in said[2]
    assert "content-language: es" in said[3].lower()
    assert Submission.objects.get().n_files_arrived == 1
    assert said[4:] == ["201", "403"], "chunked; and a refusal is heard though the post is long"


@pytest.mark.django_db
def test_files_that_no_row_names_are_swept_when_they_are_old(client, field, settings):
    post(client, field.address, xml_part(submission("uuid:1")), photo("a.jpg"))
    post(client, field.address, xml_part(submission("uuid:1", inner="")), photo("b.jpg"))
    old, fresh = (kept_file(b"x", name="lost") for _ in range(2))
    for path in Path(settings.MEDIA_ROOT).rglob("*"):
        if path.is_file() and not path.match(fresh.path):
            os.utime(path, (time.time() - 90_000,) * 2)
    assert sweeping.sweep() == 1
    assert not keeping.is_there(old.path) and keeping.is_there(fresh.path)
    assert len([p for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file()]) == 3

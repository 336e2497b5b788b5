"""Pieces of the form page that can be tried without a browser: numbers as people type them, split posts, ZIP files."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from pathlib import Path

import pytest

import hatch_build

FORM = Path(__file__).resolve().parents[3] / "frontend/src/form"


def run(script: str, *given: object) -> object:
    """What a script says that may import the page's modules from ``FORM``; ``given`` is at hand there."""
    begin = f"const FORM = {json.dumps(FORM.as_uri())}; const given = {json.dumps(given)};"
    node, _npm = hatch_build.find_node()
    command = [node, "--input-type=module", "-e", f"{begin}\n{script}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("typed", "whole", "decimal"),
    [
        ("12", "12", "12"), (" 12 ", "12", "12"), ("-3", "-3", "-3"), ("1 250", "1250", "1250"),
        ("1.250", "1250", "1.250"), ("1,250", "1250", "1.250"), ("1.250,5", "1.250.5", "1250.5"),
        ("1,250.5", "1.250.5", "1250.5"), ("12,5", "12.5", "12.5"), ("1.250.000", "1250000", "1.250.000"),
        ("ten", "ten", "ten"), ("", "", ""),
    ],
)  # fmt: skip
def test_numbers_as_people_type_them(typed, whole, decimal):
    """A single group of three after a point is a fraction where fractions are asked for, thousands where not."""
    source = (FORM / "controls/numbers.js").read_text()
    tidy = source[source.index("export function tidy") : source.index("function number(")].replace(
        "export ", ""
    )
    said = run(f"{tidy} console.log(JSON.stringify([tidy(given[0], true), tidy(given[0], false)]))", typed)
    assert said == [whole, decimal]


def test_many_or_large_files_go_in_several_posts():
    script = """
    const { partsOf } = await import(`${FORM}/upload.js`);
    const files = (sizes) => sizes.map((size) => ({ size }));
    const sizes = (parts) => parts.map((part) => part.map((file) => file.size));
    console.log(JSON.stringify([
      partsOf({ xml: 'x', files: files(Array(250).fill(10)) }, 1e9).map((part) => part.length),
      sizes(partsOf({ xml: 'x', files: files([6e6, 6e6, 1e6, 20e6, 1e6]) }, 10e6)),
      partsOf({ xml: 'x', files: [] }, 10).length,
    ]));"""
    many, large, none = run(script)
    assert many == [100, 100, 50]
    assert large == [[6e6], [6e6, 1e6], [20e6], [1e6]], "what is larger than the limit goes alone"
    assert none == 1


def test_what_is_tried_again_and_what_is_said_to_be_final():
    script = """
    globalThis.BroadcastChannel = class { postMessage() {} };
    const { after } = await import(`${FORM}/queue.js`);
    const { Refused } = await import(`${FORM}/upload.js`);
    const states = {};
    for (const status of [400, 401, 403, 404, 409, 413, 429, 500, 503]) {
      states[status] = after({ attempts: 0 }, new Refused(status, '')).state;
    }
    states['400 again'] = after({ attempts: 2 }, new Refused(400, '')).state;
    states.network = after({ attempts: 0 }, new TypeError('failed')).state;
    const pauses = [0, 1, 5, 30].map((attempts) => after({ attempts }, new TypeError('failed')).nextAt - Date.now());
    console.log(JSON.stringify([states, pauses]));
    process.exit(0);"""
    states, pauses = run(script)
    assert {status for status, state in states.items() if state == "refused"} == {
        "403",
        "404",
        "409",
        "413",
        "400 again",
    }
    assert states["401"] == "signed_out"
    assert 3_000 < pauses[0] < 7_000 and pauses[0] < pauses[2] and max(pauses) <= 1_126_000


def test_zip_files_are_those_of_everybody(tmp_path):
    ours = tmp_path / "ours.zip"
    script = """
    const { pack } = await import(`${FORM}/zip.js`);
    const { writeFileSync } = await import('node:fs');
    const blob = await pack([['1/año.xml', '<a>ñandutí</a>'], ['1/photo.jpg', new Uint8Array(70000)], ['empty', '']]);
    writeFileSync(given[0], new Uint8Array(await blob.arrayBuffer()));
    console.log('1');"""
    run(script, str(ours))
    with zipfile.ZipFile(ours) as file:
        assert file.testzip() is None and file.read("1/año.xml").decode() == "<a>ñandutí</a>"
        assert len(file.read("1/photo.jpg")) == 70000
    theirs = io.BytesIO()
    with zipfile.ZipFile(theirs, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("1/submission.xml", "<data>ñ</data>" * 500)
        file.writestr("stored.txt", "plain", zipfile.ZIP_STORED)
    (tmp_path / "theirs.zip").write_bytes(theirs.getvalue())
    script = """
    const { unpack } = await import(`${FORM}/zip.js`);
    const { readFileSync } = await import('node:fs');
    const files = await unpack(new Blob([readFileSync(given[0])]));
    const said = {};
    for (const [path, blob] of files) said[path] = await blob.text();
    console.log(JSON.stringify(said));"""
    assert run(script, str(tmp_path / "theirs.zip")) == {
        "1/submission.xml": "<data>ñ</data>" * 500,
        "stored.txt": "plain",
    }


def test_both_languages_say_everything():
    script = """
    const { default: en } = await import(`${FORM}/words.en.js`);
    const { default: es } = await import(`${FORM}/words.es.js`);
    const hole = (said) => (typeof said === 'function' ? 'n' : (said.match(/\\{\\w+\\}/g) ?? []).sort().join());
    const holes = (words) => Object.fromEntries(Object.entries(words).map(([key, said]) => [key, hole(said)]));
    console.log(JSON.stringify([holes(en), holes(es)]));"""
    english, spanish = run(script)
    assert english == spanish

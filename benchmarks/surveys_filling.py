"""A form of 300 questions in a real browser, also slowed down: ``python -m benchmarks.surveys_filling``.

Shown: from opening the address until the first page of questions is painted, nothing in any cache. Recalculation:
one number is changed on which sums, rules and the total depend, until the page says the new total. Slower phones
are imitated by Chromium's own throttling. The server is a bare one on this machine, so the network costs nothing;
what would have to be fetched is told in kilobytes.
"""

from __future__ import annotations

import gzip
import json
import statistics
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support import browser
from tests.surveys.filling import forms

STATIC = Path(__file__).resolve().parents[1] / "src/nanduti/static/nanduti"
TYPES = {".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm"}
AIM_SHOWN, AIM_RECALCULATED = "< 1 s", "< 0.15 s"
REPEATS = 5
LAYOUTS = {"sections": "section by section", "whole": "all on one page"}
CHANGE = """() => {
  const inputs = [...document.querySelectorAll('.question.number input')];
  const input = inputs[0];
  const begun = performance.now();
  input.value = String(Math.floor(Math.random() * 1000) + 1);
  input.dispatchEvent(new Event('input', { bubbles: true }));
  input.dispatchEvent(new Event('change', { bubbles: true }));
  document.body.offsetHeight;
  const took = performance.now() - begun;
  const total = [...document.querySelectorAll('.question.note')].at(-1)?.textContent ?? '';
  return [took, total];
}"""


def page_of(xform: str) -> str:
    """The page as the server makes it, with what it needs to know."""
    manifest = json.loads((STATIC / "manifest.json").read_text())
    front, main = manifest["src/fill.js"], manifest["src/main.js"]
    css = "".join(f'<link rel="stylesheet" href="/static/{name}">' for name in [*main["css"], *front["css"]])
    config = {
        "owner": "bench", "instrument": "1", "title": "A long form", "formId": "long", "version": "1", "digest": "d",
        "language": "en", "trial": False, "edit": None, "properties": {},
        "urls": {"form": "/form.xml", "manifest": "", "submission": "/submission", "scope": "/", "worker": ""},
    }  # fmt: skip
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'{css}<script type="module" src="/static/{front["file"]}"></script><main class="fill-main">'
        f'<div id="form"></div></main><script id="fill" type="application/json">{json.dumps(config)}</script></html>'
    )


def serve(xform: str) -> tuple[ThreadingHTTPServer, dict[str, int]]:
    """A server for one form; tells how many bytes it has sent."""
    sent: dict[str, int] = {}
    shell = page_of(xform).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = STATIC / self.path.removeprefix("/static/")
            if self.path == "/":
                kind, body = "text/html", shell
            elif self.path == "/form.xml":
                kind, body = "text/xml", xform.encode()
            elif self.path.startswith("/static/") and path.is_file():
                kind, body = TYPES.get(path.suffix, "application/octet-stream"), path.read_bytes()
            else:
                return self.send_error(404)
            packed = gzip.compress(body, 6)
            sent[self.path] = len(packed)
            self.send_response(200)
            for name, value in (
                ("Content-Type", kind),
                ("Content-Encoding", "gzip"),
                ("Content-Length", len(packed)),
            ):
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(packed)

        def log_message(self, *_said) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, sent


def measure(chromium, url: str, layout: str, slower: int) -> tuple[list[float], list[float]]:
    """Seconds until shown, and seconds of a recalculation, each time from nothing."""
    shown, changed = [], []
    for _ in range(REPEATS):
        context = chromium.new_context(viewport={"width": 360, "height": 740})
        context.add_init_script(f"localStorage.setItem('nanduti-fill-layout', '{layout}')")
        page = context.new_page()
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.goto(url)
        page.wait_for_selector(".sitting")
        page.wait_for_timeout(300 * slower)
        shown.append(page.evaluate("performance.getEntriesByName('form-shown')[0].startTime") / 1000)
        if layout == "sections":  # the first page holds one question; the numbers stand on the next
            page.get_by_label("Who answers?").fill("x")
            page.get_by_role("button", name="Next").click()
            page.wait_for_selector(".question.number input")
        totals = set()
        for _again in range(3):
            took, total = page.evaluate(CHANGE)
            changed.append(took / 1000)
            totals.add(total)
        assert layout != "whole" or len(totals) == 3, f"the total did not follow: {totals}"
        context.close()
    return shown, changed


def said(values: list[float]) -> str:
    return f"{statistics.median(values):.3f} s (worst {max(values):.3f})"


def main() -> None:
    server, sent = serve(forms.long_form(300))
    found = browser.find()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=found.executable, args=list(browser.FLAGS), env=found.environment or None
        )
        print(f"\n## a form of 300 questions in Chromium {chromium.version}, median of {REPEATS}\n")
        print(
            f"| Processor | Layout | Shown (aim {AIM_SHOWN}) | One recalculation (aim {AIM_RECALCULATED}) |"
        )
        print("|---|---|---|---|")
        for slower in (1, 4, 6):
            for layout, name in LAYOUTS.items():
                shown, changed = measure(chromium, f"http://127.0.0.1:{server.server_port}/", layout, slower)
                print(f"| ÷ {slower} | {name} | {said(shown)} | {said(changed)} |", flush=True)
        chromium.close()
    parts = sum(size for path, size in sent.items() if path.startswith("/static/"))
    print(
        f"\nFetched for the page, compressed: {parts / 1000:.0f} kB; for this form: {sent['/form.xml'] / 1000:.0f} kB."
    )
    server.shutdown()


if __name__ == "__main__":
    main()

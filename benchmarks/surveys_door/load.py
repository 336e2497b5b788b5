"""The phones: a process of its own that posts distinct submissions over a fixed number of connections.

``python -m benchmarks.surveys_door.load HOST PORT PATH CONNECTIONS SECONDS SEED`` prints what was measured as JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
import uuid
from collections import Counter

N_QUESTIONS = 250
BOUNDARY = "measured"


def xml_of(numbers: random.Random, instance_id: str) -> bytes:
    """A filled form of 250 questions, about 4 kB, like no other."""
    answers = "".join(f"<q{i}>{numbers.randrange(10**6)}</q{i}>" for i in range(N_QUESTIONS - 100))
    texts = "".join(f"<t{i}>{i}</t{i}>" for i in range(100))
    meta = f"<orx:meta><orx:instanceID>{instance_id}</orx:instanceID></orx:meta>"
    root = '<data id="long" version="1" xmlns:orx="http://openrosa.org/xforms">'
    return f"{root}{answers}{texts}{meta}</data>".encode()


def request_of(path: str, host: str, xml: bytes) -> bytes:
    body = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="s.xml"\r\n'
        f"Content-Type: text/xml\r\n\r\n".encode()
        + xml
        + f"\r\n--{BOUNDARY}--\r\n".encode()
    )
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nX-OpenRosa-Version: 1.0\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    at = lower.index(b"\r\ncontent-length:") + 2
    await reader.readexactly(int(lower[at + 15 : lower.index(b"\r\n", at)]))
    return int(head[9:12])


class Measure:
    """What one run finds."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.codes: Counter[int] = Counter()
        self.n_bytes = 0


async def phone(host: str, port: int, path: str, until: float, seed: int, found: Measure) -> None:
    numbers = random.Random(seed)
    reader, writer = await asyncio.open_connection(host, port)
    while time.perf_counter() < until:
        instance_id = f"uuid:{uuid.UUID(int=numbers.getrandbits(128), version=4)}"
        request = request_of(path, f"{host}:{port}", xml_of(numbers, instance_id))
        begun = time.perf_counter()
        writer.write(request)
        code = await answer(reader)
        found.times.append((time.perf_counter() - begun) * 1000)
        found.codes[code] += 1
        found.n_bytes += len(request)
    writer.close()


async def run(host: str, port: int, path: str, connections: int, seconds: float, seed: int) -> dict:
    found = Measure()
    begun = time.perf_counter()
    await asyncio.gather(
        *(phone(host, port, path, begun + seconds, seed * 1000 + i, found) for i in range(connections))
    )
    took = time.perf_counter() - begun
    times = sorted(found.times)
    n = len(times)
    return {
        "rate": n / took,
        "p50": times[n // 2],
        "p95": times[int(n * 0.95)],
        "most": times[-1],
        "n": n,
        "kb": found.n_bytes / n / 1000,
        "codes": dict(found.codes),
    }


if __name__ == "__main__":
    where, door, address, many, long, start = sys.argv[1:]
    print(json.dumps(asyncio.run(run(where, int(door), address, int(many), float(long), int(start)))))

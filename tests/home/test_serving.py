"""``nanduti serve``: one server for each port, and room enough for what its threads reckon.

Both were missing once: a page that inverts a matrix killed one of two servers that shared a port without knowing of
each other, and whoever was signed in at the one was signed out by the other.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from nanduti.config import at_work, cli, memory, ports, soundness
from tests.support import reckoner

ROOT = Path(__file__).resolve().parents[2]
APP = "tests.support.reckoner:application"
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows stacks and names in this way")


@pytest.fixture(autouse=True)
def _as_before(monkeypatch):
    """What a process keeps for good is let go of, since here many servers set out from one process."""
    monkeypatch.setenv(memory.FOR_RUST, "")
    monkeypatch.delenv(memory.FOR_ARENAS, raising=False)
    before = threading.stack_size()
    yield
    threading.stack_size(before)
    while ports._held:
        ports._held.pop().close()
    at_work.let_go()


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def serve(monkeypatch):
    """``serve(port)``: the code it ends with, else the command the process would have become."""
    commands: list[list[str]] = []
    monkeypatch.setattr(soundness, "look", lambda: None)  # test_operating.py looks
    monkeypatch.setattr(os, "execv", lambda _path, command: commands.append(command))

    def serve(port: int) -> int | list[str]:
        commands.clear()
        code = cli.main(["serve", "--port", str(port)])
        return commands[0] if commands else code

    return serve


@contextlib.contextmanager
def started(command: list[str]):
    """The web server as the command starts it, with our page in place of the site."""
    process = subprocess.Popen([*command[:-1], APP], cwd=ROOT, env=os.environ | {"OPENBLAS_NUM_THREADS": "4"})
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def answer(port: int, process: subprocess.Popen) -> tuple[int, bytes]:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            line.request("GET", "/")
            said = line.getresponse()
            return said.status, said.read()
        except (ConnectionError, http.client.RemoteDisconnected):
            time.sleep(0.1)
        finally:
            line.close()
    raise AssertionError("no server came up")


def listening(port: int) -> socket.socket:
    """A socket that shares its port with whoever asks, as the web server's does."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    return listener


@ON_LINUX
def test_a_thread_of_the_web_server_has_room_for_a_matrix(serve, port):
    with started(serve(port)) as process:
        status, size = answer(port, process)
    assert (status, int(size)) == (200, memory.STACK)


@ON_LINUX
def test_so_has_one_under_a_web_server_that_was_started_by_hand(tmp_path):
    """``config.wsgi`` sees to it too: the threads are made after the site has been loaded."""
    said = "import os, nanduti.config.wsgi as w; print(os.environ[w.widen_stacks.__globals__['FOR_RUST']])"
    environment = os.environ | {"NANDUTI_HOME": str(tmp_path), "NANDUTI_WORK_IN_PROCESS": "0"}
    found = subprocess.run(
        [sys.executable, "-c", said], cwd=ROOT, env=environment, capture_output=True, check=True, text=True
    )
    assert int(found.stdout) == memory.STACK


@ON_LINUX
def test_so_have_threads_of_jobs():
    memory.widen_stacks()
    sizes: list[int] = []
    thread = threading.Thread(target=lambda: sizes.append(reckoner.stack()))
    thread.start()
    thread.join()
    assert sizes[0] >= memory.STACK


@pytest.mark.parametrize(("given", "meant"), [("", 16), ("1048576", 16), ("67108864", 64), ("much", 16)])
def test_who_asks_for_more_gets_more(monkeypatch, given, meant):
    monkeypatch.setenv(memory.FOR_RUST, given)
    memory.widen_stacks()
    assert int(os.environ[memory.FOR_RUST]) == meant * 1_048_576


@ON_LINUX
def test_threads_of_the_web_server_share_two_pools_of_memory(serve, port):
    """As its processes were begun with: the C library reads it only then."""
    with started(serve(port)) as process:
        answer(port, process)
        environments = [Path(f"/proc/{n}/environ").read_bytes() for n in (process.pid, *children(process))]
    assert len(environments) == 2
    assert all(b"MALLOC_ARENA_MAX=2" in environment.split(b"\0") for environment in environments)


def test_an_operators_own_number_of_pools_stays(monkeypatch, serve, port):
    monkeypatch.setenv(memory.FOR_ARENAS, "8")
    serve(port)
    assert os.environ[memory.FOR_ARENAS] == "8"


def test_a_port_where_a_server_listens_is_refused(serve, port, capsys):
    command = serve(port)
    while ports._held:  # the first server keeps its own name, not ours
        ports._held.pop().close()
    with started(command) as process:
        answer(port, process)
        assert serve(port) == 2
    assert f"port {port} of 127.0.0.1 already" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])
def test_so_is_one_that_anything_else_shares(port, host):
    with listening(port):
        assert not ports.claim(host, port)


def children(process: subprocess.Popen) -> list[int]:
    """The web processes of a server."""
    # The helper of multiprocessing that watches over shared memory is a child as well.
    numbers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(n) for n in numbers if b"resource_tracker" not in Path(f"/proc/{n}/cmdline").read_bytes()]


@ON_LINUX
def test_a_web_process_that_dies_is_replaced_and_all_end_together(serve, port):
    with started(serve(port)) as process:
        answer(port, process)
        (first,) = children(process)
        os.kill(first, signal.SIGKILL)
        status, _size = answer(port, process)
        (second,) = children(process)
        assert status == 200 and second != first
        process.send_signal(signal.SIGINT)
        process.wait(30)
        assert not Path(f"/proc/{second}").exists()


@ON_LINUX
def test_so_is_one_for_which_a_server_has_set_out(serve, port):
    """Two that start in the same second: the web server takes its port a while after it was asked for."""
    waits = f"from nanduti.config import ports; print(ports.claim('127.0.0.1', {port}), flush=True); input()"
    command = [sys.executable, "-c", waits]
    with subprocess.Popen(command, cwd=ROOT, stdin=-1, stdout=-1, text=True) as first:
        assert first.stdout.readline() == "True\n"
        assert serve(port) == 2
        first.communicate("\n")
    assert isinstance(serve(port), list)


@ON_LINUX
def test_the_claim_outlives_the_change_into_the_web_server(port):
    becomes = (
        "import os, sys; from nanduti.config import ports; assert ports.claim('127.0.0.1', "
        f"{port}); os.execv(sys.executable, [sys.executable, '-c', 'print(1, flush=True); input()'])"
    )
    with subprocess.Popen([sys.executable, "-c", becomes], cwd=ROOT, stdin=-1, stdout=-1, text=True) as first:
        assert first.stdout.readline() == "1\n"
        assert not ports.claim("127.0.0.1", port)
        first.communicate("\n")


def test_connections_that_have_just_ended_stand_in_nobodys_way(port):
    with listening(port) as listener, socket.create_connection(("127.0.0.1", port)) as client:
        held, _from = listener.accept()
        held.close()  # who closes first keeps the pair of addresses for a while
        assert client.recv(1) == b""
    assert ports.claim("127.0.0.1", port)


def test_any_free_port_is_everybodys():
    assert ports.claim("127.0.0.1", 0) and ports.claim("127.0.0.1", 0)
    assert ports.fault_of("127.0.0.1", 0) == ""


@pytest.mark.parametrize("where", [["--host", "192.0.2.1"], ["--host", "no such host"], ["--port", "700000"]])
def test_an_address_at_which_nobody_can_serve_is_told(port, where, capsys, monkeypatch):
    """192.0.2.1 is kept free for documentation."""
    monkeypatch.setattr(os, "execv", lambda *_: pytest.fail("a server was begun"))
    assert cli.main(["serve", "--port", str(port), *where]) == 2
    assert "Nobody can serve at port" in capsys.readouterr().err


def test_two_servers_on_one_host_do_not_share_cookies(tmp_path):
    """Browsers keep cookies by host, whatever the port: signing in at the one must not sign out at the other."""
    said = "from nanduti.config import settings as s; print(*(v for k, v in vars(s).items() if 'COOKIE_NAME' in k))"
    names = []
    for secret in ("one", "two"):
        environment = os.environ | {"NANDUTI_HOME": str(tmp_path), "NANDUTI_SECRET_KEY": secret * 20}
        command = [sys.executable, "-c", said]
        found = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
        names.append(set(found.stdout.split()))
    assert len(names[0]) == len(names[1]) == 3
    assert not names[0] & names[1]

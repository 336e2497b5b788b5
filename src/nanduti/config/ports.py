"""Whose port it is: one server for each.

The web server shares its port with whoever else asks for it (``SO_REUSEPORT``), so a second server would start
without a word, and the system would hand each connection to either: a sign-in at the one is unknown to the other.
"""

from __future__ import annotations

import errno
import socket
import sys

# Held for as long as the process lives, also after it has become the web server.
_held: list[socket.socket] = []


def claim(host: str, port: int) -> bool:
    """Whether nobody serves there, nor has set out to do so; says no to everybody else from now on."""
    return not port or (_claim_name(f"nanduti-serve {host} {port}") and _is_free(host, port))


def _claim_name(name: str) -> bool:
    """A name that only one process of the machine can hold: the web server takes its port seconds later."""
    if sys.platform != "linux":
        return True
    holder = socket.socket(socket.AF_UNIX)
    try:
        holder.bind(f"\0{name}")
    except OSError as error:
        holder.close()
        return error.errno != errno.EADDRINUSE
    holder.set_inheritable(True)
    _held.append(holder)
    return True


def _is_free(host: str, port: int) -> bool:
    """Whether nothing listens there, of whatever make."""
    fault = _try(host, port)
    return fault is None or fault.errno != errno.EADDRINUSE


def fault_of(host: str, port: int) -> str:
    """Why nobody could serve there at all: no such address on this machine, say, or a port that is not ours to take."""
    fault = _try(host, port)
    return "" if fault is None or fault.errno == errno.EADDRINUSE else str(fault.strerror or fault)


def _try(host: str, port: int) -> OSError | None:
    if not 0 <= port < 65536:
        return OSError(errno.EINVAL, "a port is a number below 65536")
    try:
        family, kind, _protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            # Connections that have just ended stand in nobody's way; who shares the port does, since we do not.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error
    return None

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
    """Whether nothing listens there, of whatever make; other faults of the address are the web server's to tell."""
    try:
        family, kind, _protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            # Connections that have just ended stand in nobody's way; who shares the port does, since we do not.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error.errno != errno.EADDRINUSE
    return True

"""Tests talk to this machine only: a connection to anywhere else is a mistake, and fails at once."""

from __future__ import annotations

import ipaddress
import socket

import pytest


class NotLoopback(ConnectionRefusedError):
    """A test, or what it tests, wanted to reach another machine."""


def _is_here(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] == "localhost"


def _guarded(connect):
    def guard(self: socket.socket, address: object):
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address):
            raise NotLoopback(f"A test tried to reach {address}; tests may talk to this machine only.")
        return connect(self, address)

    return guard


def pytest_configure(config: pytest.Config) -> None:
    for name in ("connect", "connect_ex"):
        setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))

"""Ports on loopback."""

from __future__ import annotations

import socket

from deploy.errors import NoFreePort

LOOPBACK = "127.0.0.1"
NEXT_PORTS = 20


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Say whether a server could listen on a port."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still closing can be listened on.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(wanted: int) -> int:
    """Take the wanted port if it is free, else any that is."""
    if wanted and is_free(wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def first_free_port(first: int, host: str = LOOPBACK) -> int:
    """Take a port, or the first free one of the few that follow it.

    Raises:
        NoFreePort: all of them are taken.
    """
    for port in range(first, first + NEXT_PORTS):
        if is_free(port, host):
            return port
    raise NoFreePort(first)

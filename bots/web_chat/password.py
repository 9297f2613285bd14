"""The password of a page that others on the network can reach."""

from __future__ import annotations

import asyncio
import time

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from bots.web_chat.pace import PaceByPeer

_TRIES = 5
_SECONDS_PER_TRY = 12.0


class TooManyTries(Exception):
    """Passwords are being tried faster than a person would."""


class Password:
    """Compares what is given with an Argon2 hash, slowly, and not too often."""

    def __init__(self, secret: str) -> None:
        self._hasher = PasswordHasher()
        self._hash = secret if secret.startswith("$argon2") else self._hasher.hash(secret)
        self._tries = PaceByPeer(burst=_TRIES, every_s=_SECONDS_PER_TRY)
        self._one_at_a_time = asyncio.Lock()

    async def is_right(self, given: str, peer: str) -> bool:
        """Check a password given by a peer.

        Raises:
            TooManyTries: the peer, or all of them together, must wait.
        """
        if not self._tries.allow(peer, time.monotonic()):
            raise TooManyTries
        # each comparison takes 64 MiB and a core for a moment
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._matches, given)

    def _matches(self, given: str) -> bool:
        try:
            return self._hasher.verify(self._hash, given)
        except VerificationError:
            return False

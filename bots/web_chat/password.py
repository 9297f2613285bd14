"""The password of a page that others on the network can reach."""

from __future__ import annotations

import asyncio
import time
from enum import Enum, auto

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from bots.web_chat.pace import PaceByPeer

_TRIES = 5
_SECONDS_PER_TRY = 12.0


class Verdict(Enum):
    """What comes of giving a password."""

    RIGHT = auto()
    WRONG = auto()
    TOO_MANY_TRIES = auto()


class Password:
    """Compares what is given with an Argon2 hash, slowly, and not too often."""

    def __init__(self, secret: str) -> None:
        self._hasher = PasswordHasher()
        self._hash = secret if secret.startswith("$argon2") else self._hasher.hash(secret)
        self._tries = PaceByPeer(burst=_TRIES, every_s=_SECONDS_PER_TRY)
        self._one_at_a_time = asyncio.Lock()

    async def check(self, given: str, peer: str) -> Verdict:
        """Check a password given by a peer; each peer has a few tries, and all together some."""
        if not self._tries.allow(peer, time.monotonic()):
            return Verdict.TOO_MANY_TRIES
        # each comparison takes 64 MiB and a core for a moment
        async with self._one_at_a_time:
            right = await asyncio.to_thread(self._matches, given)
        return Verdict.RIGHT if right else Verdict.WRONG

    def _matches(self, given: str) -> bool:
        try:
            return self._hasher.verify(self._hash, given)
        except VerificationError:
            return False

"""How often something may be done: so many at once, then one every so many seconds."""

from __future__ import annotations

from collections import OrderedDict


class Pace:
    """A bucket of `burst` tokens that refills at one token every `every_s` seconds."""

    def __init__(self, *, burst: int, every_s: float) -> None:
        self._burst = burst
        self._every_s = every_s
        self._tokens = float(burst)
        self._at = 0.0

    def allow(self, now_s: float) -> bool:
        """Take a token, if there is one; `now_s` is a monotonic clock's time."""
        refilled = self._tokens + (now_s - self._at) / self._every_s
        self._tokens, self._at = min(float(self._burst), refilled), now_s
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class PaceByPeer:
    """A pace for each of the peers seen last, and one for all of them together."""

    def __init__(self, *, burst: int, every_s: float, peers: int = 1024) -> None:
        self._burst = burst
        self._every_s = every_s
        self._most = peers
        self._peers: OrderedDict[str, Pace] = OrderedDict()
        self._all = Pace(burst=10 * burst, every_s=every_s / 10)

    def allow(self, peer: str, now_s: float) -> bool:
        """Take a token of this peer's and one of everyone's, if there are both."""
        pace = self._peers.pop(peer, None) or Pace(burst=self._burst, every_s=self._every_s)
        self._peers[peer] = pace
        if len(self._peers) > self._most:
            self._peers.popitem(last=False)
        return pace.allow(now_s) and self._all.allow(now_s)

"""How often people do something, and in what mixture."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count, cycle

Act = Callable[[], object]


def mixed(shares: Mapping[Act, int], chance: random.Random) -> list[Act]:
    """List each act as often as its share says, in an order of no meaning."""
    acts = [act for act, share in shares.items() for _ in range(share)]
    chance.shuffle(acts)
    return acts


async def keep_pace(acts: Sequence[Act], rate: int, is_enough: Callable[[], bool]) -> None:
    """Do one of the acts after the other, `rate` a second, however long the bot takes."""
    begin, following = time.monotonic(), cycle(acts)
    for number in count():
        if is_enough():
            return
        await asyncio.sleep(max(0.0, begin + number / rate - time.monotonic()))
        next(following)()

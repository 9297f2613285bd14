"""What Discord says when it refuses."""

from __future__ import annotations

from collections.abc import Awaitable

import discord
import pytest


async def refused(asked: Awaitable[object], status: int, code: int) -> discord.HTTPException:
    """Expect that Discord refuses something, for a reason."""
    with pytest.raises(discord.HTTPException) as caught:
        await asked
    assert (caught.value.status, caught.value.code) == (status, code)
    return caught.value

"""From what Discord refuses to the errors of the chat side."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from http import HTTPStatus

import aiohttp
import discord

from bots.errors import (
    BotsError,
    ChatBusy,
    ChatForbidden,
    ChatUnavailable,
    ClipTooLarge,
    MessageGone,
)

UNKNOWN_MESSAGE = 10008
UNKNOWN_WEBHOOK = 10015
UNKNOWN_INTERACTION = 10062
FILE_TOO_LARGE = 40005
ALREADY_ANSWERED = 40060
TOKEN_DEAD = 50027
_GONE = frozenset({UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION, TOKEN_DEAD})
_CALM_S = 5.0


@contextmanager
def translated() -> Generator[None]:
    """Raise our errors in place of Discord's.

    Raises:
        MessageGone: the message, or the token it is changed through, is no more.
        ClipTooLarge, ChatBusy, ChatForbidden, ChatUnavailable: see `bots.errors`.
    """
    try:
        yield
    except discord.RateLimited as error:
        raise ChatBusy(error.retry_after) from error
    except discord.HTTPException as error:
        raise _translation(error) from error
    except (aiohttp.ClientError, OSError) as error:
        raise ChatUnavailable(str(error) or type(error).__name__) from error


def _translation(error: discord.HTTPException) -> BotsError:
    if error.code in _GONE:
        return MessageGone(str(error))
    if error.code == FILE_TOO_LARGE or error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return ClipTooLarge(str(error))
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return ChatBusy(_CALM_S)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ChatUnavailable(str(error))
    return ChatForbidden(str(error))


def is_too_late(error: discord.HTTPException) -> bool:
    """Tell whether an interaction was answered too late, or already by another process."""
    return error.code in (UNKNOWN_INTERACTION, ALREADY_ANSWERED, TOKEN_DEAD, UNKNOWN_WEBHOOK)

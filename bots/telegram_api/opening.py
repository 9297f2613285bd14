"""A client for a bot, over connections of our own."""

from __future__ import annotations

import os

from telegram import Bot

from bots.telegram_api.transport import Transport

UPLOAD_S = 180.0
"""A clip of 50 MB over a slow line; an upload that is given up may have been shown."""
_CONNECTIONS = 64
_ANSWER_S = 15.0


def open_bot(token: str, api_url: str) -> Bot:
    """Make a client for a bot; nothing is sent yet."""
    # waits are timedeltas in the library's next version, and it warns until then
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    calls, polls = (
        Transport(connections=connections, answer_s=_ANSWER_S, upload_s=UPLOAD_S)
        for connections in (_CONNECTIONS, 2)
    )
    return Bot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=calls,
        get_updates_request=polls,
    )

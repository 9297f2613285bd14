from __future__ import annotations

import re

import pytest
from telegram.error import BadRequest, TelegramError


def refused(why: str, kind: type[TelegramError] = BadRequest) -> pytest.RaisesExc[TelegramError]:
    """Expect a refusal; python-telegram-bot changes the case of what Telegram says."""
    return pytest.raises(kind, match=re.compile(re.escape(why), re.IGNORECASE))

"""Rows of buttons, as Telegram draws them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram import SwitchInlineQueryChosenChat as ChosenChat

from bots.codes import Verb
from bots.desk.keys import Key, Rows, in_rows
from bots.telegram_bot.links import remix_link
from engine.jobs.job import JobId

SHARED = "clip "
"""What an inline query begins with that looks for one clip."""
_SHARING = "https://t.me/share/url?url="
_ELSEWHERE = frozenset({Verb.REPORT, Verb.USE})
"""What is done on Telegram by a command, or by sending a photo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyboards:
    """Draws rows; a clip is shared in inline mode or, where there is none, as a link to the bot."""

    link: str
    has_inline_mode: bool

    def drawn(self, rows: Rows) -> InlineKeyboardMarkup | None:
        """Draw rows."""
        drawn = [[button for key in row if (button := self._button(key))] for row in rows]
        return InlineKeyboardMarkup([row for row in drawn if row]) if any(drawn) else None

    def closed_up(self, rows: Rows) -> InlineKeyboardMarkup | None:
        """Draw rows without gaps where a key is not drawn."""
        keys = [key for row in rows for key in row if self._button(key)]
        return self.drawn(in_rows(keys))

    def _button(self, key: Key) -> InlineKeyboardButton | None:
        if key.url is not None:
            return InlineKeyboardButton(key.label, url=key.url)
        if key.code is None or key.code.verb in _ELSEWHERE:
            return None
        if key.code.verb is Verb.SHARE:
            return self._sharing(key.label, JobId(key.code.about))
        return InlineKeyboardButton(key.label, callback_data=str(key.code))

    def _sharing(self, label: str, job: JobId) -> InlineKeyboardButton:
        if not self.has_inline_mode:
            link = quote(remix_link(self.link, job), safe="")
            return InlineKeyboardButton(label, url=_SHARING + link)
        anywhere = ChosenChat(
            query=SHARED + job,
            allow_user_chats=True,
            allow_group_chats=True,
            allow_channel_chats=True,
        )
        return InlineKeyboardButton(label, switch_inline_query_chosen_chat=anywhere)


def link_below(label: str, url: str) -> InlineKeyboardMarkup:
    """Draw one button that leads somewhere."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, url=url)]])

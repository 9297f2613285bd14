"""Rows of buttons: under a clip, and for choosing an effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram import SwitchInlineQueryChosenChat as ChosenChat

from bots.chat import Action, Button
from bots.codes import Code, Verb, short_name
from bots.texts.talk import Talk
from bots.texts.texts import Texts
from engine.jobs.catalogue import EffectCard
from engine.jobs.job import JobId

PAGE_ROWS = 6
PAGE_COLUMNS = 2
_PER_PAGE = PAGE_ROWS * PAGE_COLUMNS
_COLUMNS = 2

_SHARING = "https://t.me/share/url?url="

SHARED = "clip "
"""What an inline query begins with that looks for one clip."""

_VERBS: Mapping[Action, Verb] = {
    Action.AGAIN: Verb.AGAIN,
    Action.REMIX: Verb.REMIX,
    Action.OTHER_EFFECT: Verb.OTHER,
    Action.HD: Verb.HD,
    Action.DETAILS: Verb.DETAILS,
    Action.DELETE: Verb.DELETE,
    Action.CANCEL: Verb.CANCEL,
}

Rows = list[list[InlineKeyboardButton]]


def under_message(
    job: JobId, buttons: Iterable[Button], *, shared_as: str | None = None
) -> InlineKeyboardMarkup | None:
    """Lay out the buttons of a job's message.

    A clip is shared through inline mode or, where there is none, as a link to what it shows.
    """
    keys = [key for button in buttons if (key := _key(job, button, shared_as)) is not None]
    return InlineKeyboardMarkup(_in_rows(keys, _COLUMNS)) if keys else None


def effect_page(
    draft: str, cards: Sequence[EffectCard], texts: Texts, page: int = 0
) -> InlineKeyboardMarkup:
    """Offer effects for a draft, a page of them at a time."""
    pages = max(1, -(-len(cards) // _PER_PAGE))
    page %= pages
    shown = cards[page * _PER_PAGE : (page + 1) * _PER_PAGE]
    rows = _in_rows([_pick(draft, card, texts) for card in shown], PAGE_COLUMNS)
    if pages > 1:
        more = Code(Verb.PAGE, draft, str((page + 1) % pages))
        rows.append([InlineKeyboardButton(Talk(texts).more_effects(), callback_data=str(more))])
    return InlineKeyboardMarkup(rows)


def _pick(draft: str, card: EffectCard, texts: Texts) -> InlineKeyboardButton:
    code = Code(Verb.PICK, draft, short_name(card.id))
    return InlineKeyboardButton(texts.title(card.title), callback_data=str(code))


def _key(job: JobId, button: Button, shared_as: str | None) -> InlineKeyboardButton | None:
    if button.action is Action.SHARE and shared_as is not None:
        return InlineKeyboardButton(button.label, url=_SHARING + quote(shared_as, safe=""))
    if button.action is Action.SHARE:
        anywhere = ChosenChat(
            query=SHARED + job,
            allow_user_chats=True,
            allow_group_chats=True,
            allow_channel_chats=True,
        )
        return InlineKeyboardButton(button.label, switch_inline_query_chosen_chat=anywhere)
    if button.action is Action.CHOOSE and button.effect:
        code = Code(Verb.CHOOSE, job, short_name(button.effect))
    elif button.action in _VERBS:
        code = Code(_VERBS[button.action], job)
    else:
        return None
    return InlineKeyboardButton(button.label, callback_data=str(code))


def _in_rows(keys: Sequence[InlineKeyboardButton], columns: int) -> Rows:
    return [list(keys[start : start + columns]) for start in range(0, len(keys), columns)]

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import pytest
from telegram.error import BadRequest, TelegramError, TimedOut

from bots.errors import (
    BotsError,
    ChatBusy,
    ChatForbidden,
    ChatUnavailable,
    ClipTooLarge,
    MessageGone,
)
from bots.telegram_api.opening import open_bot
from bots.telegram_api.refusals import (
    GroupMoved,
    has_lost_file,
    has_lost_topic,
    has_no_text,
    translated,
)
from tests.fakes.faults import LOST, Lost
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.errors import (
    ApiError,
    bad_request,
    conflict,
    forbidden,
    internal,
    not_modified,
    query_too_old,
    too_large,
    too_many,
    unauthorized,
    upgraded,
)


async def what_it_becomes(served: FakeTelegram, error: ApiError | Lost) -> BotsError | None:
    """Have Telegram refuse a call, and see what the bot makes of it."""
    async with open_bot(served.token, served.url) as bot:
        served.fail("getMe", error=error)
        try:
            with translated():
                await bot.get_me()
        except BotsError as ours:
            return ours
    return None


def raised(error: TelegramError) -> BotsError:
    with pytest.raises(BotsError) as caught, translated():
        raise error
    return caught.value


SAID = [
    (bad_request("message to edit not found"), MessageGone),
    (bad_request("message can't be edited"), MessageGone),
    (bad_request("message to delete not found"), MessageGone),
    (bad_request("message can't be deleted"), MessageGone),
    (bad_request("message can't be deleted for everyone"), MessageGone),
    (bad_request("MESSAGE_ID_INVALID"), MessageGone),
    (upgraded(-1001), GroupMoved),
    (bad_request("file is too big"), ClipTooLarge),
    (too_large(), ClipTooLarge),
    (bad_request("chat not found"), ChatForbidden),
    (bad_request("not enough rights to send videos to the chat"), ChatForbidden),
    (bad_request("not enough rights to send text messages to the chat"), ChatForbidden),
    (bad_request("have no rights to send a message"), ChatForbidden),
    (bad_request("need administrator rights in the channel chat"), ChatForbidden),
    (bad_request("CHAT_WRITE_FORBIDDEN"), ChatForbidden),
    (bad_request("CHAT_RESTRICTED"), ChatForbidden),
    (bad_request("CHAT_SEND_VIDEOS_FORBIDDEN"), ChatForbidden),
    (bad_request("CHAT_SEND_PLAIN_FORBIDDEN"), ChatForbidden),
    (bad_request("CHANNEL_PRIVATE"), ChatForbidden),
    (bad_request("PEER_ID_INVALID"), ChatForbidden),
    (bad_request("TOPIC_CLOSED"), ChatForbidden),
    (bad_request("group chat was deactivated"), ChatForbidden),
    (forbidden("bot was blocked by the user"), ChatForbidden),
    (forbidden("bot was kicked from the supergroup chat"), ChatForbidden),
    (forbidden("bot is not a member of the channel chat"), ChatForbidden),
    (forbidden("bot can't initiate conversation with a user"), ChatForbidden),
    (forbidden("user is deactivated"), ChatForbidden),
    (forbidden("a reason that nobody has heard of"), ChatForbidden),
    (too_many(17), ChatBusy),
    (query_too_old(), ChatUnavailable),
    (bad_request("message thread not found"), ChatUnavailable),
    (bad_request("there is no text in the message to edit"), ChatUnavailable),
    (bad_request("wrong file identifier/HTTP URL specified"), ChatUnavailable),
    (bad_request("a reason that nobody has heard of"), ChatUnavailable),
    (conflict("terminated by other getUpdates request"), ChatUnavailable),
    (unauthorized(), ChatUnavailable),
    (internal(), ChatUnavailable),
    (LOST, ChatUnavailable),
]


@pytest.mark.parametrize(
    ("error", "meant"),
    SAID,
    ids=[error.description if isinstance(error, ApiError) else "lost" for error, _ in SAID],
)
async def test_what_telegram_answers_is_understood(
    served: FakeTelegram, error: ApiError | Lost, meant: type[BotsError]
) -> None:
    assert type(await what_it_becomes(served, error)) is meant


@pytest.mark.parametrize("said", [str.upper, str.lower, str.title])
def test_it_is_understood_in_any_case_of_letters(said: Callable[[str], str]) -> None:
    assert type(raised(BadRequest(said("Message to edit not found")))) is MessageGone
    assert type(raised(BadRequest(said("chat_write_forbidden")))) is ChatForbidden
    assert type(raised(BadRequest(said("file is too big")))) is ClipTooLarge


async def test_how_long_to_wait_is_passed_on(served: FakeTelegram) -> None:
    busy = await what_it_becomes(served, too_many(2000))
    assert isinstance(busy, ChatBusy)
    assert busy.retry_after_s == 2000.0


async def test_where_a_group_has_gone_is_passed_on(served: FakeTelegram) -> None:
    moved = await what_it_becomes(served, upgraded(-1001))
    assert isinstance(moved, GroupMoved)
    assert moved.chat == -1001


async def test_an_edit_that_changes_nothing_is_no_error(served: FakeTelegram) -> None:
    assert await what_it_becomes(served, not_modified()) is None


def test_after_a_timeout_nobody_knows_whether_it_was_done() -> None:
    assert type(raised(TimedOut())) is ChatUnavailable


async def test_where_nobody_listens_telegram_is_away() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        bot = open_bot("1:token", f"http://127.0.0.1:{nobody.getsockname()[1]}")
        with pytest.raises(ChatUnavailable), translated():
            await bot.get_me()
        await bot.request.shutdown()


def test_errors_that_are_not_telegrams_pass() -> None:
    for error in (asyncio.CancelledError(), ValueError("ours")):
        with pytest.raises(type(error)), translated():
            raise error


def test_what_can_be_done_otherwise_is_told_apart() -> None:
    no_text = raised(BadRequest("There is no text in the message to edit"))
    lost_topic = raised(BadRequest("Message thread not found"))
    lost_file = raised(BadRequest("Wrong file identifier/HTTP URL specified"))
    lost_elsewhere = raised(BadRequest("Wrong remote file identifier specified"))
    assert [has_no_text(it) for it in (no_text, lost_topic, lost_file)] == [True, False, False]
    assert [has_lost_topic(it) for it in (no_text, lost_topic, lost_file)] == [False, True, False]
    assert [has_lost_file(it) for it in (no_text, lost_file, lost_elsewhere)] == [False, True, True]
    assert not has_lost_file(ChatUnavailable("wrong file identifier"))

"""Methods that answer what people asked: presses, inline queries, summons."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.fakes.telegram import limits
from tests.fakes.telegram.buttons import checked
from tests.fakes.telegram.calls import Call
from tests.fakes.telegram.errors import Json, bad_request, query_too_old
from tests.fakes.telegram.inline_messages import content_of, post
from tests.fakes.telegram.methods.method import Method
from tests.fakes.telegram.queries import Answer, InlineAnswer, InlineQuery, InlineResult
from tests.fakes.telegram.world import World

_START = re.compile(r"[A-Za-z0-9_-]{1,64}")


def answer_callback_query(world: World, call: Call) -> bool:
    press = world.queries.presses.get(call.needed("callback_query_id"))
    if press is None or press.answer is not None:
        raise query_too_old()
    if world.now() - press.at > limits.CALLBACK_QUERY_LIVES_FOR:
        raise query_too_old()
    text = call.text("text") or ""
    if limits.length(text) > limits.CALLBACK_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    press.answer = Answer(text=text, alert=call.flag("show_alert"), url=call.text("url"))
    world.changes.announce()
    return True


def answer_inline_query(world: World, call: Call) -> bool:
    query = world.queries.inline.get(call.needed("inline_query_id"))
    if query is None or query.answer is not None:
        raise query_too_old()
    if world.now() - query.at > limits.INLINE_QUERY_LIVES_FOR:
        raise query_too_old()
    query.answer = _inline_answer(world, call, query)
    seconds = call.number("cache_time")
    until = world.now() + timedelta(seconds=300 if seconds is None else seconds)
    reader = query.who.id if call.flag("is_personal") else None
    world.queries.cached[query.words, query.offset, reader] = (until, query.answer)
    world.changes.announce()
    return True


def answer_guest_query(world: World, call: Call) -> Json:
    summons = world.queries.summons.get(call.needed("guest_query_id"))
    result = call.object("result")
    if summons is None or summons.answer is not None:
        raise query_too_old()
    if result is None:
        raise bad_request("can't parse InlineQueryResult: result is empty")
    _check(world, [result])
    message = post(
        world, InlineResult(id=result["id"], json=result), summons.chat, world.bot, summons.to
    )
    message.inline_id = message.inline_id or world.queries.new_id()
    world.inline[message.inline_id] = summons.answer = message
    world.changes.announce()
    return {"inline_message_id": message.inline_id}


def _inline_answer(world: World, call: Call, query: InlineQuery) -> InlineAnswer:
    results, button = call.list("results") or [], call.object("button") or {}
    _check(world, results)
    start = button.get("start_parameter")
    if start is not None and not _START.fullmatch(start):
        raise bad_request("START_PARAM_INVALID")
    return InlineAnswer(
        query=query.words,
        results=[InlineResult(id=result["id"], json=result) for result in results],
        button=button.get("text"),
        start=start,
        next_offset=call.text("next_offset") or "",
    )


def _check(world: World, results: list[Json]) -> None:
    if len(results) > limits.INLINE_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    ids = [str(result.get("id", "")) for result in results]
    if not all(1 <= len(name.encode()) <= limits.INLINE_RESULT_ID_BYTES for name in ids):
        raise bad_request("RESULT_ID_INVALID")
    if len(set(ids)) < len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")
    for result in results:
        checked(result.get("reply_markup"), inline_only=True)
        content_of(world, result)


METHODS: dict[str, Method] = {
    "answerCallbackQuery": answer_callback_query,
    "answerInlineQuery": answer_inline_query,
    "answerGuestQuery": answer_guest_query,
}

"""What people ask the bot other than by writing: presses, inline queries, summons."""

from __future__ import annotations

from tests.fakes.telegram import inline_messages
from tests.fakes.telegram.chats import PRIVATE, Chat
from tests.fakes.telegram.entities import found
from tests.fakes.telegram.errors import Json
from tests.fakes.telegram.messages import Content, Message
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.queries import Answer, InlineQuery, InlineResult, Press, Summons
from tests.fakes.telegram.wire import message_json
from tests.fakes.telegram.world import World


def tap(world: World, who: Person, message: Message, label: str) -> Press:
    """Press a key; one that opens an address tells the bot nothing."""
    assert message.chat.has(who), f"{who.name} is not in {message.chat.title}"
    assert not message.deleted, f"{message!r} is not there"
    button = message.button(label)
    press = Press(id=world.queries.new_id(), at=world.now())
    if button.data is None:
        press.answer = Answer(url=button.url)
        return press
    world.queries.presses[press.id] = press
    said: Json = {
        "id": press.id,
        "from": who.json(),
        "chat_instance": str(message.chat.id),
        "data": button.data,
    }
    of_bot = message.inline_id is None
    said |= (
        {"message": message_json(message)} if of_bot else {"inline_message_id": message.inline_id}
    )
    world.updates.put("callback_query", said)
    return press


def ask_inline(
    world: World, who: Person, words: str, offset: str, chat: Chat | None
) -> InlineQuery:
    """Write the bot's name and words into the field for a message."""
    query = InlineQuery(
        id=world.queries.new_id(), at=world.now(), who=who, words=words, offset=offset
    )
    for reader in (None, who.id):
        until, answer = world.queries.cached.get((words, offset, reader), (query.at, None))
        if answer is not None and query.at < until:
            query.answer = answer
            return query
    world.queries.inline[query.id] = query
    world.updates.put("inline_query", {
        "id": query.id,
        "from": who.json(),
        "query": words,
        "offset": offset,
        "chat_type": _chat_type(world, chat),
    })  # fmt: skip
    return query


def choose(world: World, who: Person, words: str, result: InlineResult, chat: Chat) -> Message:
    """Send an inline result."""
    assert chat.has(who), f"{who.name} is not in {chat.title}"
    message = inline_messages.post(world, result, chat, who)
    if world.inline_feedback:
        said: Json = {"result_id": result.id, "from": who.json(), "query": words}
        if message.inline_id is not None:
            said["inline_message_id"] = message.inline_id
        world.updates.put("chosen_inline_result", said)
    return message


def summon(world: World, who: Person, chat: Chat, words: str, reply_to: Message | None) -> Summons:
    """Mention the bot in a chat where it is no member."""
    assert chat.has(who), f"{who.name} is not in {chat.title}"
    assert not chat.has(world.bot), f"the bot is in {chat.title}"
    content = Content(words=words, entities=found(words))
    message = world.said(world.new(chat, who, content, reply_to=reply_to))
    summons = Summons(id=world.queries.new_id(), at=world.now(), chat=chat, to=message)
    world.queries.summons[summons.id] = summons
    told = message_json(message) | {"guest_query_id": summons.id}
    world.updates.put("guest_message", told)
    return summons


def _chat_type(world: World, chat: Chat | None) -> str:
    if chat is None or chat.kind != PRIVATE:
        return chat.kind if chat else "private"
    return "sender" if chat.has(world.bot) else "private"

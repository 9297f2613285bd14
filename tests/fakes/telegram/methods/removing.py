"""Methods that delete messages."""

from __future__ import annotations

from tests.fakes.telegram.calls import Call
from tests.fakes.telegram.errors import bad_request
from tests.fakes.telegram.methods.method import Method, chat_of
from tests.fakes.telegram.world import World


def delete_message(world: World, call: Call) -> bool:
    chat = chat_of(world, call)
    message = chat.find(call.number("message_id") or 0)
    if message is None:
        raise bad_request("message to delete not found")
    if why := chat.can_delete(message, world.bot):
        raise bad_request(why)
    world.delete(message)
    return True


def delete_messages(world: World, call: Call) -> bool:
    chat = chat_of(world, call)
    numbers = call.list("message_ids") or []
    if not 1 <= len(numbers) <= 100:
        raise bad_request("message identifiers are not specified")
    for message in [m for m in chat.messages if m.id in numbers]:
        if chat.can_delete(message, world.bot) is None:
            world.delete(message)
    return True


METHODS: dict[str, Method] = {
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
}

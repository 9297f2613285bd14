"""Methods that tell about the bot, chats, their members and files."""

from __future__ import annotations

from tests.fakes.telegram.calls import Call
from tests.fakes.telegram.chats import ADMIN, LEFT, OWNER, PRESENT, PRIVATE, Chat
from tests.fakes.telegram.errors import Json, bad_request
from tests.fakes.telegram.methods.method import Method, chat_of
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.world import World


def get_me(world: World, call: Call) -> Json:
    return world.bot.json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": not world.has_privacy,
        "supports_inline_queries": True,
        "supports_guest_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
    }


def get_file(world: World, call: Call) -> Json:
    file = world.files.file(call.needed("file_id"))
    return file.json() | {"file_path": file.path}


def get_chat(world: World, call: Call) -> Json:
    chat = chat_of(world, call)
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
    said = chat.json() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys((*gifts, "gifts_from_channels"), True),
    }
    for other in world.chats.values():
        if other.discussion is chat or chat.discussion is other:
            said["linked_chat_id"] = other.id
    return said


def get_chat_member(world: World, call: Call) -> Json:
    chat, meant = chat_of(world, call), call.number("user_id")
    person = next((p for p in (*chat.status, *world.people) if p.id == meant), None)
    if person is None:
        raise bad_request("invalid user_id specified")
    return world.member(person, chat.status.get(person, LEFT))


def get_chat_administrators(world: World, call: Call) -> list[Json]:
    chat = chat_of(world, call)
    if chat.kind == PRIVATE:
        raise bad_request("there are no administrators in the private chat")
    return [
        world.member(person, status)
        for person, status in chat.status.items()
        if status in {ADMIN, OWNER} and _is_listed(world, person)
    ]


def get_chat_member_count(world: World, call: Call) -> int:
    return len(_present(chat_of(world, call)))


def leave_chat(world: World, call: Call) -> bool:
    chat = chat_of(world, call)
    if chat.kind == PRIVATE:
        raise bad_request("chat member status can't be changed in private chats")
    world.let_in(chat, LEFT, world.bot)
    return True


def _is_listed(world: World, person: Person) -> bool:
    return person is world.bot or not person.is_bot


def _present(chat: Chat) -> list[Person]:
    return [person for person, status in chat.status.items() if status in PRESENT]


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getFile": get_file,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
}

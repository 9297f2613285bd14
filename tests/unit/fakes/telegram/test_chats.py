from __future__ import annotations

import pytest
from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeDefault
from telegram.error import ChatMigrated, Forbidden, InvalidToken

from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.unit.fakes.telegram.refusals import refused


async def heard(bot: Bot) -> list[str | None]:
    updates = await bot.get_updates(timeout=0)
    if updates:
        await bot.get_updates(offset=updates[-1].update_id + 1, timeout=0)
    return [update.message.text for update in updates if update.message]


async def test_in_a_group_the_bot_hears_only_what_is_meant_for_it(
    telegram: FakeTelegram, bot: Bot, ann: Person, jpeg: bytes
) -> None:
    rival = telegram.person("Rival", username="rival_bot", is_bot=True)
    group = telegram.group("Friends", members=[ann, rival])
    of_bot = group.find((await bot.send_message(group.id, "here I am")).message_id)
    group.write(ann, "chatter")
    group.send_photo(ann, jpeg)
    group.write(ann, "/effect@rival_bot robot")
    assert await heard(bot) == []
    group.write(ann, "/effect robot")
    group.write(ann, "what about @zoetrope_bot?")
    group.write(ann, "yes", reply_to=of_bot)
    assert await heard(bot) == ["/effect robot", "what about @zoetrope_bot?", "yes"]
    group.write(rival, "me too")
    group.write(ann, "/effect robot")
    group.write(ann, "/effect@zoetrope_bot robot")
    assert await heard(bot) == ["/effect@zoetrope_bot robot"]


async def test_an_admin_bot_hears_everything(telegram: FakeTelegram, bot: Bot, ann: Person) -> None:
    group = telegram.group("Friends", members=[ann])
    telegram.add_bot(group, by=ann, status="administrator")
    group.write(ann, "chatter")
    assert await heard(bot) == ["chatter"]


async def test_a_group_that_becomes_a_supergroup_is_another_chat(
    telegram: FakeTelegram, bot: Bot, ann: Person
) -> None:
    group = telegram.group("Friends", members=[ann])
    sent = await bot.send_message(group.id, "queued")
    new = telegram.migrate(group)
    old_side, new_side = [u.message for u in await bot.get_updates(timeout=0)]
    assert old_side is not None
    assert old_side.migrate_to_chat_id == new.id
    assert new_side is not None
    assert new_side.migrate_from_chat_id == group.id
    with pytest.raises(ChatMigrated) as error:
        await sent.edit_text("done")
    assert error.value.new_chat_id == new.id
    with refused("message to edit not found"):
        await bot.edit_message_text("done", new.id, sent.message_id)
    await bot.send_message(new.id, "hi")


async def test_the_bot_leaves_and_is_thrown_out(
    telegram: FakeTelegram, bot: Bot, ann: Person
) -> None:
    group = telegram.group("Friends", members=[ann], bot="left")
    with refused("bot is not a member of the group chat", Forbidden):
        await bot.send_message(group.id, "hi")
    telegram.add_bot(group, by=ann)
    added, joined = await bot.get_updates(timeout=0)
    assert added.my_chat_member is not None
    assert joined.message is not None
    assert joined.message.new_chat_members[0].id == bot.id
    await bot.leave_chat(group.id)
    room = telegram.supergroup("Room", members=[ann])
    telegram.remove_bot(room, by=ann)
    with refused("bot was kicked from the supergroup chat", Forbidden):
        await bot.send_message(room.id, "hi")


async def test_topics_are_kept_apart(telegram: FakeTelegram, bot: Bot, ann: Person) -> None:
    forum = telegram.forum("Studio", members=[ann], admins=[])
    topic = forum.topic("Robots", by=ann)
    forum.write(ann, "/effect robot", topic=topic)
    message = (await bot.get_updates(offset=-1))[0].message
    assert message is not None
    assert (message.is_topic_message, message.message_thread_id) == (True, topic.id)
    assert message.reply_to_message is not None
    assert message.reply_to_message.forum_topic_created is not None
    await message.reply_text("queued")
    assert forum.last.topic is topic
    with refused("message thread not found"):
        await bot.send_message(forum.id, "hi", message_thread_id=1)
    forum.close_topic(topic, by=ann)
    with refused("TOPIC_CLOSED"):
        await bot.send_message(forum.id, "hi", message_thread_id=topic.id)
    forum.delete_topic(topic)
    assert forum.messages == []
    with refused("message thread not found"):
        await bot.send_message(forum.id, "hi", message_thread_id=topic.id)


async def test_a_post_of_a_channel_is_discussed_in_its_group(
    telegram: FakeTelegram, bot: Bot, ann: Person
) -> None:
    group = telegram.supergroup("Talk", members=[ann], bot="administrator")
    channel = telegram.channel("News", admins=[ann], discussion=group)
    post = channel.write(ann, "look at this")
    first, second = await bot.get_updates(timeout=0)
    assert first.channel_post is not None
    assert first.channel_post.from_user is None
    assert second.message is not None
    assert second.message.is_automatic_forward
    comment = group.write(ann, "/effect robot", reply_to=group.last)
    assert comment.thread == group.messages[0].id
    await bot.send_message(channel.id, "and this")
    assert [m.words for m in channel.messages] == [post.words, "and this"]
    assert (await bot.get_chat(channel.id)).linked_chat_id == group.id


async def test_members_are_told(telegram: FakeTelegram, bot: Bot, ann: Person) -> None:
    bob = telegram.person("Bob")
    group = telegram.supergroup("Room", members=[bob], admins=[ann])
    assert (await bot.get_chat_member(group.id, ann.id)).status == "creator"
    assert (await bot.get_chat_member(group.id, bob.id)).status == "member"
    assert [m.user.id for m in await bot.get_chat_administrators(group.id)] == [ann.id]
    assert (await bot.get_chat(group.id)).title == "Room"


async def test_people_come_and_go(telegram: FakeTelegram, bot: Bot, ann: Person) -> None:
    group, bob = telegram.group("Friends", members=[ann]), telegram.person("Bob")
    telegram.join(group, bob)
    telegram.leave(group, bob)
    came, went = [u.message for u in await bot.get_updates(timeout=0)]
    assert came is not None
    assert [user.id for user in came.new_chat_members] == [bob.id]
    assert went is not None
    assert went.left_chat_member is not None
    with pytest.raises(AssertionError, match="Bob is not in Friends"):
        group.write(bob, "still here?")


async def test_an_anonymous_admin_is_seen_as_the_group(
    telegram: FakeTelegram, bot: Bot, ann: Person
) -> None:
    group = telegram.supergroup("Room", admins=[ann])
    group.write(ann, "/effect@zoetrope_bot", anonymous=True)
    message = (await bot.get_updates(timeout=0))[0].message
    assert message is not None
    assert message.from_user is not None
    assert message.from_user.username == "GroupAnonymousBot"
    assert message.sender_chat is not None
    assert message.sender_chat.id == group.id


async def test_commands_are_offered_by_scope_and_language(
    telegram: FakeTelegram, bot: Bot, ann: Person, chat: Chat
) -> None:
    await bot.set_my_commands([BotCommand("effects", "every effect")], BotCommandScopeDefault())
    await bot.set_my_commands([BotCommand("help", "帮助")], language_code="zh")
    await bot.set_my_commands([BotCommand("board", "results")], BotCommandScopeAllGroupChats())
    group = telegram.group("Friends", members=[ann])
    assert telegram.commands(ann, chat) == ["help"]
    assert telegram.commands(ann, group) == ["board"]
    await bot.delete_my_commands(language_code="zh")
    assert telegram.commands(ann, chat) == ["effects"]
    assert [c.command for c in await bot.get_my_commands()] == ["effects"]
    with refused("BOT_COMMAND_INVALID"):
        await bot.set_my_commands([BotCommand("Effects", "every effect")])


async def test_the_bot_says_who_it_is(telegram: FakeTelegram, bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.username, me.supports_inline_queries) == ("zoetrope_bot", True)
    await bot.set_my_description("makes clips")
    await bot.set_my_short_description("短片", language_code="zh")
    await bot.set_my_name("Zoe")
    assert (await bot.get_my_description("de")).description == "makes clips"
    assert (await bot.get_my_short_description("zh")).short_description == "短片"
    assert (await bot.get_my_name()).name == "Zoe"
    with refused("short_description is too long"):
        await bot.set_my_short_description("x" * 121)


async def test_a_wrong_token_is_refused(telegram: FakeTelegram) -> None:
    with pytest.raises(InvalidToken):
        async with Bot("1:wrong", telegram.base_url):
            pass

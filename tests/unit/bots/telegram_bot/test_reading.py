from __future__ import annotations

import pytest

from bots.chat import Person as Who
from bots.chat import PersonId
from bots.desk.events import Joined, Picture, Pressed, Said
from bots.telegram_bot.events import Called, Chosen, Event, Moved, Wondered, chat_key
from bots.telegram_bot.where import message_id, where_in
from tests.fakes.telegram import Chat, FakeTelegram, Person, asking
from tests.fakes.telegram.files import VIDEO
from tests.fakes.telegram.messages import Content
from tests.fakes.telegram.people import CHANNEL_BOT
from tests.unit.bots.telegram_bot.ear import Ear, from_bot

SEVEN = Who(id=PersonId("telegram:7"))


def who(person: Person, language: str = "en") -> Who:
    return Who(id=PersonId(f"telegram:{person.id}"), language=language)


def test_what_somebody_writes_in_private_is_for_us(ear: Ear, chat: Chat, ann: Person) -> None:
    message = chat.write(ann, "turn me into a robot")
    assert ear.last == Said(
        update=ear.updates[-1]["update_id"],
        who=who(ann, "zh-hans"),
        where=where_in(ann.id, reply_to=message.id),
        message=message_id(ann.id, message.id),
        text="turn me into a robot",
    )


def test_whose_program_tells_no_language_is_spoken_to_in_english(
    telegram: FakeTelegram, ear: Ear
) -> None:
    eve = telegram.person("Eve", language=None)
    telegram.private(eve).write(eve, "hello")
    assert ear.said.who == who(eve, "en")


def test_pictures_of_one_album_have_that_in_common(
    ear: Ear, chat: Chat, ann: Person, jpeg: bytes
) -> None:
    for caption in ("robot", "", ""):
        chat.send_photo(ann, jpeg, caption=caption, album="a")
    chat.send_photo(ann, jpeg, album="b")
    said = [event for event in ear.events if isinstance(event, Said)]
    assert [event.album == said[0].album for event in said] == [True, True, True, False]
    assert [event.text for event in said] == ["robot", "", "", ""]
    assert len({event.pictures for event in said}) == 4


def test_a_forwarded_photo_is_as_good_as_an_own_one(
    telegram: FakeTelegram, ear: Ear, chat: Chat, ann: Person, bob: Person, jpeg: bytes
) -> None:
    channel = telegram.channel("News", admins=[bob])
    post = channel.send_photo(bob, jpeg, caption="@zoetrope_bot robot")
    for hidden in (False, True):
        chat.forward(ann, post, hidden=hidden)
        assert ear.said.pictures
        assert ear.said.text == "robot"
        assert ear.said.who.id == f"telegram:{ann.id}"


def test_what_holds_no_picture_is_known_for_that(ear: Ear, chat: Chat, ann: Person) -> None:
    chat.send_media(ann, VIDEO)
    assert ear.said.unusable
    chat.send_document(ann, b"%PDF", mime="application/pdf")
    assert ear.said.unusable
    chat.write(ann, "hello")
    assert not ear.said.unusable


def test_service_messages_are_for_nobody(telegram: FakeTelegram, ear: Ear, ann: Person) -> None:
    group = telegram.group("Friends", members=[ann], bot="administrator")
    telegram.join(group, telegram.person("Eve"))
    assert ear.last is None


def test_in_a_group_only_commands_and_our_name_are_for_us(
    telegram: FakeTelegram, ear: Ear, ann: Person, bob: Person, jpeg: bytes
) -> None:
    group = telegram.group("Friends", members=[ann, bob], bot="administrator")
    for words, for_us in (
        ("hello", False),
        ("/help", True),
        ("/help@zoetrope_bot", True),
        ("/help@another_bot", False),
        ("@Zoetrope_Bot robot", True),
        ("@bob robot", False),
    ):
        group.write(ann, words)
        assert isinstance(ear.last, Said) is for_us, words
    group.send_photo(ann, jpeg)
    assert ear.last is None
    group.send_photo(ann, jpeg, caption="/effect@another_bot")
    assert ear.last is None
    group.send_photo(ann, jpeg, caption="robot @zoetrope_bot")
    assert ear.said.named


def test_an_answer_to_us_in_a_group_is_for_us_and_one_to_others_is_not(
    telegram: FakeTelegram, ear: Ear, ann: Person, bob: Person, jpeg: bytes
) -> None:
    group = telegram.group("Friends", members=[ann, bob], bot="administrator")
    ours, bobs = from_bot(group), group.write(bob, "hello")
    group.write(ann, "robot", reply_to=ours)
    assert (ear.said.text, ear.said.named) == ("robot", False)
    assert ear.said.answered_message == message_id(ours.chat.id, ours.id)
    group.send_photo(ann, jpeg, reply_to=ours)
    assert ear.said.pictures
    group.write(ann, "robot", reply_to=bobs)
    assert ear.last is None


def test_a_command_in_answer_to_a_photo_comes_with_the_photo(
    telegram: FakeTelegram, ear: Ear, ann: Person, bob: Person, jpeg: bytes
) -> None:
    group = telegram.group("Friends", members=[ann, bob])
    photo = group.send_photo(bob, jpeg)
    group.write(ann, "/effect robot", reply_to=photo)
    assert photo.media is not None
    assert ear.said.answered == Picture(file=photo.media.file.id, bytes=photo.media.file.size)
    assert ear.said.answered_message == message_id(group.id, photo.id)


def test_our_own_clip_is_no_picture_to_begin_with(
    ear: Ear, chat: Chat, ann: Person, jpeg: bytes
) -> None:
    theirs = chat.send_media(ann, VIDEO, thumbnail=jpeg)
    ours = from_bot(chat, Content(words="Robot", media=theirs.media))
    chat.write(ann, "robot", reply_to=ours)
    assert ear.said.answered is None
    assert ear.said.answered_message == message_id(ours.chat.id, ours.id)
    chat.write(ann, "robot", reply_to=theirs)
    assert ear.said.answered is not None


def test_the_answer_to_what_is_said_in_a_topic_goes_there(
    telegram: FakeTelegram, ear: Ear, ann: Person
) -> None:
    forum = telegram.forum("Friends", members=[ann], admins=[ann])
    topic = forum.topic("Robots", by=ann)
    message = forum.write(ann, "/help", topic=topic)
    assert ear.said.where == where_in(forum.id, topic=topic.id, reply_to=message.id)
    general = forum.write(ann, "/help")
    assert ear.said.where == where_in(forum.id, reply_to=general.id)


def test_the_general_topic_has_no_number(telegram: FakeTelegram, ear: Ear, ann: Person) -> None:
    """Where Telegram names it, it does not take the name back."""
    forum = telegram.forum("Friends", members=[ann])
    message = forum.write(ann, "/help")
    ear.updates[-1]["message"] |= {"message_thread_id": 1, "is_topic_message": True}
    assert ear.said.where == where_in(forum.id, reply_to=message.id)


def test_a_thread_of_answers_is_no_topic(
    telegram: FakeTelegram, ear: Ear, ann: Person, bob: Person
) -> None:
    group = telegram.supergroup("Friends", members=[ann, bob])
    first = group.write(bob, "hello")
    message = group.write(ann, "/help", reply_to=first)
    assert "message_thread_id" in ear.updates[-1]["message"]
    assert ear.said.where == where_in(group.id, reply_to=message.id)


def test_whoever_hides_behind_a_group_or_a_channel_is_nobody_we_could_answer_for(
    telegram: FakeTelegram, ear: Ear, ann: Person
) -> None:
    group = telegram.supergroup("Friends", admins=[ann])
    group.write(ann, "/effect robot", anonymous=True)
    assert ear.last is None
    group.write(ann, "/effect robot")
    ear.updates[-1]["message"]["from"] = CHANNEL_BOT.json()
    assert ear.last is None
    del ear.updates[-1]["message"]["from"]
    assert ear.last is None


def test_bots_are_not_talked_to(telegram: FakeTelegram, ear: Ear, ann: Person) -> None:
    robot = telegram.person("Robot", is_bot=True)
    group = telegram.group("Friends", members=[ann, robot], bot="administrator")
    group.write(ann, "/effect@zoetrope_bot robot")
    ear.updates[-1]["message"]["from"] = robot.json()
    assert ear.last is None


def test_a_press_names_its_message(
    telegram: FakeTelegram, ear: Ear, chat: Chat, ann: Person
) -> None:
    shown = from_bot(chat)
    press = telegram.tap(ann, shown, "Robot")
    assert ear.last == Pressed(
        update=ear.updates[-1]["update_id"],
        query=press.id,
        who=who(ann, "zh-hans"),
        where=where_in(ann.id, reply_to=shown.id),
        message=message_id(ann.id, shown.id),
        data="1:again:job",
    )


def test_a_press_on_a_message_too_old_to_be_shown_still_names_it(
    telegram: FakeTelegram, ear: Ear, chat: Chat, ann: Person
) -> None:
    shown = from_bot(chat)
    telegram.tap(ann, shown, "Robot")
    ear.updates[-1]["callback_query"]["message"] = {
        "message_id": shown.id, "date": 0, "chat": chat.json(),
    }  # fmt: skip
    last = ear.last
    assert isinstance(last, Pressed)
    assert last.message == message_id(ann.id, shown.id)
    assert last.where.place == where_in(ann.id).place


def test_a_press_under_a_message_sent_through_us_is_answered_in_private(
    telegram: FakeTelegram, ear: Ear, chat: Chat, ann: Person
) -> None:
    telegram.tap(ann, from_bot(chat), "Robot")
    query = ear.updates[-1]["callback_query"]
    del query["message"]
    query["inline_message_id"] = "in-1"
    last = ear.last
    assert isinstance(last, Pressed)
    assert (last.message, last.where) == (None, where_in(ann.id))
    del query["inline_message_id"]
    assert ear.last is None


def test_a_press_that_is_a_games_means_nothing(
    telegram: FakeTelegram, ear: Ear, chat: Chat, ann: Person
) -> None:
    telegram.tap(ann, from_bot(chat), "Robot")
    del ear.updates[-1]["callback_query"]["data"]
    ear.updates[-1]["callback_query"]["game_short_name"] = "pong"
    assert ear.last is None


def test_what_is_typed_after_our_name_is_wondered_about(
    telegram: FakeTelegram, ear: Ear, ann: Person
) -> None:
    query = asking.ask_inline(telegram.world, ann, "  robot ", "", None)
    update = ear.updates[-1]["update_id"]
    assert ear.last == Wondered(
        update=update, query=query.id, who=who(ann, "zh-hans"), text="robot"
    )


def test_a_result_is_chosen_only_where_its_message_can_be_changed(
    telegram: FakeTelegram, ear: Ear, ann: Person
) -> None:
    telegram.world.updates.put(
        "chosen_inline_result", {"result_id": "abc", "from": ann.json(), "query": ""}
    )
    assert ear.last is None
    ear.updates[-1]["chosen_inline_result"]["inline_message_id"] = "in-1"
    update = ear.updates[-1]["update_id"]
    assert ear.last == Chosen(update=update, who=who(ann, "zh-hans"), result="abc", inline="in-1")


def test_a_mention_where_we_are_not_brings_the_photo_it_answers(
    telegram: FakeTelegram, ear: Ear, ann: Person, bob: Person, jpeg: bytes
) -> None:
    group = telegram.group("Friends", members=[ann, bob], bot="left")
    photo = group.send_photo(bob, jpeg)
    summons = asking.summon(telegram.world, ann, group, "@zoetrope_bot robot", photo)
    assert photo.media is not None
    last = ear.last
    assert isinstance(last, Called)
    assert (last.query, last.text) == (summons.id, "robot")
    assert last.answered is not None
    assert last.answered.file == photo.media.file.id


def test_a_group_that_becomes_a_supergroup_has_moved(
    telegram: FakeTelegram, ear: Ear, ann: Person
) -> None:
    group = telegram.group("Friends", members=[ann])
    new = telegram.migrate(group)
    moved = [event for event in ear.events if event is not None]
    assert [type(event) for event in moved] == [Moved]
    assert moved == [Moved(update=moved[0].update, old=group.id, new=new.id)]


def test_we_know_where_we_are_let_in_and_thrown_out(
    telegram: FakeTelegram, ear: Ear, ann: Person, chat: Chat
) -> None:
    group = telegram.group("Friends", members=[ann], bot="left")
    telegram.add_bot(group, by=ann)
    telegram.add_bot(group, by=ann, status="administrator")
    telegram.remove_bot(group, by=ann)
    telegram.forbid(chat)
    joined = [event for event in ear.events if isinstance(event, Joined)]
    assert [event.state for event in joined] == ["added", "removed"]
    assert joined[0].where == where_in(group.id)
    assert joined[0].who.id == f"telegram:{ann.id}"


@pytest.mark.parametrize(
    ("event", "key"),
    [
        (Said(update=1, who=SEVEN, where=where_in(-5), message=message_id(-5, 1)), "-5"),
        (Moved(update=1, old=-5, new=-1005), "-5"),
        (Wondered(update=1, query="q", who=SEVEN, text=""), "query:q"),
        (Chosen(update=1, who=SEVEN, result="", inline=""), "telegram:7"),
    ],
)
def test_order_is_kept_within_a_chat_or_for_a_person(event: Event, key: str) -> None:
    assert chat_key(event) == key

from __future__ import annotations

import pytest
import telegram as library

from bots.telegram_api.wording import Words, words_of
from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.unit.bots.telegram_bot.ear import Ear

ROBOT_WORDS = Words(text="robot", command="effect", for_us=True)


def words(ear: Ear) -> Words:
    return words_of(ear.message, ear.me)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("/effect robot", ROBOT_WORDS),
        ("/effect@zoetrope_bot robot", ROBOT_WORDS),
        ("/effect@Zoetrope_BOT   robot  ", ROBOT_WORDS),
        ("/EFFECT robot", ROBOT_WORDS),
        ("/effect\nrobot", ROBOT_WORDS),
        ("/effect", Words(text="", command="effect", for_us=True)),
        ("/effect@another_bot robot", Words(text="")),
        ("/effect@zoetrope_bot2 robot", Words(text="")),
        ("/prompt 变成机器人", Words(text="变成机器人", command="prompt", for_us=True)),
        (
            "/prompt حولني إلى روبوت",
            Words(text="حولني إلى روبوت", command="prompt", for_us=True),
        ),
        ("/prompt 🤖👨‍👩‍👧", Words(text="🤖👨‍👩‍👧", command="prompt", for_us=True)),
        ("a robot, please", Words(text="a robot, please")),
        ("😀 /effect robot", Words(text="😀 /effect robot")),
        ("see and/or that", Words(text="see and/or that")),
        ("/effect @zoetrope_bot", Words(text="@zoetrope_bot", command="effect", for_us=True)),
    ],
)
def test_a_command_is_known_at_the_start(
    ear: Ear, chat: Chat, ann: Person, text: str, meant: Words
) -> None:
    chat.write(ann, text)
    assert words(ear) == meant


@pytest.mark.parametrize(
    ("text", "left", "for_us"),
    [
        ("@zoetrope_bot robot", "robot", True),
        ("robot @Zoetrope_Bot", "robot", True),
        ("😀😀 @ZOETROPE_BOT 🤖 robot", "😀😀 🤖 robot", True),
        ("变成 @zoetrope_bot 机器人", "变成 机器人", True),
        ("حولني @zoetrope_bot روبوت", "حولني روبوت", True),
        ("@zoetrope_bot", "", True),
        ("@zoetrope_bot  a boat \n a train", "a boat\na train", True),
        ("@zoetrope_bot @zoetrope_bot robot", "robot", True),
        ("@zoetrope_bot2 robot", "@zoetrope_bot2 robot", False),
        ("@zoetrope_bot ask @zoetrope_bot2", "ask @zoetrope_bot2", True),
        ("write to me@zoetrope_bot.com", "write to me@zoetrope_bot.com", False),
        ("@ann_a look", "@ann_a look", False),
    ],
)
def test_our_name_is_heard_wherever_it_stands_and_is_no_word(
    ear: Ear, chat: Chat, ann: Person, text: str, left: str, for_us: bool
) -> None:
    chat.write(ann, text)
    assert words(ear) == Words(text=left, for_us=for_us)


@pytest.mark.parametrize(
    ("caption", "meant"),
    [
        ("/effect robot", ROBOT_WORDS),
        ("@zoetrope_bot robot", Words(text="robot", for_us=True)),
        ("robot", Words(text="robot")),
        ("", Words(text="")),
    ],
)
def test_a_caption_is_as_good_as_a_text(
    ear: Ear, chat: Chat, ann: Person, jpeg: bytes, caption: str, meant: Words
) -> None:
    chat.send_photo(ann, jpeg, caption=caption)
    assert words(ear) == meant


def test_a_bot_without_a_name_is_named_by_nobody(
    telegram: FakeTelegram, ear: Ear, chat: Chat, ann: Person
) -> None:
    nameless = library.User(id=telegram.bot.id, first_name="Zoetrope", is_bot=True)
    chat.write(ann, "@zoetrope_bot robot")
    assert words_of(ear.message, nameless) == Words(text="@zoetrope_bot robot")

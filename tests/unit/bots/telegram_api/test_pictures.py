from __future__ import annotations

from typing import Any

import pytest
import telegram as library

from bots.telegram_api.pictures import has_no_picture, picture_in
from tests.fakes.telegram import Chat, Person
from tests.fakes.telegram.files import ANIMATION, AUDIO, STICKER, VIDEO, VIDEO_NOTE, VOICE
from tests.unit.bots.telegram_bot.ear import Ear, a_jpeg


def a_file(name: str, **more: object) -> dict[str, Any]:
    return {"file_id": name, "file_unique_id": f"u-{name}", "file_size": 9, **more}


def a_size(name: str, width: int, height: int) -> dict[str, Any]:
    return a_file(name, width=width, height=height)


THUMB = {"thumbnail": a_size("frame", 320, 320)}


def a_message(ear: Ear, **fields: object) -> library.Message:
    said = {"message_id": 1, "date": 1, "chat": {"id": 77, "type": "private"}, **fields}
    message = library.Message.de_json(said, ear.bot)
    assert message is not None
    return message


def file_in(message: library.Message) -> str | None:
    found = picture_in(message)
    return found and found.file_id


def a_sticker(**more: object) -> dict[str, Any]:
    usual = {"type": "regular", "width": 512, "height": 512, "is_animated": False}
    return a_file("sticker", **(usual | {"is_video": False} | more))


@pytest.mark.parametrize(
    ("sizes", "best"),
    [
        ([("s", 90, 60), ("m", 320, 213), ("x", 1280, 853)], "x"),
        ([("x", 1280, 853), ("s", 90, 60)], "x"),
        ([("y", 2560, 1707), ("huge", 5000, 3333), ("s", 90, 60)], "y"),
        ([("huge", 9000, 6000), ("large", 4000, 3000)], "huge"),
        ([("tall", 100, 2561), ("s", 9, 230)], "s"),
    ],
)
def test_of_a_photos_sizes_the_largest_of_use_is_taken(
    ear: Ear, sizes: list[tuple[str, int, int]], best: str
) -> None:
    message = a_message(ear, photo=[a_size(*size) for size in sizes])
    assert file_in(message) == best


@pytest.mark.parametrize("mime", ["image/jpeg", "image/png", "image/heic", "image/webp"])
def test_a_picture_sent_as_a_file_is_taken_as_it_is(ear: Ear, mime: str) -> None:
    message = a_message(ear, document=a_file("doc", mime_type=mime, **THUMB))
    assert file_in(message) == "doc"


@pytest.mark.parametrize("mime", [None, "", "application/pdf", "text/plain", "application/zip"])
def test_a_file_that_is_neither_picture_nor_film_holds_none(ear: Ear, mime: str | None) -> None:
    message = a_message(ear, document=a_file("doc", mime_type=mime, **THUMB))
    assert picture_in(message) is None
    assert has_no_picture(message)


def test_a_film_sent_as_a_file_gives_its_frame(ear: Ear) -> None:
    message = a_message(ear, document=a_file("doc", mime_type="video/quicktime", **THUMB))
    assert file_in(message) == "frame"


def test_a_still_sticker_is_a_picture(ear: Ear) -> None:
    message = a_message(ear, sticker=a_sticker(**THUMB))
    assert file_in(message) == "sticker"


@pytest.mark.parametrize("moves", ["is_animated", "is_video"])
def test_a_sticker_that_moves_gives_its_frame(ear: Ear, moves: str) -> None:
    assert file_in(a_message(ear, sticker=a_sticker(**{moves: True}, **THUMB))) == "frame"
    assert has_no_picture(a_message(ear, sticker=a_sticker(**{moves: True})))


def test_a_gif_gives_its_frame_though_it_comes_as_a_file_too(ear: Ear) -> None:
    gif = a_file("gif", width=9, height=9, duration=1, **THUMB)
    for mime in ("video/mp4", "image/gif"):
        message = a_message(ear, animation=gif, document=a_file("gif", mime_type=mime))
        assert file_in(message) == "frame"


@pytest.mark.parametrize("kind", [VIDEO, ANIMATION, VIDEO_NOTE, STICKER])
def test_films_of_any_kind_without_a_frame_hold_none(
    ear: Ear, chat: Chat, ann: Person, kind: str
) -> None:
    if kind == STICKER:
        assert has_no_picture(a_message(ear, sticker=a_sticker(is_video=True)))
        return
    chat.send_media(ann, kind)
    assert has_no_picture(ear.message)


@pytest.mark.parametrize("kind", [VIDEO, ANIMATION, VIDEO_NOTE])
def test_a_film_gives_the_frame_that_stands_for_it(
    ear: Ear, chat: Chat, ann: Person, kind: str, jpeg: bytes
) -> None:
    chat.send_media(ann, kind, thumbnail=jpeg)
    film = ear.message.effective_attachment
    assert picture_in(ear.message) == getattr(film, "thumbnail", None) is not None
    assert not has_no_picture(ear.message)


@pytest.mark.parametrize("kind", [AUDIO, VOICE])
def test_what_is_heard_holds_no_picture(ear: Ear, chat: Chat, ann: Person, kind: str) -> None:
    chat.send_media(ann, kind)
    assert has_no_picture(ear.message)


@pytest.mark.parametrize(
    "fields",
    [
        {"location": {"latitude": 1.0, "longitude": 1.0}},
        {"contact": {"phone_number": "1", "first_name": "Bob"}},
        {"dice": {"emoji": "🎲", "value": 3}},
    ],
)
def test_other_things_that_are_sent_hold_no_picture(ear: Ear, fields: dict[str, object]) -> None:
    assert has_no_picture(a_message(ear, **fields))


def test_words_alone_are_nothing_that_should_hold_a_picture(
    ear: Ear, chat: Chat, ann: Person
) -> None:
    chat.write(ann, "hello")
    assert picture_in(ear.message) is None
    assert not has_no_picture(ear.message)


def test_the_photo_of_a_person_is_taken_in_its_largest_size(
    ear: Ear, chat: Chat, ann: Person
) -> None:
    photo = chat.send_photo(ann, a_jpeg(3000, 2000))
    assert photo.media is not None
    assert file_in(ear.message) == photo.media.file.id

from __future__ import annotations

import io

from PIL import Image
from telegram import Bot

from tests.fakes.telegram import Chat, Person
from tests.unit.fakes.telegram.refusals import refused


async def test_a_photo_comes_in_several_sizes_and_the_last_is_the_photo(
    bot: Bot, ann: Person, chat: Chat, jpeg: bytes
) -> None:
    chat.send_photo(ann, jpeg, caption="/effect robot")
    (update,) = await bot.get_updates(timeout=0)
    message = update.message
    assert message is not None
    assert message.parse_caption_entities() == {message.caption_entities[0]: "/effect"}
    small, _, large = message.photo
    assert (large.width, large.height) == (400, 300)
    data = await (await large.get_file()).download_as_bytearray()
    assert data == jpeg
    thumbnail = await (await small.get_file()).download_as_bytearray()
    assert Image.open(io.BytesIO(thumbnail)).size == (90, 68)


async def test_a_file_keeps_its_name_and_its_id(
    bot: Bot, ann: Person, chat: Chat, jpeg: bytes
) -> None:
    chat.send_document(ann, jpeg, name="me.heic", mime="image/heic")
    (update,) = await bot.get_updates(timeout=0)
    assert update.message is not None
    document = update.message.document
    assert document is not None
    assert (document.file_name, document.mime_type) == ("me.heic", "image/heic")
    files = [await document.get_file() for _ in range(2)]
    assert files[0].file_unique_id == files[1].file_unique_id == document.file_unique_id


async def test_more_than_20_mb_cannot_be_downloaded(
    bot: Bot, ann: Person, chat: Chat, jpeg: bytes
) -> None:
    document = chat.send_document(ann, jpeg, size=(20 << 20) + 1)
    assert document.media is not None
    with refused("file is too big"):
        await bot.get_file(document.media.file.id)
    with refused("invalid file_id"):
        await bot.get_file("nothing")


async def test_the_photos_of_an_album_come_one_by_one(
    bot: Bot, ann: Person, chat: Chat, jpeg: bytes
) -> None:
    for caption in ("", "both"):
        chat.send_photo(ann, jpeg, album="holiday", caption=caption)
    first, second = [u.message for u in await bot.get_updates(timeout=0)]
    assert first is not None
    assert second is not None
    assert first.media_group_id == second.media_group_id is not None


async def test_people_send_what_is_no_photo(bot: Bot, ann: Person, chat: Chat, jpeg: bytes) -> None:
    chat.send_sticker(ann)
    chat.send_video_note(ann, thumbnail=jpeg)
    sticker, note = [u.message for u in await bot.get_updates(timeout=0)]
    assert sticker is not None
    assert sticker.sticker is not None
    assert note is not None
    assert note.video_note is not None
    assert note.video_note.thumbnail is not None
    assert note.video_note.thumbnail.width == 320


async def test_a_forwarded_message_says_from_whom(
    bot: Bot, ann: Person, chat: Chat, jpeg: bytes
) -> None:
    photo = chat.send_photo(ann, jpeg)
    chat.forward(ann, photo, hidden=True)
    update = (await bot.get_updates(timeout=0))[-1]
    assert update.message is not None
    assert update.message.forward_origin is not None
    assert update.message.forward_origin.type == "hidden_user"

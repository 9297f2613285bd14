"""What every method needs: the chat that is meant, and the content that is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from tests.fakes.telegram import entities, files, limits
from tests.fakes.telegram.buttons import checked
from tests.fakes.telegram.calls import Call, Upload
from tests.fakes.telegram.chats import CHANNEL, Chat
from tests.fakes.telegram.errors import Json, bad_request, forbidden
from tests.fakes.telegram.files import Media
from tests.fakes.telegram.messages import Content
from tests.fakes.telegram.world import World

Method = Callable[[World, Call], object | Awaitable[object]]

_MAY_BECOME = {files.VIDEO: {files.ANIMATION}, files.ANIMATION: {files.VIDEO}}


def chat_of(world: World, call: Call, name: str = "chat_id") -> Chat:
    """Find the chat that is meant.

    Raises:
        ApiError: there is none, or the bot cannot do anything there.
    """
    meant = call.needed(name)
    chat = _find(world, meant)
    if chat is None:
        if any(str(person.id) == meant for person in world.people):
            raise forbidden("bot can't initiate conversation with a user")
        raise bad_request("chat not found")
    if refusal := chat.refusal():
        raise refusal
    return chat


def chat_to_post_in(world: World, call: Call) -> Chat:
    """Find the chat that is meant, where the bot may post.

    Raises:
        ApiError: it may not.
    """
    chat = chat_of(world, call)
    if chat.kind == CHANNEL and not chat.is_admin(world.bot):
        raise bad_request("need administrator rights in the channel chat")
    return chat


def text_content(call: Call, said: Json | None = None, *, too_long: str) -> Content:
    """Read a text with its marks and keys.

    Raises:
        ApiError: it is empty, too long or badly marked.
    """
    said = said if said is not None else call.params
    words, marks = _words(said, "text", "entities")
    if not words:
        raise bad_request("message text is empty")
    if limits.length(words) > limits.TEXT:
        raise bad_request(too_long)
    return Content(words=words, entities=marks)


def media_content(world: World, call: Call, kind: str, said: Json, field: str) -> Content:
    """Read media with its caption.

    Args:
        world: whose files are meant by ids.
        call: brings the uploads.
        kind: of the media.
        said: the call's parameters, or one InputMedia of it.
        field: under which the file is given.

    Raises:
        ApiError: a caption is too long, or no file is what it should be.
    """
    words, marks = _words(said, "caption", "caption_entities")
    if limits.length(words) > limits.CAPTION:
        raise bad_request("message caption is too long")
    media = _media(world, call, kind, said, field)
    if _yes(said.get("has_spoiler")):
        media = replace(media, has_spoiler=True)
    return Content(words=words, entities=marks, media=media)


def keys(call: Call, *, inline_only: bool = False) -> Json | None:
    """Read the keys under a message.

    Raises:
        ApiError: Telegram would refuse them.
    """
    return checked(call.object("reply_markup"), inline_only=inline_only)


def _find(world: World, meant: str) -> Chat | None:
    if meant.startswith("@"):
        return next((c for c in world.chats.values() if c.username == meant[1:]), None)
    return world.chats.get(int(meant)) if meant.lstrip("-").isdigit() else None


def _words(said: Json, name: str, marks: str) -> tuple[str, tuple[Json, ...]]:
    words, found = entities.read(said.get(name) or "", said.get("parse_mode"))
    return words, (*(said.get(marks) or ()), *found)


def _media(world: World, call: Call, kind: str, said: Json, field: str) -> Media:
    upload = call.upload(field, said.get(field))
    if upload is not None:
        return _uploaded(world, call, kind, upload, said)
    meant = said.get(field)
    if not meant:
        raise bad_request(f"there is no {kind} in the request")
    if meant.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    known = world.files.media(meant)
    if known.kind != kind and known.kind not in _MAY_BECOME.get(kind, set()):
        raise bad_request(f"can't use file of type {known.kind.title()} as {kind.title()}")
    return known


def _uploaded(world: World, call: Call, kind: str, upload: Upload, said: Json) -> Media:
    if not upload.data:
        raise bad_request("file must be non-empty")
    if kind == files.PHOTO:
        return world.files.photo(upload.data)
    if kind in {files.VIDEO, files.ANIMATION} and upload.data[4:8] != b"ftyp":
        kind = files.DOCUMENT
    file = world.files.keep(kind, upload.data, name=upload.name)
    media = Media(
        kind=kind,
        file=file,
        width=int(said.get("width") or 0),
        height=int(said.get("height") or 0),
        duration=int(said.get("duration") or 0),
        name=upload.name,
        mime="video/mp4" if file.path.endswith("mp4") else "application/octet-stream",
        thumbnail=_thumbnail(world, call, said),
        cover=_cover(world, call, said),
    )
    return world.files.remember(media)


def _thumbnail(world: World, call: Call, said: Json) -> files.Picture | None:
    upload = call.upload("thumbnail", said.get("thumbnail"))
    if upload is None:
        return None
    photo = world.files.photo(upload.data)
    too_large = max(photo.width, photo.height) > limits.THUMBNAIL_SIDE
    if too_large or len(upload.data) > limits.THUMBNAIL_BYTES:
        return None  # Telegram ignores it
    return photo.sizes[-1]


def _cover(world: World, call: Call, said: Json) -> files.File | None:
    upload = call.upload("cover", said.get("cover"))
    return world.files.photo(upload.data).file if upload else None


def _yes(value: object) -> bool:
    return str(value).lower() == "true"

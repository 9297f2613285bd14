"""Which of the files of a message is the picture that somebody means."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import Document, Message, PhotoSize, Sticker

File = PhotoSize | Document | Sticker

_ENOUGH = 2560


def picture_in(message: Message) -> File | None:
    """Find the picture: a photo in any form, or the frame that stands for a film."""
    sticker, document = message.sticker, message.document
    if message.photo:
        return _best(message.photo)
    if sticker is not None and not (sticker.is_animated or sticker.is_video):
        return sticker
    if document is not None and message.animation is None and _is_picture(document):
        return document
    return _frame(message)


def has_no_picture(message: Message) -> bool:
    """Tell whether something was sent that no picture can be had from."""
    return message.effective_attachment is not None and picture_in(message) is None


def _best(sizes: Sequence[PhotoSize]) -> PhotoSize:
    """Take the largest that is not larger than any use of it."""
    fitting = [size for size in sizes if max(size.width, size.height) <= _ENOUGH]
    return max(fitting or sizes, key=lambda size: size.width * size.height)


def _is_picture(document: Document) -> bool:
    return (document.mime_type or "").startswith("image/")


def _frame(message: Message) -> PhotoSize | None:
    document = message.document
    film = message.video_note or message.video or message.animation or message.sticker
    if film is None and document is not None and (document.mime_type or "").startswith("video/"):
        film = document
    return film.thumbnail if film is not None else None

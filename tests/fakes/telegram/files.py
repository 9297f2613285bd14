"""What was uploaded, by people and by the bot: kept, with ids that stay the same."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from itertools import count

from PIL import Image, UnidentifiedImageError

from tests.fakes.telegram import limits
from tests.fakes.telegram.errors import Json, bad_request

PHOTO, VIDEO, ANIMATION, DOCUMENT = "photo", "video", "animation", "document"
AUDIO, VOICE, STICKER, VIDEO_NOTE = "audio", "voice", "sticker", "video_note"
KINDS = (PHOTO, VIDEO, ANIMATION, DOCUMENT, AUDIO, VOICE, STICKER, VIDEO_NOTE)
_ENDINGS = {PHOTO: "jpg", VIDEO: "mp4", ANIMATION: "mp4", STICKER: "webp", VIDEO_NOTE: "mp4"}
_LARGEST_SIDE = 2560


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class File:
    """Bytes that Telegram keeps.

    Attributes:
        pretended_size: what Telegram says instead of their number.
    """

    id: str
    unique_id: str
    path: str
    data: bytes = field(repr=False)
    pretended_size: int | None = None

    @property
    def size(self) -> int:
        return len(self.data) if self.pretended_size is None else self.pretended_size

    def json(self) -> Json:
        """Say what identifies it."""
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": self.size}


Picture = tuple[File, int, int]
"""A file with its width and height."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Media:
    """What a message shows beside its text.

    Attributes:
        file: of a photo, the largest size.
        sizes: of a photo, from small to large.
    """

    kind: str
    file: File
    sizes: tuple[Picture, ...] = ()
    width: int = 0
    height: int = 0
    duration: int = 0
    name: str | None = None
    mime: str | None = None
    thumbnail: Picture | None = None
    cover: File | None = None
    has_spoiler: bool = False

    def json(self) -> Json:
        """Say it in a message's fields."""
        if self.kind == PHOTO:
            return {PHOTO: [_picture_json(size) for size in self.sizes]} | self._spoiler()
        said = {self.kind: self.file.json() | self._measures() | self._names()}
        if self.thumbnail is not None:
            said[self.kind]["thumbnail"] = _picture_json(self.thumbnail)
        if self.kind == ANIMATION:
            said[DOCUMENT] = self.file.json() | self._names()
        return said | self._spoiler()

    def _spoiler(self) -> Json:
        return {"has_media_spoiler": True} if self.has_spoiler else {}

    def _measures(self) -> Json:
        size = {"width": self.width, "height": self.height}
        kinds: dict[str, Json] = {
            VIDEO: size | {"duration": self.duration},
            ANIMATION: size | {"duration": self.duration},
            STICKER: size | {"type": "regular", "is_animated": False, "is_video": False},
            VIDEO_NOTE: {"length": self.width, "duration": self.duration},
            AUDIO: {"duration": self.duration},
            VOICE: {"duration": self.duration},
        }
        return kinds.get(self.kind, {})

    def _names(self) -> Json:
        if self.kind in {STICKER, VIDEO_NOTE}:
            return {}
        return {k: v for k, v in (("file_name", self.name), ("mime_type", self.mime)) if v}


class Files:
    """Every file of one bot."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._media: dict[str, Media] = {}
        self._files: dict[str, File] = {}

    def keep(
        self, kind: str, data: bytes, *, name: str | None = None, size: int | None = None
    ) -> File:
        """Keep bytes under a new id; the same bytes again have another id but the same unique id.

        Args:
            kind: one of KINDS.
            data: the bytes.
            name: of the file where it came from.
            size: what to say instead of the number of the bytes.
        """
        number, digest = next(self._numbers), hashlib.sha256(data).hexdigest()
        named = name.rpartition(".")[2] if name and "." in name else ""
        ending = _ENDINGS.get(kind) or named or "bin"
        file = File(
            id=f"{kind}-{number:06}-{digest[:24]}",
            unique_id=f"{kind[:2]}{digest[:14]}",
            path=f"{kind}s/file_{number}.{ending}",
            data=data,
            pretended_size=size,
        )
        self._files[file.id] = file
        return file

    def remember(self, media: Media) -> Media:
        """Let messages show it again by its id."""
        self._media[media.file.id] = media
        for file, _, _ in media.sizes:
            self._media[file.id] = media
        return media

    def photo(self, data: bytes, *, size: int | None = None) -> Media:
        """Take a photo in, in a small, a middling and a large size.

        Raises:
            ApiError: it is no photo, or too large for one.
        """
        sizes = tuple(
            (self.keep(PHOTO, data, size=size if large else None), w, h)
            for data, w, h, large in _photo_sizes(data)
        )
        file, width, height = sizes[-1]
        media = Media(kind=PHOTO, file=file, sizes=sizes, width=width, height=height)
        return self.remember(media)

    def thumbnail(self, data: bytes) -> Picture:
        """Keep the small picture that apps show before they fetch the rest: up to 320 pixels."""
        sizes = self.photo(data).sizes
        return [size for size in sizes if max(size[1:]) <= limits.THUMBNAIL_SIDE][-1]

    def media(self, file_id: str) -> Media:
        """Find what an id shows.

        Raises:
            ApiError: nothing of this bot.
        """
        if file_id not in self._media:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return self._media[file_id]

    def file(self, file_id: str) -> File:
        """Find a file.

        Raises:
            ApiError: there is none, or it is too large to download.
        """
        file = self._files.get(file_id)
        if file is None:
            raise bad_request("invalid file_id")
        if file.size > limits.DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        return file

    def at(self, path: str) -> File | None:
        """Find a file by its place."""
        return next((file for file in self._files.values() if file.path == path), None)


def _picture_json(picture: Picture) -> Json:
    file, width, height = picture
    return file.json() | {"width": width, "height": height}


def _photo_sizes(data: bytes) -> list[tuple[bytes, int, int, bool]]:
    if len(data) > limits.PHOTO_BYTES:
        raise bad_request(
            f"file of size {len(data)} bytes is too big for a photo; "
            f"the maximum size is {limits.PHOTO_BYTES} bytes"
        )
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
    except (UnidentifiedImageError, OSError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    width, height = image.size
    if width + height > limits.PHOTO_SIDES or max(image.size) > limits.PHOTO_RATIO * min(
        image.size
    ):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    large = (data, width, height, True)
    if max(image.size) > _LARGEST_SIDE:
        large = (*_scaled(image, _LARGEST_SIDE), True)
    return [(*_scaled(image, 90), False), (*_scaled(image, 320), False), large]


def _scaled(image: Image.Image, side: int) -> tuple[bytes, int, int]:
    small = image.convert("RGB")
    small.thumbnail((side, side))
    written = io.BytesIO()
    small.save(written, "JPEG")
    return written.getvalue(), *small.size

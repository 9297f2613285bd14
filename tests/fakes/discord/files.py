"""Files: what is uploaded, and the addresses that serve it for a while."""

from __future__ import annotations

import hashlib
import hmac
import io
import mimetypes
import secrets
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import quote

from PIL import Image

from tests.fakes.discord import limits
from tests.fakes.discord.clock import Clock
from tests.fakes.discord.errors import Json

_MAGIC = (
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG", ".png"),
    (b"GIF8", ".gif"),
    (b"RIFF", ".webp"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that somebody sends.

    Attributes:
        type: what it is said to be; None: as its name says.
        size: what Discord says instead of the number of the bytes.
    """

    name: str
    data: bytes = field(repr=False)
    type: str | None = None
    size: int | None = None


Given = bytes | Upload
"""What tests give where a file is wanted."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attachment:
    """A file that is kept; `folder` is where in the CDN."""

    id: int
    folder: str
    name: str
    data: bytes = field(repr=False)
    type: str | None
    size: int
    sides: tuple[int, int] | None
    description: str | None = None

    @property
    def path(self) -> str:
        """Where in the CDN it is."""
        return f"{self.folder}/{self.id}/{self.name}"


class Files:
    """Everything that was uploaded.

    Attributes:
        cdn_url: where it is served.
        keeps_bytes: whether what the bot uploads is kept, not only how much it was.
    """

    def __init__(self, clock: Clock) -> None:
        self.cdn_url = ""
        self.keeps_bytes = True
        self._clock = clock
        self._kept: dict[str, Attachment] = {}
        self._key = secrets.token_bytes(16)

    def keep(
        self,
        given: Given,
        folder: str,
        *,
        description: str | None = None,
        of_bot: bool = False,
    ) -> Attachment:
        """Keep a file; of a picture that a person sends, Discord says how wide and high it is."""
        upload = as_upload(given)
        is_kept = self.keeps_bytes or not of_bot
        kept = Attachment(
            id=self._clock.new_id(),
            folder=folder,
            name=upload.name,
            data=upload.data if is_kept else b"",
            type=upload.type or mimetypes.guess_type(upload.name)[0],
            size=len(upload.data) if upload.size is None else upload.size,
            sides=None if of_bot else _sides(upload.data),
            description=description,
        )
        self._kept[kept.path] = kept
        return kept

    def at(self, path: str, query: dict[str, str]) -> Attachment | None:
        """Find what an address is of, None when it is not good any more."""
        until, since = query.get("ex", ""), query.get("is", "")
        if not hmac.compare_digest(self._sign(path, until, since), query.get("hm", "")):
            return None
        is_good = self._clock.now().timestamp() < int(until, 16)
        return self._kept.get(path) if is_good else None

    def url(self, path: str) -> str:
        """Make an address that is good from now on for a while."""
        now = int(self._clock.now().timestamp())
        until, since = f"{now + int(limits.URL_LIVES_FOR.total_seconds()):x}", f"{now:x}"
        signed = f"ex={until}&is={since}&hm={self._sign(path, until, since)}"
        return f"{self.cdn_url}/{quote(path)}?{signed}"

    def json(self, file: Attachment) -> Json:
        """Say what and where a file is."""
        url = self.url(file.path)
        said: Json = {
            "id": str(file.id),
            "filename": file.name,
            "size": file.size,
            "url": url,
            "proxy_url": url,
        }
        if file.type is not None:
            said["content_type"] = file.type
        if file.sides is not None:
            said["width"], said["height"] = file.sides
        if file.description is not None:
            said["description"] = file.description
        return said

    def _sign(self, path: str, until: str, since: str) -> str:
        said = f"{path} {until} {since}".encode()
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()


def as_upload(given: Given) -> Upload:
    """Name a file that has no name."""
    if isinstance(given, Upload):
        return given
    is_video = given[4:8] == b"ftyp"
    ending = next((end for magic, end in _MAGIC if given.startswith(magic)), ".bin")
    return Upload(name="photo" + (".mp4" if is_video else ending), data=given)


def _sides(data: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(data)) as image:
            return cast("tuple[int, int]", image.size)
    except (OSError, Image.DecompressionBombError):
        return None

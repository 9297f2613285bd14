"""The media store: can something be stored, read and removed, and is there room."""

from __future__ import annotations

import secrets
from pathlib import Path

from bots.settings import BotSettings
from deploy.doctor.finding import Finding
from engine.jobs.errors import JobsError, MediaFull
from engine.jobs.job import JobId
from engine.jobs.media.backend import LOOKING
from engine.jobs.media.place import Bucket
from engine.jobs.media.store import MediaStore, clip_keys

PROBE = b"zoetrope doctor was here"
FULL = 0.9
METADATA = "169.254.169.254"
"""Asked for a key when none is set; it answers only inside AWS."""


async def look_at_media(settings: BotSettings) -> list[Finding]:
    """Look at the folder or bucket that is configured."""
    place = settings.media
    if isinstance(place, Path) and not place.exists():
        return [Finding(what="media", found=f"{place}, none yet: the first bot makes it")]
    try:
        media = MediaStore.at(place, LOOKING)
        await _try_out(media)
        used = await media.used_bytes()
    except MediaFull:
        return [Finding(what="media", found=f"{_shown(place)} is full", mend="make room there")]
    except JobsError as error:
        said = str(error).rpartition(" used: ")[2]
        return [Finding(what="media", found=f"{_shown(place)}: {said}", mend=_mend(said))]
    return [
        Finding(what="media", found=f"{_shown(place)}, written, read and removed"),
        _room(used, settings.media_quota),
    ]


async def _try_out(media: MediaStore) -> None:
    # Should we be killed in between, it goes as any clip that belongs to no request.
    key = clip_keys(JobId(f"doctor-{secrets.token_hex(8)}")).receipt
    await media.put(key, PROBE)
    try:
        if await media.get(key) != PROBE:
            raise JobsError("what was stored is not what is read")
    finally:
        await media.delete(key)


def _room(used: int, quota: int) -> Finding:
    found = f"{used / 1e9:.1f} of {quota / 1e9:.1f} GB used"
    if used < FULL * quota:
        return Finding(what="media room", found=found)
    return Finding(
        what="media room",
        found=found,
        mend="raise ZOETROPE_MEDIA_GB, or lower ZOETROPE_KEEP_CLIPS_DAYS",
    )


def _shown(place: Path | Bucket) -> str:
    return str(place) if isinstance(place, Path) else place.url


def _mend(said: str) -> str:
    if "NoSuchBucket" in said:
        return "make the bucket, or correct ZOETROPE_MEDIA_URL"
    if "403" in said or "401" in said or METADATA in said:
        return "check ZOETROPE_MEDIA_KEY_ID, ZOETROPE_MEDIA_SECRET and what that key may do"
    if "os error 13" in said:
        return "give this user the folder, or set ZOETROPE_MEDIA_URL to another"
    return "start the store, or correct ZOETROPE_MEDIA_URL and ZOETROPE_MEDIA_ENDPOINT"

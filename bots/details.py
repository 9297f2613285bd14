"""What made a clip, told to whoever sees it."""

from __future__ import annotations

from bots.studio import Studio
from bots.texts.made_talk import MadeTalk
from bots.texts.texts import Texts
from engine.jobs.errors import MediaMissing, MediaUnavailable, Refused
from engine.jobs.job import JobId, Succeeded
from engine.jobs.media.store import MediaStore
from engine.jobs.note import read_receipt
from engine.jobs.receipt import Receipt
from engine.jobs.refusal import Refusal, RefusalCode


async def details(studio: Studio, job: JobId, texts: Texts, *, most: int) -> str:
    """Say in at most so many characters what made a clip, as far as that is still known.

    Raises:
        Refused: there is no such clip.
    """
    request = await studio.made(job)
    if not isinstance(request.outcome, Succeeded):
        raise Refused(Refusal(RefusalCode.UNKNOWN_JOB))
    receipt = await _receipt(job, studio.media)
    title = texts.title(request.title)
    return MadeTalk(texts).details(title, job, request.outcome, receipt, most)


async def _receipt(job: JobId, media: MediaStore) -> Receipt | None:
    try:
        return await read_receipt(job, media)
    except (MediaMissing, MediaUnavailable):
        return None

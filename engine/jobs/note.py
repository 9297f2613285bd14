"""The note beside a stored clip that says it is complete, and what made it.

Written last, read first: a job whose worker died between storing and reporting is not made again.
It is the outcome with the receipt's fields beside its own, so that whoever knows the outcome alone
finds it as well.
"""

from __future__ import annotations

from pydantic import ValidationError
from pydantic_core import to_json

from engine.jobs.errors import MediaMissing
from engine.jobs.job import OUTCOME_JSON, JobId, Succeeded
from engine.jobs.media.store import MediaStore, clip_keys
from engine.jobs.receipt import RECEIPT_JSON, Receipt


async def write_note(
    job: JobId, outcome: Succeeded, receipt: Receipt | None, media: MediaStore
) -> None:
    """Declare a job's clip complete, and say what made it.

    Raises:
        MediaFull: the media store has no room.
    """
    note = OUTCOME_JSON.dump_python(outcome)
    if receipt is not None:
        note |= RECEIPT_JSON.dump_python(receipt)
    await media.put(clip_keys(job).receipt, to_json(note))


async def read_outcome(job: JobId, media: MediaStore) -> Succeeded | None:
    """Find a complete clip that an earlier attempt left; one we cannot read counts as none."""
    try:
        outcome = OUTCOME_JSON.validate_json(await media.get(clip_keys(job).receipt))
    except (MediaMissing, ValidationError):
        return None
    return outcome if isinstance(outcome, Succeeded) else None


async def read_receipt(job: JobId, media: MediaStore) -> Receipt | None:
    """Find what made a clip, if that was noted in a form we know.

    Raises:
        MediaMissing: there is no clip of that job.
    """
    try:
        return RECEIPT_JSON.validate_json(await media.get(clip_keys(job).receipt))
    except ValidationError:
        return None

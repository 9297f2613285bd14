"""The note beside a stored clip that says it is complete, and what made it.

Written last, read first: a job whose worker died between storing and reporting is not made again.
"""

from __future__ import annotations

from pydantic import ValidationError

from engine.jobs.errors import MediaMissing
from engine.jobs.job import OUTCOME_JSON, JobId, Succeeded
from engine.jobs.media.store import MediaStore, clip_keys


async def write_receipt(job: JobId, outcome: Succeeded, media: MediaStore) -> None:
    """Declare a job's clip complete.

    Raises:
        MediaFull: the media store has no room.
    """
    await media.put(clip_keys(job).receipt, OUTCOME_JSON.dump_json(outcome))


async def read_receipt(job: JobId, media: MediaStore) -> Succeeded | None:
    """Find a complete clip that an earlier attempt left; one we cannot read counts as none."""
    try:
        outcome = OUTCOME_JSON.validate_json(await media.get(clip_keys(job).receipt))
    except (MediaMissing, ValidationError):
        return None
    return outcome if isinstance(outcome, Succeeded) else None

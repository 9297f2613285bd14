"""The note beside a clip: the outcome for all, and what made it for those who know that."""

from __future__ import annotations

import json

import pytest

from engine.jobs.errors import MediaMissing
from engine.jobs.job import OUTCOME_JSON
from engine.jobs.media.store import MediaStore, clip_keys
from engine.jobs.note import read_outcome, read_receipt, write_note
from engine.jobs.receipt import LoraUsed, Receipt
from tests.job_samples import FILMED, SAMPLE, receipt, success

KEY = clip_keys(SAMPLE.id).receipt
OUTCOME = success(SAMPLE)
BY_A_MODEL = receipt(look=None, model=FILMED)


async def stored(media: MediaStore) -> bytes:
    return await media.get(KEY)


@pytest.mark.parametrize("made", [receipt(), BY_A_MODEL], ids=["by a look", "by a model"])
async def test_a_note_says_what_came_of_a_job_and_all_that_made_it(
    media: MediaStore, made: Receipt
) -> None:
    await write_note(SAMPLE.id, OUTCOME, made, media)
    assert await read_outcome(SAMPLE.id, media) == OUTCOME
    read = await read_receipt(SAMPLE.id, media)
    assert read == made
    assert [type(it) for it in (read.params if read else {}).values()] == [bool, int, float, str]


async def test_who_knows_the_outcome_alone_finds_it_in_the_note(media: MediaStore) -> None:
    await write_note(SAMPLE.id, OUTCOME, receipt(), media)
    assert OUTCOME_JSON.validate_json(await stored(media)) == OUTCOME


async def test_a_note_of_the_outcome_alone_is_still_a_complete_clip(media: MediaStore) -> None:
    await media.put(KEY, OUTCOME_JSON.dump_json(OUTCOME))
    assert await read_outcome(SAMPLE.id, media) == OUTCOME
    assert await read_receipt(SAMPLE.id, media) is None


async def test_what_a_later_version_notes_is_a_complete_clip_of_unknown_making(
    media: MediaStore,
) -> None:
    await write_note(SAMPLE.id, OUTCOME, receipt(), media)
    later = json.loads(await stored(media)) | {"v": 2, "spell": "unheard of"}
    await media.put(KEY, json.dumps(later).encode())
    assert await read_outcome(SAMPLE.id, media) == OUTCOME
    assert await read_receipt(SAMPLE.id, media) is None


async def test_without_a_note_there_is_no_clip(media: MediaStore) -> None:
    assert await read_outcome(SAMPLE.id, media) is None
    with pytest.raises(MediaMissing):
        await read_receipt(SAMPLE.id, media)


@pytest.mark.parametrize(
    ("lora", "name"),
    [
        (LoraUsed(repo="Someone/Squish", file="squish_18.safetensors"), "squish_18"),
        (LoraUsed(repo="Someone/Many", file="wan/Inflate.safetensors"), "Inflate"),
        (LoraUsed(repo="Someone/Squish"), "Squish"),
    ],
)
def test_a_lora_is_called_by_its_file_or_else_by_its_repository(lora: LoraUsed, name: str) -> None:
    assert lora.name == name

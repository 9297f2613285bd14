"""First looks: which jobs get one, and what it takes from them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.jobs.first_look import final_of, first_look, first_look_id, is_of_first_look
from engine.jobs.job import ClipFormat, Job, JobId, Variant
from engine.jobs.media.store import clip_keys
from tests.job_samples import a_job

LOOK = Variant(name="robot", needs="look:robot", cost_s=10.0)
FILM = Variant(name="film", needs="model:wan", cost_s=120.0)
OTHER_FILM = Variant(name="other", needs="model:ltx", cost_s=60.0)


def a_final(*variants: Variant, **changes: object) -> Job:
    return a_job("job", variants=variants, **changes)


def test_a_job_for_a_model_gets_a_first_look_by_its_looks_alone() -> None:
    quick = first_look(a_final(FILM, OTHER_FILM, LOOK))
    assert quick is not None
    assert quick.variants == (LOOK,)


def test_a_first_look_shows_what_was_asked_for() -> None:
    final = a_final(
        FILM,
        LOOK,
        seed=5,
        params={"shell": "brass"},
        prompt="with sparks",
        format=ClipFormat(size=1080),
        job_class="paid",
    )
    quick = first_look(final)
    assert quick is not None
    same = replace(quick, id=final.id, variants=final.variants, person="me", place="here")
    assert same == replace(final, person="me", place="here")


def test_a_first_look_takes_no_place_in_the_queue_from_who_asked() -> None:
    final = a_final(FILM, LOOK)
    quick = first_look(final)
    assert quick is not None
    assert quick.person != final.person
    assert quick.place != final.place


def test_a_first_look_is_never_made_together_with_what_a_model_makes() -> None:
    quick = first_look(a_final(FILM, LOOK, batch_key="wan 480p"))
    assert quick is not None
    assert quick.batch_key == ""


@pytest.mark.parametrize(
    "variants",
    [
        pytest.param((LOOK,), id="a look is what was asked for"),
        pytest.param((LOOK, FILM), id="a look is preferred"),
        pytest.param((FILM, OTHER_FILM), id="no look can draw it"),
        pytest.param((replace(FILM, cost_s=14.9), LOOK), id="the model is about as quick"),
    ],
)
def test_some_jobs_get_none(variants: tuple[Variant, ...]) -> None:
    assert first_look(a_final(*variants)) is None


def test_five_seconds_saved_are_worth_a_first_look() -> None:
    assert first_look(a_final(replace(FILM, cost_s=15.0), LOOK)) is not None


def test_a_first_look_and_its_final_find_each_other_by_name() -> None:
    final = JobId("0f" * 16)
    assert final_of(first_look_id(final)) == final
    assert final_of(final) is None


def test_files_of_a_first_look_are_told_by_their_keys() -> None:
    final = JobId("0f" * 16)
    assert is_of_first_look(clip_keys(first_look_id(final)).video)
    assert is_of_first_look(clip_keys(first_look_id(final)).poster)
    assert not is_of_first_look(clip_keys(final).video)

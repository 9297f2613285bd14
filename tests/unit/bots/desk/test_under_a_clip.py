"""What can be pressed below a clip, and by whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bots.chat import MessageId, Placeholder
from bots.codes import Verb, short_name
from bots.errors import ChatForbidden
from engine.jobs.job import JobId, JobState, Succeeded
from engine.jobs.media.store import clip_keys
from engine.jobs.note import write_note
from tests.job_samples import FILMED, SAMPLE, receipt, success
from tests.unit.bots.desk.front import ANN, BOB, GROUP, HERE, OWNER, SELFIE, Front

NOT_YOURS = "This one belongs to someone else. Ask for one of your own."
GONE = "I do not know this clip any more. Please ask for a new one."
OWNERS_ONLY = (Verb.AGAIN, Verb.HD, Verb.REMIX, Verb.OTHER, Verb.CANCEL, Verb.GET)


async def test_again_is_the_same_with_another_seed(front: Front) -> None:
    job = await front.clip()
    assert await front.under(job, Verb.AGAIN) == ""
    again, before = await front.requests()
    assert again.job is not None
    assert before.job is not None
    assert (again.effect, again.job.photos) == (before.effect, before.job.photos)
    assert again.job.seed != before.job.seed


async def test_larger_is_the_very_same_clip_and_made_once(front: Front) -> None:
    job = await front.clip()
    await front.under(job, Verb.HD)
    await front.under(job, Verb.HD)
    larger, before = await front.requests()
    assert larger.job is not None
    assert before.job is not None
    assert larger.job.seed == before.job.seed
    assert larger.job.format.size == 1080


async def test_other_effects_are_offered_for_the_same_photo(front: Front) -> None:
    job = await front.clip()
    await front.under(job, Verb.OTHER)
    await front.press("Robot")
    other, before = await front.requests()
    assert other.job is not None
    assert before.job is not None
    assert (other.effect, other.job.photos) == ("robot", before.job.photos)


async def test_an_effect_that_came_near_is_chosen_for_the_same_photo(front: Front) -> None:
    job = await front.clip()
    await front.under(job, Verb.CHOOSE, short_name("robot"))
    await front.under(job, Verb.CHOOSE, short_name("robot"))
    assert [it.effect for it in await front.requests()] == ["robot", "symbiote"]


async def test_an_effect_that_came_near_to_words_alone_awaits_its_photo(front: Front) -> None:
    await front.say("turn me into a metal cyborg")
    assert await front.requests() == []
    await front.press("Robot")
    assert front.platform.texts[-1] == "Now send me a photo for Robot."
    await front.say("", SELFIE)
    assert (await front.asked()).effect == "robot"


@pytest.mark.parametrize("verb", OWNERS_ONLY)
async def test_somebody_elses_clip_is_not_theirs_to_use(front: Front, verb: Verb) -> None:
    job = await front.clip(where=GROUP)
    assert await front.under(job, verb, who=BOB, where=GROUP) == NOT_YOURS
    assert await front.requests(BOB) == []


async def test_how_a_clip_was_made_is_told_to_everybody(front: Front) -> None:
    job = await front.clip(where=GROUP)
    assert await front.under(job, Verb.DETAILS, who=BOB, where=GROUP) == (
        f"Symbiote, 512×512, 4 s, made in 8 s.\nDrawn by a program.\nSeed {await seed(front, job)}."
        f" Job {job}"
    )


async def seed(front: Front, job: JobId) -> int:
    outcome = (await front.house.request(job)).outcome
    assert isinstance(outcome, Succeeded)
    return outcome.seed


async def test_what_filmed_a_clip_is_told_from_its_receipt_but_nothing_that_was_said(
    front: Front,
) -> None:
    job = await front.clip(where=GROUP)
    made, outcome = receipt(look=None, model=FILMED, prompt="a secret"), success(SAMPLE)
    await write_note(job, outcome, made, front.house.services.media)
    assert await front.under(job, Verb.DETAILS, who=BOB, where=GROUP) == (
        "Symbiote 1.0.0, 512×512, 4 s, made in 8 s.\n"
        "Filmed by Tiny photo to video in 4 steps.\n"
        "With squish_18, few-steps.\n"
        f"Seed {await seed(front, job)}. Job {job}"
    )


async def test_while_the_clips_files_are_away_what_the_journal_knows_is_told(
    front: Front,
) -> None:
    job = await front.clip(where=GROUP)
    await front.house.services.media.put(clip_keys(job).receipt, b"no note")
    said = await front.under(job, Verb.DETAILS)
    assert said.startswith("Symbiote, 512×512, 4 s, made in 8 s.\nDrawn by a program.")


async def test_of_what_is_not_made_yet_there_are_no_details(front: Front) -> None:
    await front.say("robot", SELFIE)
    assert await front.under((await front.asked()).id, Verb.DETAILS) == GONE


async def test_a_report_reaches_the_owners_and_names_the_clip(front: Front) -> None:
    job = await front.clip(where=GROUP)
    shown = await front.under(job, Verb.REPORT, who=BOB, where=GROUP)
    assert shown == "Thank you. The owner of this bot has been told."
    ((owner, told),) = front.platform.told
    assert owner == OWNER.id
    assert told.startswith(f"@{BOB.id} reports this message: {GROUP.place}/")
    assert job in told


async def test_a_report_that_cannot_be_brought_stops_nothing(front: Front) -> None:
    job = await front.clip()
    front.platform.refusals = [ChatForbidden()]
    said = "I cannot reach the owner of this bot. Please tell an admin of this chat."
    assert await front.under(job, Verb.REPORT) == said
    assert front.platform.told == []


async def test_ones_own_clip_is_deleted_with_its_message(front: Front) -> None:
    job = await front.clip()
    assert front.house.chat.messages(job)
    assert await front.under(job, Verb.DELETE) == ""
    assert await front.is_gone(job)
    assert front.house.chat.messages(job) == []


async def test_who_makes_the_rules_of_a_group_deletes_any_clip_there(front: Front) -> None:
    job = await front.clip(who=BOB, where=GROUP)
    assert await front.under(job, Verb.DELETE, who=ANN, where=GROUP) == ""
    assert await front.is_gone(job)


async def test_a_moderator_deletes_any_clip_of_the_place(front: Front) -> None:
    job = await front.clip(where=GROUP)
    where = replace(GROUP, moderator=True)
    assert await front.under(job, Verb.DELETE, who=BOB, where=where) == ""
    assert await front.is_gone(job)


async def test_a_stranger_deletes_nothing(front: Front) -> None:
    job = await front.clip(where=GROUP)
    assert await front.under(job, Verb.DELETE, who=BOB, where=GROUP) == NOT_YOURS
    assert not await front.is_gone(job)


async def test_who_keeps_order_elsewhere_deletes_nothing_here(front: Front) -> None:
    job = await front.clip(who=BOB, where=GROUP)
    elsewhere = replace(GROUP, place=HERE.place, moderator=True)
    assert await front.under(job, Verb.DELETE, who=ANN, where=elsewhere) == NOT_YOURS
    assert not await front.is_gone(job)


async def test_a_message_about_what_was_refused_is_only_taken_away(front: Front) -> None:
    message = await front.platform.say(HERE, "refused")
    assert await front.carry("1:delete:nothing", message) == ""
    assert front.platform.texts == []


async def test_what_is_on_its_way_is_stopped(front: Front) -> None:
    await front.say("robot", SELFIE)
    job = (await front.asked()).id
    assert await front.under(job, Verb.CANCEL) == ""
    assert (await front.asked()).state is JobState.CANCELLED


async def test_a_clip_that_was_shown_is_shown_once_more(front: Front) -> None:
    job = await front.clip()
    assert await front.under(job, Verb.GET) == ""
    (clip,) = front.platform.clips
    assert job in clip.key


async def test_what_is_on_its_way_is_shown_where_somebody_asks_for_it(front: Front) -> None:
    await front.say("robot", SELFIE)
    job = (await front.asked()).id
    elsewhere = replace(HERE, through="a token")
    assert await front.under(job, Verb.GET, where=elsewhere) == ""
    assert front.platform.clips == []
    answers = await front.house.services.answers.get(job)
    assert (answers["through"], answers["reply_to"]) == ("a token", "m0")


async def test_where_we_may_not_write_the_message_is_taken_away_through_the_press(
    front: Front,
) -> None:
    job = await front.clip()
    message = await front.platform.say(HERE, "a clip")
    await front.carry(f"1:delete:{job}", message, where=replace(HERE, through="a token"))
    answers = await front.house.services.answers.get(job)
    assert (answers["through"], answers["turn_into"]) == ("a token", message)
    assert await front.is_gone(job)


@pytest.mark.parametrize("data", ["", "again", "2:again:job", "1:fly:job", "1:again:gone"])
async def test_what_is_none_of_our_buttons_is_refused(front: Front, data: str) -> None:
    assert await front.carry(data, MessageId("here:1")) == GONE


@pytest.mark.parametrize("verb", [Verb.SHARE, Verb.USE, Verb.FORM])
async def test_a_button_that_only_an_adapter_knows_is_refused_elsewhere(
    front: Front, verb: Verb
) -> None:
    assert await front.under(JobId("job"), verb) == GONE


async def test_a_page_under_a_message_we_cannot_name_is_refused(front: Front) -> None:
    await front.say("", SELFIE)
    (key, *_) = front.keys
    shown = await front.carry(str(key.code), None)
    assert shown == "Your photo is no longer kept here. Please send it again."


async def test_what_nobody_makes_any_more_is_refused(front: Front) -> None:
    job = await front.clip()
    assert await front.under(job, Verb.CHOOSE, short_name("unicorn")) != ""
    assert len(await front.requests()) == 1


async def test_the_message_of_a_clip_is_the_one_that_delivery_posted(front: Front) -> None:
    job = await front.clip()
    placeholder = (await front.house.request(job)).placeholder
    assert isinstance(placeholder, Placeholder)
    assert placeholder.place == HERE.place

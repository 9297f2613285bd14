"""What people say with a slash, and the rules of groups."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bots.chat import MessageId
from bots.place_rules import PlaceRules
from engine.jobs.job import JobState
from tests.unit.bots.desk.front import ANN, BOB, GROUP, HERE, OWNER, SELFIE, Front

NO_CLIPS = "There are no clips of yours yet. Give me a photo to begin with!"


async def rules(front: Front) -> PlaceRules:
    return await front.house.services.places.rules(GROUP.place)


async def test_jobs_are_listed_and_shown_again_to_who_is_alone(front: Front) -> None:
    await front.say("/jobs")
    assert front.platform.texts[-1] == NO_CLIPS
    job = await front.clip()
    await front.say("/jobs")
    assert front.platform.texts[-1] == "Your last clips:\nSymbiote – ready"
    await front.press("Show Symbiote")
    assert [job in clip.key for clip in front.platform.clips] == [True]


async def test_among_others_clips_are_listed_and_not_shown(front: Front) -> None:
    await front.clip()
    await front.say("/jobs", where=GROUP)
    assert front.labels == []
    await front.say("/jobs", where=replace(GROUP, only_theirs=True))
    assert front.labels == ["Show Symbiote"]


async def test_jobs_of_others_are_not_listed(front: Front) -> None:
    await front.clip(who=BOB)
    await front.say("/jobs")
    assert front.platform.texts[-1] == NO_CLIPS


async def test_what_is_on_its_way_here_is_stopped_and_not_elsewhere(front: Front) -> None:
    await front.say("robot", SELFIE)
    await front.say("symbiote", SELFIE, where=GROUP, named=True)
    await front.say("/cancel")
    assert front.platform.texts[-1] == "Stopped 1 clip."
    states = {it.effect: it.state for it in await front.requests()}
    assert states == {"robot": JobState.CANCELLED, "symbiote": JobState.QUEUED}
    await front.say("/cancel")
    assert front.platform.texts[-1] == "Nothing of yours is on its way."


async def test_again_repeats_the_last_clip(front: Front) -> None:
    await front.say("/again")
    assert "There are no clips of yours yet" in front.platform.texts[-1]
    await front.clip()
    await front.say("/again")
    assert [it.effect for it in await front.requests()] == ["symbiote", "symbiote"]


async def test_a_language_is_chosen_by_pressing_or_by_its_name(front: Front) -> None:
    await front.say("/lang")
    assert "中文" in await front.press("中文")
    await front.say("/cancel")
    assert front.platform.texts[-1] == "你没有正在制作的视频。"
    await front.say("/lang en")
    assert front.platform.texts[-1] == "I speak English to you from now on."
    assert await front.carry("1:lang:xx", MessageId("here:1")) != ""


async def test_forgetting_is_asked_about_first_and_leaves_nothing(front: Front) -> None:
    await front.say("/lang zh")
    job = await front.clip()
    await front.say("/forgetme")
    assert not await front.is_gone(job)
    assert await front.press("删除") != ""
    assert await front.is_gone(job)
    assert await front.house.services.studio.language(ANN.id) is None
    await front.say("/cancel")
    assert front.platform.texts[-1] == "Nothing of yours is on its way."


async def test_a_message_is_reported_by_answering_it(front: Front) -> None:
    await front.say("/report rude", who=BOB)
    assert front.platform.told == []
    assert "Reply with /report" in front.platform.texts[-1]
    await front.say("/report rude", who=BOB, answered_message=MessageId("here:9"))
    ((owner, told),) = front.platform.told
    assert owner == OWNER.id
    assert all(each in told for each in (BOB.id, "here:9", "rude"))


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("/privacy", "Photos are deleted after 24 hours, clips after 7 days"),
        ("/terms", "Send only photos of yourself"),
        ("/info", "4 effects can be made right now."),
    ],
)
async def test_what_people_should_know_is_said(front: Front, command: str, answer: str) -> None:
    await front.say(command)
    assert answer in front.platform.texts[-1]


async def test_a_command_that_there_is_not_is_taken_as_words(front: Front) -> None:
    await front.say("/fly robot", SELFIE)
    assert (await front.asked()).effect == "robot"


async def test_who_is_not_let_in_is_told_so(front: Front) -> None:
    await front.house.services.studio.block(BOB.id)
    await front.say("robot", SELFIE, who=BOB)
    assert len(front.platform.texts) == 1
    assert await front.requests(BOB) == []


async def test_rules_are_shown_to_everybody_and_changed_by_admins(front: Front) -> None:
    await front.say("/rules", who=BOB, where=GROUP)
    assert front.labels == ["Who: everyone", "Clips a day for each: as many as the bot allows"]
    assert await front.press("Who", who=BOB, where=GROUP) == (
        "Only admins of this chat change its rules."
    )
    await front.say("/rules daily 3", who=BOB, where=GROUP)
    assert front.platform.texts[-1] == "Only admins of this chat change its rules."
    assert await rules(front) == PlaceRules()
    assert await front.press("Who", where=GROUP) == ""
    await front.say("/rules daily 3", where=GROUP)
    assert front.labels == ["Who: admins only", "Clips a day for each: 3"]
    assert await rules(front) == PlaceRules(who="admins", daily=3)


async def test_words_that_are_no_rule_change_nothing(front: Front) -> None:
    await front.say("/rules fly", where=GROUP)
    assert len(front.platform.texts) == 2
    assert await rules(front) == PlaceRules()


async def test_where_somebody_is_alone_there_are_no_rules(front: Front) -> None:
    await front.say("/rules", where=HERE)
    assert front.platform.rows[MessageId("here:1")] == ()


async def test_the_rules_of_a_group_hold_for_its_members_and_not_its_admins(front: Front) -> None:
    await front.say("/rules", where=GROUP)
    await front.press("Who", where=GROUP)
    await front.say("robot", SELFIE, who=BOB, where=GROUP, named=True)
    assert await front.requests(BOB) == []
    await front.say("robot", SELFIE, who=ANN, where=GROUP, named=True)
    assert len(await front.requests(ANN)) == 1

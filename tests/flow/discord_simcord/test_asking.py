"""All the ways to ask for a clip: commands, menus, a form, and the bot's name under a photo."""

from __future__ import annotations

import pytest
from simcord import ChannelHandle, Env, GuildHandle, MemberActor

from tests.flow.at_work import CLIP, SELFIE
from tests.flow.discord_simcord.differences import set_avatar
from tests.flow.discord_simcord.simcord_house import (
    PHOTO,
    SimcordHouse,
    choices,
    confided,
    files,
    from_bot,
    labels,
    left_as_it_is,
    lists,
)

PHOTO_MENU = "Apply effect to photo"
AVATAR_MENU = "Apply effect to avatar"


@pytest.fixture
def cleo(simcord_env: Env, friends: GuildHandle) -> MemberActor:
    """Somebody whose avatar is a photo."""
    user = simcord_env.create_user("cleo", global_name="Cleo", avatar="a1b2c3")
    set_avatar(simcord_env, user.id, "a1b2c3", SELFIE)
    return friends.add_member(user)


async def test_a_command_is_answered_at_once_and_the_answer_becomes_the_clip(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor
) -> None:
    asked = await house.ask(ann, room)
    assert [body["type"] for body in house.bodies("POST", "/callback")] == [5]
    claim = await house.claim()
    assert claim.job.effect == "robot"
    await house.progress(claim, 0.4)
    waiting = await house.shown(asked, "40 %")
    await house.finish(claim)
    shown = await house.clip(asked)
    assert shown.id == waiting.id
    assert await files(shown) == [CLIP]
    assert "Again" in labels(shown)
    assert [it.id for it in from_bot(room)] == [shown.id]


async def test_while_somebody_types_effects_are_named_with_what_each_needs(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor
) -> None:
    suggested = await ann.autocomplete(room, "effect", "effect", "")
    assert [it["name"] for it in suggested] == [
        "Head turn · 1 photo", "Morph · 2 photos", "Robot · 1 photo", "Symbiote · 1 photo",
    ]  # fmt: skip
    (found,) = await ann.autocomplete(room, "effect", "effect", "cyborg")
    asked = await house.ask(ann, room, found["value"])
    claim = await house.make()
    assert claim.job.effect == "robot"
    await house.clip(asked)


async def test_what_can_be_set_of_an_effect_is_suggested_one_after_the_other(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor
) -> None:
    suggested = await ann.autocomplete(room, "effect", "options", "tongue", effect="Symbiote")
    begun = suggested[0]["value"]
    assert begun.startswith("tongue=")
    suggested = await ann.autocomplete(room, "effect", "options", f"{begun} ", effect="Symbiote")
    assert suggested
    assert all(it["value"].startswith(f"{begun} ") for it in suggested)
    assert not [it for it in suggested if it["value"].count("tongue") > 1]
    await house.ask(ann, room, "Symbiote", options=begun)
    claim = await house.make()
    assert claim.job.params["tongue"] is False


async def test_effects_are_suggested_in_the_language_that_somebody_has_chosen(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor
) -> None:
    await ann.slash(room, "lang", language="zh")
    suggested = await ann.autocomplete(room, "effect", "effect", "机器")
    assert [it["value"] for it in suggested] == ["机器人"]


async def test_words_that_may_mean_several_effects_offer_them_as_buttons(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor
) -> None:
    asked = await ann.slash(room, "imagine", prompt="make it nice", photo=PHOTO)
    assert "I am not sure which effect you mean" in confided(asked)
    (refused,) = asked.followups
    picked = await ann.click(refused, label="Robot")
    claim = await house.make()
    assert claim.job.effect == "robot"
    assert len(claim.job.photos) == 1
    await house.clip(picked)


async def test_an_effect_is_applied_to_the_photo_of_a_message(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor, bob: MemberActor
) -> None:
    message = await bob.send(room, "look at me", attachments=[PHOTO])
    offered = await ann.context_menu(room, PHOTO_MENU, message)
    assert "Pick an effect" in confided(offered)
    assert offered.response is not None
    picked = await ann.select(offered.response, [choices(offered.response)["Robot"]])
    claim = await house.make()
    assert claim.job.effect == "robot"
    assert await files(await house.clip(picked)) == [CLIP]


async def test_a_message_without_a_photo_is_nothing_to_apply_an_effect_to(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor
) -> None:
    message = await ann.send(room, "no photo", attachments=[("notes.txt", b"words")])
    offered = await ann.context_menu(room, PHOTO_MENU, message)
    assert "There is no photo in this message" in confided(offered)


async def test_an_effect_is_applied_to_ones_own_avatar(
    house: SimcordHouse, room: ChannelHandle, cleo: MemberActor
) -> None:
    offered = await cleo.context_menu(room, AVATAR_MENU, cleo)
    assert offered.response is not None
    picked = await cleo.select(offered.response, [choices(offered.response)["Head turn"]])
    claim = await house.make()
    assert claim.job.effect == "head_turn"
    await house.clip(picked)


async def test_somebody_elses_avatar_is_used_once_they_allow_it(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor, cleo: MemberActor
) -> None:
    refused = await ann.context_menu(room, AVATAR_MENU, cleo)
    assert "Cleo has not allowed that" in confided(refused)
    await cleo.slash(room, "optin")
    offered = await ann.context_menu(room, AVATAR_MENU, cleo)
    assert "Pick an effect" in confided(offered)


async def test_an_effect_of_two_photos_asks_for_both_in_a_form(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor
) -> None:
    gallery = await ann.slash(room, "effects")
    assert gallery.response is not None
    assert gallery.response.ephemeral
    form = await ann.click(gallery.response, label="Use Morph")
    assert form.modal is not None
    assert form.modal["title"] == "Morph"
    asked = await ann.submit_modal(form, {"photos": [PHOTO, PHOTO]})
    claim = await house.make()
    assert claim.job.effect == "morph"
    assert len(claim.job.photos) == 2
    assert await files(await house.clip(asked)) == [CLIP]


async def test_remix_asks_in_a_form_what_is_to_be_different(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor
) -> None:
    asked = await house.ask(ann, room, "Symbiote")
    await house.make()
    form = await ann.click(await house.clip(asked), label="Remix")
    fastest = lists(form)["option:speed"][-1]["value"]
    remixed = await ann.submit_modal(form, left_as_it_is(form) | {"option:speed": [fastest]})
    claim = await house.make()
    assert claim.job.effect == "symbiote"
    assert claim.job.params["speed"] == 2
    shown = await house.clip(remixed)
    assert len(from_bot(room)) == 2
    assert shown.id == from_bot(room)[-1].id


async def test_a_photo_with_the_bots_name_and_an_effect_is_answered_with_the_clip(
    house: SimcordHouse, room: ChannelHandle, ann: MemberActor
) -> None:
    me = house.env.bot.user
    assert me is not None
    sent = await ann.send(room, f"{me.mention} robot", attachments=[PHOTO])
    claim = await house.make()
    assert claim.job.effect == "robot"
    shown = await house.posted(room, lambda it: bool(it.attachments))
    assert shown.reference is not None
    assert shown.reference.message_id == sent.id
    assert await files(shown) == [CLIP]

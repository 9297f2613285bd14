"""Groups, forums and channels: what the bot hears there, where it answers, who rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.fakes.telegram import FakeTelegram, Person
from tests.flow.at_work import SELFIE
from tests.flow.telegram.telegram_house import TelegramHouse


async def test_a_photo_answered_with_a_command_becomes_a_clip(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person, bob: Person
) -> None:
    group = telegram.group("Friends", members=[ann, bob])
    photo = group.send_photo(bob, SELFIE)
    asked = group.write(ann, f"/effect@{telegram.bot.username} robot", reply_to=photo)
    await house.make()
    assert (await house.clip(group)).reply_to is asked


async def test_whoever_waited_long_in_a_group_is_told_in_answer_to_what_they_said(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person, bob: Person
) -> None:
    group = telegram.group("Friends", members=[ann, bob])
    photo = group.send_photo(bob, SELFIE)
    asked = group.write(ann, f"/effect@{telegram.bot.username} robot", reply_to=photo)
    claim = await house.claim()
    await house.answer(group, lambda it: "Cancel" in it.labels)
    house.time.ahead += timedelta(minutes=1)
    await house.rest()
    await house.finish(claim)
    assert (await house.said(group, "is ready")).reply_to is asked


async def test_a_mention_in_answer_to_a_photo_is_enough(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person, bob: Person
) -> None:
    group = telegram.group("Friends", members=[ann, bob])
    photo = group.send_photo(bob, SELFIE)
    group.write(ann, f"@{telegram.bot.username} robot", reply_to=photo)
    assert (await house.make()).job.effect == "robot"
    await house.clip(group)


async def test_a_photo_with_a_mention_under_it_is_enough(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person
) -> None:
    group = telegram.group("Friends", members=[ann])
    group.send_photo(ann, SELFIE, caption=f"robot @{telegram.bot.username}")
    assert (await house.make()).job.effect == "robot"


async def test_what_people_say_to_each_other_is_left_alone(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person, bob: Person
) -> None:
    group = telegram.group("Friends", members=[ann, bob], bot="administrator")
    group.write(ann, "what a day")
    photo = group.send_photo(bob, SELFIE)
    group.write(ann, "nice one", reply_to=photo)
    group.write(ann, "/effect robot", reply_to=photo)
    await house.make()
    shown = await house.clip(group)
    group.write(bob, "haha", reply_to=shown)
    group.write(bob, "/help")
    await house.said(group, "Reply to a photo with /effect")
    assert len(group.from_bot) == 2


async def test_the_bot_greets_a_group_it_is_added_to(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person
) -> None:
    group = telegram.group("Friends", members=[ann], bot="left")
    telegram.add_bot(group, by=ann)
    await house.said(group, "Hello, everybody!")


async def test_a_clip_comes_into_the_topic_it_was_asked_for_in(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person
) -> None:
    forum = telegram.forum("Club", members=[ann], admins=[ann])
    topic = forum.topic("Robots", by=ann)
    photo = forum.send_photo(ann, SELFIE, topic=topic)
    forum.write(ann, "/effect robot", reply_to=photo, topic=topic)
    waiting = await house.answer(forum, lambda it: "Cancel" in it.labels)
    assert waiting.topic is topic
    await house.make()
    assert (await house.clip(forum)) is waiting


async def test_a_clip_whose_topic_is_gone_comes_into_the_chat(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person
) -> None:
    forum = telegram.forum("Club", members=[ann], admins=[ann])
    topic = forum.topic("Robots", by=ann)
    photo = forum.send_photo(ann, SELFIE, topic=topic)
    forum.write(ann, "/effect robot", reply_to=photo, topic=topic)
    await house.answer(forum, lambda it: "Cancel" in it.labels)
    forum.delete_topic(topic)
    await house.make()
    await house.clip(forum)


async def test_the_group_becomes_a_supergroup_while_a_clip_is_made(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person
) -> None:
    group = telegram.group("Friends", members=[ann], admins=[ann])
    group.write(ann, "/rules daily 3")
    await house.said(group, "The rules of this chat.")
    photo = group.send_photo(ann, SELFIE)
    group.write(ann, "/effect robot", reply_to=photo)
    await house.answer(group, lambda it: "Cancel" in it.labels)
    supergroup = telegram.migrate(group)
    await house.make()
    await house.clip(supergroup)
    supergroup.write(ann, "/rules")
    await house.answer(supergroup, lambda it: "Clips a day for each: 3" in it.labels)


async def test_a_group_that_moved_unheard_still_gets_its_clip(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person
) -> None:
    group = telegram.group("Friends", members=[ann], admins=[ann])
    photo = group.send_photo(ann, SELFIE)
    group.write(ann, "/effect robot", reply_to=photo)
    await house.answer(group, lambda it: "Cancel" in it.labels)
    gate = telegram.hold("getUpdates")
    group.write(ann, "/help")
    await telegram.until(lambda: gate.waiting)
    supergroup = telegram.migrate(group)
    await house.make()
    await house.clip(supergroup)
    gate.open()


async def test_admins_make_the_rules_of_a_group(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person, bob: Person
) -> None:
    group = telegram.group("Friends", members=[ann, bob], admins=[ann])
    group.write(bob, "/rules who admins")
    await house.said(group, "Only admins of this chat change its rules.")
    group.write(ann, "/rules who admins")
    rules = await house.answer(group, lambda it: "Who: admins only" in it.labels)
    photo = group.send_photo(bob, SELFIE)
    group.write(bob, "/effect robot", reply_to=photo)
    await house.said(group, "admins")
    group.write(ann, "/effect robot", reply_to=photo)
    await house.make()
    await house.clip(group)
    answer = await telegram.press(bob, rules, "Who: admins only")
    assert answer.text == "Only admins of this chat change its rules."
    await telegram.press(ann, rules, "Who: admins only")
    await house.answer(group, lambda it: "Who: everyone" in it.labels)
    group.write(bob, "/effect robot", reply_to=photo)
    await house.make()


async def test_an_effect_that_is_off_in_a_group_is_refused_there(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person
) -> None:
    group = telegram.group("Friends", members=[ann], admins=[ann])
    group.write(ann, "/rules effects symbiote head_turn")
    await house.said(group, "Effects: head_turn, symbiote")
    photo = group.send_photo(ann, SELFIE)
    group.write(ann, "/effect robot", reply_to=photo)
    await house.said(group, "have switched this effect off")
    assert len(await house.services.journal.latest(f"telegram:{ann.id}", 1)) == 0  # pyright: ignore[reportArgumentType]


async def test_a_group_is_left_in_peace_in_its_quiet_hours(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person
) -> None:
    now = datetime.now(UTC)
    hours = f"{now:%H}:00-{(now.hour + 2) % 24:02}:00"
    group = telegram.group("Friends", members=[ann], admins=[ann])
    group.write(ann, f"/rules quiet {hours} +0")
    await house.said(group, f"Quiet hours: {hours}")
    photo = group.send_photo(ann, SELFIE)
    group.write(ann, "/effect robot", reply_to=photo)
    await house.said(group, hours.split("-")[1])


async def test_a_rule_nobody_understands_changes_nothing(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person
) -> None:
    group = telegram.group("Friends", members=[ann], admins=[ann])
    for words in ("quiet 25:00-07:00", "daily many", "effects unicorn", "colour blue"):
        group.write(ann, f"/rules {words}")
    await house.telegram.until(
        lambda: sum("did not understand" in (it.text or "") for it in group.from_bot) == 4,
        within_s=60,
    )
    await house.answer(group, lambda it: "Who: everyone" in it.labels)


async def test_in_a_channels_discussion_group_a_post_becomes_a_clip(
    house: TelegramHouse, telegram: FakeTelegram, ann: Person
) -> None:
    discussion = telegram.supergroup("Talk", members=[ann])
    channel = telegram.channel("News", discussion=discussion, admins=[ann])
    channel.send_photo(ann, SELFIE)
    post = next(it for it in discussion.messages if it.photo)
    discussion.write(ann, f"/effect@{telegram.bot.username} robot", reply_to=post)
    await house.make()
    await house.clip(discussion)

"""A desk of no platform, with people who write and press."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain, count

from bots.chat import MessageId, Person, PersonId, PlaceId
from bots.codes import Code, Verb
from bots.desk.desk import Desk
from bots.desk.events import Picture, Pressed, Said
from bots.desk.keys import Key
from bots.desk.where import Where
from bots.store.requests import Request
from engine.jobs.catalogue import Offer
from engine.jobs.job import TERMINAL, JobId, Succeeded
from engine.jobs.media.store import clip_keys
from tests.effect_cards import OFFER, a_card
from tests.fakes.images import encoded, noise
from tests.fakes.platform import FakePlatform
from tests.house import House
from tests.job_samples import success

MORPH = a_card("morph", "Morph", photos=2)
EFFECTS = Offer(effects=(*OFFER.effects, MORPH))
ANN, BOB, OWNER = (Person(id=PersonId(f"web:{number}")) for number in (1, 2, 3))
HERE = Where(place=PlaceId("web:here"))
GROUP = Where(place=PlaceId("web:group"), is_group=True, room="general")
SELFIE, OTHER = Picture(file="selfie"), Picture(file="other")
PICTURES = {"selfie": encoded(noise(400, 400), "JPEG"), "other": encoded(noise(400, 300), "JPEG")}


@dataclass(frozen=True, slots=True)
class Front:
    """What stands before the people, and what they do; Ann in private, unless said otherwise."""

    house: House
    desk: Desk
    platform: FakePlatform
    _numbers: count[int] = field(default_factory=lambda: count(1))

    async def say(
        self,
        text: str = "",
        *pictures: Picture,
        who: Person = ANN,
        where: Where = HERE,
        **more: object,
    ) -> Said:
        """Have somebody write, with a command first if there is one."""
        number = next(self._numbers)
        command = ""
        if text.startswith("/"):
            command, _, text = text.removeprefix("/").partition(" ")
        message = MessageId(f"theirs:{number}")
        said = Said(
            update=number,
            who=who,
            where=where.below(message),
            message=message,
            text=text,
            command=command,
            named=bool(command),
            pictures=pictures,
        )
        said = replace(said, **more)  # pyright: ignore[reportArgumentType]
        await self.desk.hear([said])
        return said

    async def press(self, label: str, *, who: Person = ANN, where: Where = HERE) -> str:
        """Have somebody press a button of ours, the last that is called so; what they are shown."""
        message, key = next(
            (message, key)
            for message, rows in reversed(self.platform.rows.items())
            for key in chain(*rows)
            if label in key.label
        )
        return await self.carry(str(key.code), message, who=who, where=where)

    async def under(
        self, job: JobId, verb: Verb, which: str = "", *, who: Person = ANN, where: Where = HERE
    ) -> str:
        """Have somebody press a button under a clip; what they are shown."""
        return await self.carry(str(Code(verb, job, which)), MessageId("m0"), who=who, where=where)

    async def carry(
        self, data: str, message: MessageId | None, *, who: Person = ANN, where: Where = HERE
    ) -> str:
        number = next(self._numbers)
        await self.desk.press(
            Pressed(
                update=number,
                query=f"query-{number}",
                who=who,
                where=where.below(message),
                message=message,
                data=data,
            )
        )
        return self.platform.answered[-1]

    @property
    def labels(self) -> list[str]:
        """What can be pressed below our last message."""
        return [key.label for key in self.keys]

    @property
    def keys(self) -> list[Key]:
        rows = list(self.platform.rows.values())[-1]
        return list(chain(*rows))

    async def requests(self, who: Person = ANN) -> list[Request]:
        """What somebody has asked for, newest first."""
        return await self.house.services.studio.jobs(who)

    async def asked(self, who: Person = ANN) -> Request:
        """What somebody has asked for last."""
        return (await self.requests(who))[0]

    async def clip(self, *, who: Person = ANN, where: Where = HERE) -> JobId:
        """Have a clip made of a selfie: the symbiote."""
        await self.say("symbiote", SELFIE, who=who, where=where, named=True)
        made = await self.finish()
        assert made.person.id == who.id
        return made.id

    async def finish(self) -> Request:
        """Make the next clip, and note that it is there."""
        services = self.house.services
        claim = await self.house.work(lambda claim: success(claim.job))
        job, keys = claim.job.id, clip_keys(claim.job.id)
        outcome = success(claim.job)
        clip = replace(outcome.clip, key=keys.video, poster=keys.poster)
        for key in (keys.video, keys.poster):
            await services.media.put(key, b"a clip")
        ended: Succeeded = replace(outcome, clip=clip)
        await services.journal.conclude(job, ended, self.house.time())
        await services.journal.set_delivered(job, self.house.time())
        return await self.house.request(job)

    async def is_gone(self, job: JobId) -> bool:
        """Tell whether nothing is left of a clip."""
        request = await self.house.request(job)
        assert request.state in TERMINAL
        return request.erased

"""What a visitor can do: from a frame of the page to the studio, and into the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from bots import messages
from bots.chat import Action, Ask, Button, Message, MessageId, Placeholder, job_id
from bots.delivery.delivery import Delivery
from bots.details import details
from bots.store.conversation import Asked
from bots.studio import Studio
from bots.web_chat.chat import WebChat
from bots.web_chat.protocol import (
    ActionFrame,
    AgainFrame,
    AskFrame,
    CancelFrame,
    DeleteFrame,
    DetailsFrame,
    MadeFrame,
    OtherEffectFrame,
)
from bots.web_chat.visitors import Visitor
from engine.jobs.errors import Refused
from engine.jobs.job import ClipFormat, JobId, MediaKey
from engine.jobs.refusal import Refusal, RefusalCode

BOT = "web"
_MOST_DETAILS = 1000
"""Characters about how a clip was made."""


class Asks:
    """Carries out what the frames say; raises Refused where the answer is only a notice."""

    def __init__(self, studio: Studio, delivery: Delivery, chat: WebChat) -> None:
        self._studio = studio
        self._delivery = delivery
        self._chat = chat

    async def take(self, visitor: Visitor, frame: ActionFrame) -> None:
        """Do what a frame says.

        Raises:
            Refused: it cannot be done, and nothing has changed.
        """
        match frame:
            case AskFrame():
                await self._ask(visitor, frame)
            case AgainFrame():
                await self._again(visitor, frame)
            case OtherEffectFrame():
                await self._other_effect(visitor, frame)
            case CancelFrame():
                await self._studio.cancel(visitor.who, JobId(frame.job))
            case DeleteFrame():
                await self._delete(visitor, JobId(frame.job))

    async def details(self, visitor: Visitor, frame: DetailsFrame) -> MadeFrame:
        """Tell what made a clip of the visitor's conversation.

        Raises:
            Refused: there is none.
        """
        job = JobId(frame.job)
        if await self._chat.asked(visitor.where.id, job) is None:
            raise Refused(Refusal(RefusalCode.UNKNOWN_JOB))
        text = await details(self._studio, job, visitor.texts, most=_MOST_DETAILS)
        return MadeFrame(job=frame.job, text=text)

    async def _ask(self, visitor: Visitor, frame: AskFrame) -> None:
        photos = tuple(MediaKey(key) for key in frame.photos)
        ask = Ask(
            id=_job(visitor, frame.id),
            who=visitor.who,
            where=visitor.where,
            effect=frame.effect,
            prompt=frame.prompt,
            photos=photos,
            params=frame.params,
            format=ClipFormat(aspect=frame.aspect),
        )
        asked = Asked(
            job=ask.id,
            page_id=str(frame.id),
            effect=frame.effect,
            title=await self._title(frame.effect),
            prompt=frame.prompt,
            photos=photos,
            aspect=frame.aspect,
        )
        await self._submit(visitor, ask, asked)

    async def _submit(self, visitor: Visitor, ask: Ask, asked: Asked) -> None:
        """Take an ask into the conversation, with the refusal if it is refused.

        It is shown only once it is journalled: until then the page sends it again.
        """
        try:
            ticket = await self._studio.submit(ask)
        except Refused as refused:
            await self._chat.say(ask.where.id, asked)
            await self._chat.post(ask.where.id, ask.id, await self._sorry(visitor, refused))
        else:
            await self._chat.say(ask.where.id, asked)
            await self._delivery.open(ticket)

    async def _sorry(self, visitor: Visitor, refused: Refused) -> Message:
        texts = visitor.texts
        message = messages.refused(texts, refused.refusal, await self._studio.effects())
        delete = Button(action=Action.DELETE, label=texts.label(Action.DELETE))
        return replace(message, buttons=(*message.buttons, delete))

    async def _again(self, visitor: Visitor, frame: AgainFrame) -> None:
        before = JobId(frame.job)
        asked = await self._asked_before(visitor, before, frame.id)
        ticket = await self._studio.again(visitor.who, visitor.where, before, asked.job)
        await self._chat.say(visitor.where.id, asked)
        await self._delivery.open(ticket)

    async def _other_effect(self, visitor: Visitor, frame: OtherEffectFrame) -> None:
        before = await self._asked_before(visitor, JobId(frame.job), frame.id)
        asked = replace(before, effect=frame.effect, title=await self._title(frame.effect))
        ask = Ask(
            id=asked.job,
            who=visitor.who,
            where=visitor.where,
            effect=frame.effect,
            prompt=asked.prompt,
            photos=asked.photos,
            format=ClipFormat(aspect=asked.aspect),
        )
        await self._submit(visitor, ask, asked)

    async def _asked_before(self, visitor: Visitor, job: JobId, page_id: UUID) -> Asked:
        """Find what an earlier job was asked for with, to be asked anew."""
        before = await self._chat.asked(visitor.where.id, job)
        if before is None:
            raise Refused(Refusal(RefusalCode.UNKNOWN_JOB))
        return replace(before, job=_job(visitor, page_id), page_id=str(page_id))

    async def _delete(self, visitor: Visitor, job: JobId) -> None:
        try:
            await self._studio.delete(visitor.who, job)
            await self._delivery.close(job)
        except Refused as refused:
            if refused.refusal.code is not RefusalCode.UNKNOWN_JOB:
                raise
        # an ask that was refused is in the conversation only
        message = Placeholder(place=visitor.where.id, message=MessageId(job))
        await self._chat.remove(message, job)

    async def _title(self, effect: str | None) -> Mapping[str, str]:
        for card in await self._studio.effects():
            if card.id == effect:
                return card.title
        return {}


def _job(visitor: Visitor, page_id: UUID) -> JobId:
    return job_id(BOT, visitor.where.id, str(page_id))

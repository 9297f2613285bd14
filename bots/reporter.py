"""What a request's message shows at this moment, from what the queue and the workers say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bots import messages
from bots.chat import Message
from bots.gallery import Gallery
from bots.messages import Subject
from bots.store.requests import Request
from bots.texts.texts import Texts
from engine.jobs.first_look import first_look, first_look_id
from engine.jobs.job import Clip, JobState, Outcome, Progress, Succeeded
from engine.jobs.media.store import LONGEST_LINK, MediaStore
from engine.jobs.note import read_outcome
from engine.jobs.queue import JobQueue


class Reporter:
    """Words for requests, each in its person's language.

    With `stills`, what is being filmed is shown with how far it is: not everywhere is that seen,
    and a message would be edited for nothing.
    """

    def __init__(
        self,
        queue: JobQueue,
        gallery: Gallery,
        media: MediaStore,
        keep_clips: timedelta,
        *,
        stills: bool = False,
    ) -> None:
        self._queue = queue
        self._gallery = gallery
        self._media = media
        self._stills = stills
        self._link_lasts = min(keep_clips, LONGEST_LINK)

    async def status(
        self, request: Request, progress: Progress | None, first_look: Clip | None = None
    ) -> Message:
        """Say where an unfinished request is; `progress` is the last report heard.

        With a first look, the message shows that as well.

        Raises:
            QueueUnavailable: that is not known now.
        """
        texts = _texts(request)
        subject = replace(await self._subject(request), first_look=first_look)
        standing = await self._queue.standing(request.id)
        if standing is None or standing.state is JobState.QUEUED:
            somebody_works = await self._gallery.somebody_works()
            return messages.queued(texts, subject, standing, somebody_works=somebody_works)
        report = progress or await self._queue.last_progress(request.id)
        message = messages.running(texts, subject, report)
        return message if self._stills else replace(message, still=None)

    async def accepted(self, request: Request) -> Message:
        """Say that a request is taken, while the queue does not answer."""
        subject = await self._subject(request)
        return messages.queued(_texts(request), subject, None, somebody_works=True)

    async def first_look(self, request: Request) -> Clip | None:
        """Find the first look at a request, if it has been made and is kept.

        Raises:
            MediaUnavailable: that is not known now.
        """
        if request.job is None or first_look(request.job) is None:
            return None
        made = await read_outcome(first_look_id(request.id), self._media)
        return made and made.clip

    async def ended(
        self, request: Request, outcome: Outcome, first_look: Clip | None = None
    ) -> Message:
        """Say what became of a request; a first look stays if there is no clip."""
        subject = replace(
            await self._subject(request),
            stood_in=_stood_in(request, outcome),
            first_look=first_look,
        )
        return messages.ended(_texts(request), subject, outcome)

    def waits(self, request: Request) -> Message:
        """Say that the clip will not come by itself."""
        return messages.waits(_texts(request), Subject(title=request.title))

    async def too_large(self, request: Request, clip: Clip) -> Message:
        """Say that the clip is there, but cannot be shown where it was asked for.

        Raises:
            MediaUnavailable: how to get it is not known now.
        """
        link = await self._media.link(clip.key, lasts=self._link_lasts)
        return messages.too_large(_texts(request), Subject(title=request.title), link)

    def moment(self, request: Request) -> Message:
        """Say that something is about to appear."""
        return messages.moment(_texts(request))

    def ready(self, request: Request) -> str:
        """Say in a line that the clip has come."""
        texts = _texts(request)
        return texts.ready(texts.title(request.title))

    async def _subject(self, request: Request) -> Subject:
        if request.runners_up is None:
            return Subject(title=request.title)
        cards = {card.id: card for card in await self._gallery.cards()}
        near = [cards[effect] for effect in request.runners_up if effect in cards]
        return Subject(title=request.title, runners_up=near)


def _stood_in(request: Request, outcome: Outcome) -> bool:
    """Tell whether a look made what a model was to make."""
    if request.job is None or not isinstance(outcome, Succeeded):
        return False
    by_look = {variant.name: variant.is_look for variant in request.job.variants}
    return request.job.variants[0].is_recipe and by_look.get(outcome.variant, False)


def _texts(request: Request) -> Texts:
    return Texts.of(request.person.language)

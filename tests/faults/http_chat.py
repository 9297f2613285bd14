"""The adapter of the fake platform: the Chat port over HTTP."""

from __future__ import annotations

import aiohttp
from aiohttp import ClientResponse, ClientSession

from bots.chat import Message, MessageId, Placeholder, PlaceId
from bots.errors import ChatBusy, ChatUnavailable, MessageGone
from engine.jobs.job import JobId
from tests.faults.platform import MESSAGE_JSON


class HttpChat:
    """Shows messages on the platform at a URL."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def post(
        self, place: PlaceId, job: JobId, message: Message, *, replaces: Placeholder | None = None
    ) -> Placeholder:
        """Show a new message for a job; like most platforms, a second one if repeated."""
        answer = await self._call("POST", "/messages", job=job, message=message)
        return Placeholder(place=place, message=MessageId(answer["message"]))

    async def edit(self, placeholder: Placeholder, job: JobId, message: Message) -> None:
        """Replace a message."""
        await self._call("PUT", f"/messages/{placeholder.message}", job=job, message=message)

    async def remove(self, placeholder: Placeholder, job: JobId) -> None:
        """Take a message away."""
        await self._call("DELETE", f"/messages/{placeholder.message}")

    def is_fading(self, placeholder: Placeholder) -> bool:
        """Tell that a message can always be changed."""
        return False

    async def nudge(self, placeholder: Placeholder, job: JobId, text: str) -> None:
        """Say one line that notifies."""
        await self._call("POST", f"/messages/{placeholder.message}/line")

    async def _call(
        self, method: str, path: str, *, job: str = "", message: Message | None = None
    ) -> dict[str, str]:
        shown = MESSAGE_JSON.dump_python(message, mode="json") if message else None
        body = {"job": job, "message": shown}
        try:
            async with self._session.request(method, self._url + path, json=body) as answer:
                _raise_for(answer)
                return await answer.json() if answer.content_length else {}
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ChatUnavailable(str(error)) from error


def _raise_for(answer: ClientResponse) -> None:
    if answer.status == 404:
        raise MessageGone
    if answer.status == 429:
        raise ChatBusy(float(answer.headers["Retry-After"]))
    if answer.status >= 400:
        raise ChatUnavailable(f"the platform answers {answer.status}")

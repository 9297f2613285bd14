"""What the bot has not been told yet, and the two ways of telling it: polls and a webhook."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from itertools import count

import aiohttp

from tests.fakes.changes import Changes
from tests.fakes.telegram import limits
from tests.fakes.telegram.errors import Json, conflict

ASKED_FOR_ONLY = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_RETRY_S = 0.05
_FIRST_ID = 700_000_001


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where updates are posted."""

    url: str
    secret: str | None
    connections: int


class Updates:
    """The updates of one bot, in order.

    Attributes:
        pending: what was not confirmed yet.
        told: how often each update was given to the bot, by its id.
    """

    def __init__(self, changes: Changes) -> None:
        self.pending: list[Json] = []
        self.told: dict[int, int] = {}
        self.allowed: frozenset[str] | None = None
        self.webhook: Webhook | None = None
        self.last_error = ""
        self._ids = count(_FIRST_ID)
        self._changes = changes
        self._poll = 0
        self._why_ended = ""
        self._posting: asyncio.Task[None] | None = None

    def put(self, kind: str, what: Json) -> None:
        """Have the bot told of something, if it wants to know such things."""
        if kind in self.allowed if self.allowed else kind not in ASKED_FOR_ONLY:
            self.pending.append({"update_id": next(self._ids), kind: what})
        self._changes.announce()

    def allow(self, kinds: list[str] | None) -> None:
        """Set which kinds the bot wants, from now on; none means the usual ones."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    async def poll(self, offset: int, limit: int, timeout_s: float) -> list[Json]:
        """Give what there is, or wait for it.

        Raises:
            ApiError: there is a webhook, or another poll came.
        """
        if self.webhook is not None:
            raise conflict(
                "can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first"
            )
        mine = self._take_over(
            "terminated by other getUpdates request; "
            "make sure that only one bot instance is running"
        )
        self._confirm(offset)
        until = time.monotonic() + timeout_s
        while not self.pending and (left := until - time.monotonic()) > 0:
            await self._changes.wait(left)
            if mine != self._poll:
                raise conflict(self._why_ended)
        given = self.pending[: min(limit, limits.UPDATES)]
        self._count(given)
        return given

    def listen(self, webhook: Webhook, *, drop_pending: bool) -> None:
        """Post updates from now on."""
        self.unlisten(drop_pending=drop_pending)
        self._take_over("terminated by setWebhook request")
        self.webhook = webhook
        self._posting = asyncio.create_task(self._post_all(webhook))

    def unlisten(self, *, drop_pending: bool) -> None:
        """Post nothing any more."""
        self.webhook = None
        if self._posting is not None:
            self._posting.cancel()
            self._posting = None
        if drop_pending:
            self.pending.clear()

    async def close(self) -> None:
        """End every poll and post."""
        self._take_over("the server stops")
        posting = self._posting
        self.unlisten(drop_pending=False)
        if posting is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await posting

    def _take_over(self, why: str) -> int:
        self._poll, self._why_ended = self._poll + 1, why
        self._changes.announce()
        return self._poll

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self.pending = self.pending[offset:]
        elif offset:
            self.pending = [u for u in self.pending if u["update_id"] >= offset]
        self._changes.announce()

    def _count(self, given: list[Json]) -> None:
        for update in given:
            number = update["update_id"]
            self.told[number] = self.told.get(number, 0) + 1

    async def _post_all(self, webhook: Webhook) -> None:
        async with aiohttp.ClientSession() as http:
            while True:
                while not self.pending:
                    await self._changes.wait(60)
                update = self.pending[0]
                self._count([update])
                if await self._post(http, webhook, update):
                    self.pending = [other for other in self.pending if other is not update]
                    self._changes.announce()
                else:
                    await asyncio.sleep(_RETRY_S)

    async def _post(self, http: aiohttp.ClientSession, webhook: Webhook, update: Json) -> bool:
        secret = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret} if webhook.secret else {}
        try:
            async with http.post(webhook.url, json=update, headers=secret) as answer:
                said = f"Wrong response from the webhook: {answer.status} {answer.reason}"
                self.last_error = "" if answer.ok else said
        except (aiohttp.ClientError, TimeoutError) as error:
            self.last_error = f"Connection failed: {error}"
        return not self.last_error

"""The calls we make to Discord; each may raise what `translated` does.

A message is changed through the interaction it answers while that lives, and by the bot itself
where it is a member; this is the one place that knows the difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import discord
from discord import ui

from bots.chat import MessageId, PersonId
from bots.clock import Clock
from bots.desk.where import Where
from bots.discord_api.handles import Handle
from bots.discord_api.names import Numbers, message_id, user_of
from bots.discord_api.refusals import translated
from bots.errors import ChatForbidden, MessageGone

_NOBODY = discord.AllowedMentions.none()
_TEXT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a message shows, whole; `pings` is the one person who is told by it.

    An edit whose `files` are None leaves those that are there.
    """

    text: str
    view: ui.View | None = None
    files: Sequence[discord.File] | None = ()
    pings: int | None = None


class Wire:
    """One bot's calls."""

    def __init__(self, client: discord.Client, now: Clock) -> None:
        self._client = client
        self._now = now

    async def edit(self, message: MessageId, handle: Handle | None, content: Content) -> None:
        """Replace a message.

        Raises:
            MessageGone: it is not there, or we can change it no more.
        """
        numbers = Numbers.of(message)
        if numbers.interaction is not None:
            edit = partial(self._webhook(self._alive(handle)).edit_message, numbers.message)
        else:
            channel = self._messageable(numbers.channel)
            edit = channel.get_partial_message(numbers.message).edit
        with translated():
            await edit(
                content=content.text[:_TEXT],
                view=content.view,
                attachments=discord.utils.MISSING if content.files is None else content.files,
                allowed_mentions=_NOBODY,
            )

    async def say(self, where: Where, content: Content, *, nonce: str | None = None) -> MessageId:
        """Write a message of the bot's own."""
        channel = self._messageable(int(where.room or where.place.partition(":")[2]))
        named: dict[str, Any] = {} if nonce is None else {"nonce": nonce}
        if where.reply_to is not None:
            named["reference"] = _reference(Numbers.of(where.reply_to))
        with translated():
            sent = await channel.send(
                content.text[:_TEXT],
                view=content.view or discord.utils.MISSING,
                files=content.files or (),
                allowed_mentions=_pinging(content.pings),
                **named,
            )
            return message_id(channel.id, sent.id)
        raise AssertionError("a message is sent or not")

    async def follow_up(
        self, handle: Handle, content: Content, *, only_theirs: bool = False
    ) -> MessageId:
        """Write one more message through an interaction."""
        with translated():
            sent = await self._webhook(self._alive(handle)).send(
                content.text[:_TEXT],
                view=content.view or discord.utils.MISSING,
                files=content.files or (),
                allowed_mentions=_pinging(content.pings),
                ephemeral=only_theirs,
                wait=True,
            )
            return message_id(sent.channel.id, sent.id, handle.interaction)
        raise AssertionError("a message is sent or not")

    async def remove(self, message: MessageId, handle: Handle | None) -> None:
        """Take a message away; one that is gone is fine."""
        numbers = Numbers.of(message)
        with translated():
            if handle is not None and self._works(handle) and handle.reaches(numbers):
                await self._webhook(handle).delete_message(numbers.message)
            elif handle is None or handle.may_write:
                channel = self._messageable(numbers.channel)
                await channel.get_partial_message(numbers.message).delete()
            else:
                raise ChatForbidden("the message can be changed no more")

    async def tell(self, person: PersonId, text: str) -> None:
        """Write to somebody in private."""
        with translated():
            user = await self._client.fetch_user(user_of(person))
            await user.send(text[:_TEXT], allowed_mentions=_NOBODY)

    async def fetch(self, url: str) -> bytes:
        """Get a file that was sent."""
        with translated():
            return await self._client.http.get_from_cdn(url)
        raise AssertionError("a file is had or not")

    def _alive(self, handle: Handle | None) -> Handle:
        """Take a token that is good.

        Raises:
            MessageGone: it is not, and Discord need not be asked.
        """
        if handle is None or not self._works(handle):
            raise MessageGone("the interaction is too old to be answered")
        return handle

    def _works(self, handle: Handle) -> bool:
        return handle.works(self._now())

    def _webhook(self, handle: Handle) -> discord.Webhook:
        """Make what an interaction is answered through, as the library does for a fresh one."""
        number = self._client.application_id or 0
        return discord.Webhook.from_state(
            data={"id": number, "type": 3, "token": handle.token},
            state=self._client._connection,
        )

    def _messageable(self, channel: int) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(channel)


def _pinging(user: int | None) -> discord.AllowedMentions:
    if user is None:
        return discord.AllowedMentions(everyone=False, users=False, roles=False, replied_user=True)
    return discord.AllowedMentions(
        everyone=False, users=[discord.Object(user)], roles=False, replied_user=False
    )


def _reference(numbers: Numbers) -> discord.MessageReference:
    return discord.MessageReference(
        message_id=numbers.message, channel_id=numbers.channel, fail_if_not_exists=False
    )

"""Where simcord plays Discord otherwise than it is, and how that is set right for a test."""

from __future__ import annotations

from typing import Any

import pytest
from simcord import Env, interactions


def say_who_has_installed_the_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have interactions name the server that has installed the bot; simcord names nobody.

    Without that the bot is taken for no member of any server.
    """
    plain = interactions.base_payload

    def base_payload(*args: Any, guild_id: int | None, **about: Any) -> tuple[Any, dict[str, Any]]:
        record, payload = plain(*args, guild_id=guild_id, **about)
        owners = {} if guild_id is None else {"0": str(guild_id)}
        return record, payload | {"authorizing_integration_owners": owners}

    monkeypatch.setattr(interactions, "base_payload", base_payload)


def await_no_answer_that_was_deleted(env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a deferred answer that is deleted be followed by others, as Discord does since 2021.

    simcord takes what follows for that answer, and says that it does not know the message; see
    discord/discord-api-docs#2739 and kordlib/kord#546.
    """
    backend = env.backend
    plain = backend.delete_message

    def delete_message(channel_id: int, message_id: int) -> None:
        plain(channel_id, message_id)
        for interaction in backend.interactions.values():
            if interaction.loading and interaction.message_id == message_id:
                interaction.complete_deferred()

    monkeypatch.setattr(backend, "delete_message", delete_message)


def set_avatar(env: Env, user: int, avatar: str, picture: bytes) -> None:
    """Have an avatar where Discord has it; simcord knows only files that were sent."""
    url = f"https://cdn.discordapp.com/avatars/{user}/{avatar}.png?size=1024"
    env.backend.cdn._blobs[url] = picture

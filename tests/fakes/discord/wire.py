"""Everything as Discord writes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from tests.fakes.discord import permissions
from tests.fakes.discord.errors import Json
from tests.fakes.discord.messages import EPHEMERAL, LOADING, Content, Message
from tests.fakes.discord.people import Person
from tests.fakes.discord.places import DM, GROUP_DM, THREAD, Channel, Guild

if TYPE_CHECKING:
    from tests.fakes.discord.interactions import Interaction
    from tests.fakes.discord.world import World

_MENTION = re.compile(r"<@!?(\d+)>")
_UNREAD: Json = {"content": "", "embeds": [], "components": [], "attachments": []}
_LONG_AGO = "2026-01-01T00:00:00+00:00"


def message_json(message: Message, *, in_full: bool = True, with_reply: bool = True) -> Json:
    """Write a message, in full or as one sees it who may not read it.

    What it replies to is written without what that replied to, and in full only if the bot could
    read it without the intent for that.
    """
    content, edited = message.content_now, message.edited_at
    said: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "type": _type(message),
        "author": message.by.json(),
        "timestamp": message.at.isoformat(),
        "edited_timestamp": edited.isoformat() if edited else None,
        "tts": False,
        "pinned": False,
        "mention_everyone": "@everyone" in content.text,
        "mentions": [it.json() for it in mentioned(message.channel.world, content)],
        "mention_roles": [],
        "flags": _flags(message),
    }
    said |= _what(message.channel.world, content) if in_full else _UNREAD
    if message.nonce is not None:
        said["nonce"] = message.nonce
    if message.asked is not None:
        said |= _asked(message, message.asked)
    return said | (_reply(message, with_content=with_reply) if message.reference else {})


def event_json(message: Message, *, in_full: bool = True) -> Json:
    """Write a message as the gateway does, in full or as one sees it who may not read it."""
    said, guild = message_json(message, in_full=in_full), message.channel.guild
    if guild is not None:
        said["guild_id"] = str(guild.id)
        if message.asked is None:
            said["member"] = member_json(guild, message.by)
    return said


def is_open_to_bot(message: Message) -> bool:
    """Say whether the bot may read a message without the intent for that."""
    bot = message.channel.world.bot
    is_meant = message.channel.guild is None or bot.name in message.mentions
    return is_meant or message.by is bot


def mentioned(world: World, content: Content) -> list[Person]:
    """Find whom a content names."""
    ids = dict.fromkeys(map(int, _MENTION.findall(content.text)))
    return [world.people[it] for it in ids if it in world.people]


def channel_json(channel: Channel) -> Json:
    """Write a channel."""
    said: Json = {"id": str(channel.id), "type": channel.kind, "flags": 0, "last_message_id": None}
    if channel.kind in {DM, GROUP_DM}:
        bot = channel.world.bot
        return said | {"recipients": [it.json() for it in channel.recipients if it is not bot]}
    said |= {
        "guild_id": str(channel.guild.id if channel.guild else 0),
        "name": channel.name,
        "parent_id": str(channel.parent.id) if channel.parent else None,
        "rate_limit_per_user": 0,
        "nsfw": False,
    }
    return said | (_of_thread(channel) if channel.kind == THREAD else _of_text(channel))


def guild_json(guild: Guild) -> Json:
    """Write a guild, without those in it."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner.id),
        "icon": None,
        "features": [],
        "premium_tier": guild.tier,
        "premium_subscription_count": 0,
        "preferred_locale": guild.locale,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "afk_timeout": 300,
        "system_channel_flags": 0,
        "emojis": [],
        "stickers": [],
        "roles": [
            _role(guild.id, "@everyone", permissions.EVERYONE),
            _role(guild.id + 1, "Admins", permissions.BITS["manage_guild"]),
        ],
    }


def guild_create_json(guild: Guild) -> Json:
    """Write a guild as the gateway does when the bot comes."""
    threads = [thread for channel in guild.channels for thread in channel.threads]
    bot = guild.world.bot
    return guild_json(guild) | {
        "joined_at": _LONG_AGO,
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members) + 1,
        "members": [member_json(guild, bot) | {"user": bot.json()}],
        "channels": [channel_json(it) for it in guild.channels],
        "threads": [channel_json(it) for it in threads],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def member_json(guild: Guild, person: Person) -> Json:
    """Write what somebody is in a guild, without who they are."""
    return {
        "nick": None,
        "avatar": None,
        "roles": [str(guild.id + 1)] if person in guild.admins else [],
        "joined_at": _LONG_AGO,
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }


def _role(number: int, name: str, may: int) -> Json:
    return {
        "id": str(number),
        "name": name,
        "permissions": str(may),
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def _of_text(channel: Channel) -> Json:
    bot = channel.world.bot
    own: Json = {
        "id": str(bot.id),
        "type": 1,
        "allow": str(channel.allowed),
        "deny": str(channel.denied),
    }
    return {"position": 0, "topic": None, "permission_overwrites": [own]}


def _of_thread(channel: Channel) -> Json:
    return {
        "owner_id": str(channel.guild.owner.id if channel.guild else 0),
        "message_count": len(channel.log),
        "member_count": 1,
        "total_message_sent": len(channel.log),
        "thread_metadata": {
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": _LONG_AGO,
            "locked": False,
            "create_timestamp": _LONG_AGO,
        },
    }


def _type(message: Message) -> int:
    asked = message.asked
    if asked is None or asked.command is None:
        return 19 if message.reference else 0
    return 20 if asked.command["type"] == 1 else 23


def _flags(message: Message) -> int:
    ephemeral = EPHEMERAL if message.is_ephemeral else 0
    return message.content_now.flags | ephemeral | (LOADING if message.is_loading else 0)


def _what(world: World, content: Content) -> Json:
    attachments = [world.files.json(file) for file in content.attachments]
    files = {file["filename"]: file for file in attachments}

    def resolved(value: Any) -> Any:
        if isinstance(value, list):
            return [resolved(it) for it in cast("list[Any]", value)]
        if not isinstance(value, dict):
            return value
        known = {name: resolved(it) for name, it in cast("Json", value).items()}
        url = known.get("url")
        if isinstance(url, str) and url.startswith("attachment://"):
            file = files[url.removeprefix("attachment://")]
            known |= {"url": file["url"], "proxy_url": file["url"], "attachment_id": file["id"]}
        return known

    return {
        "content": content.words,
        "embeds": resolved(list(content.embeds)),
        "components": resolved(list(content.components)),
        "attachments": attachments,
    }


def _asked(message: Message, asked: Interaction) -> Json:
    application = str(message.channel.world.application_id)
    metadata: Json = {
        "id": str(asked.id),
        "type": asked.kind,
        "user": asked.who.json(),
        "authorizing_integration_owners": asked.owners,
    }
    if asked.command is not None:
        metadata |= {"name": asked.command["name"], "command_type": asked.command["type"]}
    if asked.on is not None:
        metadata["interacted_message_id"] = str(asked.on.id)
    return {
        "webhook_id": application,
        "application_id": application,
        "interaction_metadata": metadata,
    }


def _reply(message: Message, *, with_content: bool) -> Json:
    to = message.reference
    if to is None:
        return {}
    reference: Json = {"type": 0, "message_id": str(to.id), "channel_id": str(to.channel.id)}
    if to.channel.guild is not None:
        reference["guild_id"] = str(to.channel.guild.id)
    said: Json = {"message_reference": reference}
    if with_content:
        shown = message_json(to, in_full=is_open_to_bot(to), with_reply=False)
        said["referenced_message"] = None if to.deleted else shown
    return said

"""The application, its bot, its commands, and where its gateway is."""

from __future__ import annotations

from tests.fakes.discord.calls import Call
from tests.fakes.discord.errors import Json, invalid, unknown_user
from tests.fakes.discord.rest.route import Route
from tests.fakes.discord.world import World


def _me(world: World, call: Call) -> Json:
    return world.bot.json() | {"verified": True, "mfa_enabled": False, "flags": 0}


def _user(world: World, call: Call) -> Json:
    person = world.people.get(call.number("user_id"))
    if person is None:
        raise unknown_user()
    return person.json()


def _application(world: World, call: Call) -> Json:
    return {
        "id": str(world.application_id),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "owner": {"id": "1", "username": "maker", "discriminator": "0", "avatar": None},
        "team": None,
        "bot": world.bot.json(),
        "integration_types_config": {"0": {}, "1": {}},
        "approximate_guild_count": sum(it.has_bot for it in world.guilds.values()),
    }


def _gateway(world: World, call: Call) -> Json:
    return {"url": world.gateway.url}


def _gateway_bot(world: World, call: Call) -> Json:
    limit = {"total": 1000, "remaining": 1000 - world.gateway.identifies, "reset_after": 0}
    return {
        "url": world.gateway.url,
        "shards": world.gateway.shards,
        "session_start_limit": limit | {"max_concurrency": 1},
    }


def _commands(world: World, call: Call) -> list[Json]:
    _check_application(world, call)
    return world.commands.all


def _put_commands(world: World, call: Call) -> list[Json]:
    _check_application(world, call)
    if not isinstance(call.body, list):
        raise invalid("_", "Only iterables may be used in a ListType", "LIST_TYPE_CONVERT")
    return world.commands.replace(call.body, world.application_id)


def _check_application(world: World, call: Call) -> None:
    if call.number("application_id") != world.application_id:
        raise invalid("application_id", "Unknown application", "UNKNOWN")


ROUTES = [
    Route("me", "GET", "users/@me", _me),
    Route("user", "GET", "users/{user_id}", _user),
    Route("application", "GET", "oauth2/applications/@me", _application),
    Route("my_application", "GET", "applications/@me", _application),
    Route("gateway", "GET", "gateway", _gateway, needs_token=False),
    Route("gateway_bot", "GET", "gateway/bot", _gateway_bot),
    Route("commands", "GET", "applications/{application_id}/commands", _commands),
    Route("put_commands", "PUT", "applications/{application_id}/commands", _put_commands),
]

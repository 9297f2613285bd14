"""The Telegram bot: does Telegram know it, who brings its updates, who may use it, and where."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Generic, TypeVar

from pydantic import BaseModel, SecretStr

from bots.settings import BotSettings
from deploy.doctor.finding import Finding
from deploy.doctor.platform import Api, Refused, Silent, look_at_people, shown, silent
from deploy.platforms import TELEGRAM

Result = TypeVar("Result")


class Me(BaseModel):
    """What Telegram says of a bot."""

    username: str
    can_join_groups: bool = False
    can_read_all_group_messages: bool = False
    supports_inline_queries: bool = False


class Webhook(BaseModel):
    """Where Telegram brings a bot's updates; an empty address: they are fetched."""

    url: str
    pending_update_count: int = 0
    last_error_message: str = ""


class _Answer(BaseModel, Generic[Result]):
    result: Result


async def look_at_telegram(settings: BotSettings) -> list[Finding]:
    """Look at the bot whose token is configured."""
    if settings.telegram_token is None:
        return [Finding(what="Telegram", found="off: ZOETROPE_TELEGRAM_TOKEN is not set")]
    api = _api(settings, settings.telegram_token)
    try:
        said_me, said_hook = await asyncio.gather(
            asyncio.to_thread(api.ask, "getMe", _Answer[Me]),
            asyncio.to_thread(api.ask, "getWebhookInfo", _Answer[Webhook]),
        )
    except Refused:
        return [_refused()]
    except Silent as error:
        return [silent(TELEGRAM, settings.telegram_api_url, str(error))]
    me, hook = said_me.result, said_hook.result
    return [
        Finding(what="Telegram", found=f"https://t.me/{me.username}"),
        _updates(settings, hook),
        look_at_people(TELEGRAM, settings.policy),
        _groups(me),
        _inline(me),
    ]


def _api(settings: BotSettings, token: SecretStr) -> Api:
    return Api(
        name="Bot API",
        base=f"{settings.telegram_api_url.rstrip('/')}/bot{token.get_secret_value()}",
        # A token that could not be one at all is answered as a page that is not there.
        refusals=(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND),
    )


def _refused() -> Finding:
    return Finding(
        what="Telegram",
        found="it does not know the token",
        mend="copy the token from @BotFather into ZOETROPE_TELEGRAM_TOKEN anew; /token shows it",
    )


def _updates(settings: BotSettings, hook: Webhook) -> Finding:
    ours = settings.telegram_webhook_url.rstrip("/")
    if not ours:
        return _fetched(hook)
    if not hook.url.startswith(f"{ours}/"):
        found = f"not brought to {shown(ours)} yet: the bot sees to it when it starts"
        return Finding(what="Telegram updates", found=found)
    found = f"brought to {shown(ours)}, {hook.pending_update_count} on their way"
    if not hook.pending_update_count or not hook.last_error_message:
        return Finding(what="Telegram updates", found=found)
    where = f"{settings.telegram_webhook_host}:{settings.telegram_webhook_port}"
    return Finding(
        what="Telegram updates",
        found=f"{found}: {hook.last_error_message}",
        mend=f"start the bot, and see that your proxy passes POST /telegram on to {where}",
    )


def _fetched(hook: Webhook) -> Finding:
    if not hook.url:
        found = f"fetched by the bot, {hook.pending_update_count} wait for it"
        return Finding(what="Telegram updates", found=found)
    return Finding(
        what="Telegram updates",
        found=f"brought to {shown(hook.url)}, from where our bot takes them when it starts",
        mend="have a bot of its own for each program, or set ZOETROPE_TELEGRAM_WEBHOOK_URL",
    )


def _groups(me: Me) -> Finding:
    if not me.can_join_groups:
        found = "it may be in none; /setjoingroups in @BotFather allows it"
    elif me.can_read_all_group_messages:
        found = "privacy mode is off: it is sent all that is said; /setprivacy switches it on"
    else:
        found = "privacy mode is on: it is sent commands and replies to it, which is enough"
    return Finding(what="Telegram groups", found=found)


def _inline(me: Me) -> Finding:
    found = "off; /setinline in @BotFather switches it on"
    if me.supports_inline_queries:
        found = "on; /setinlinefeedback in @BotFather has to be Enabled for it"
    return Finding(what="Telegram inline mode", found=found)

"""The Telegram bot: does Telegram know it, who brings its updates, who may use it, and where."""

from __future__ import annotations

import asyncio
import http.client
import urllib.error
import urllib.request
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr, ValidationError

from bots.settings import BotSettings
from deploy.doctor.finding import Finding
from deploy.telegram_people import HOW_TO_LET_IN, lets_somebody_in

_ANSWER_S = 10.0

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


class _Silent(Exception):
    """The Bot API does not say what it was asked."""


class _Refused(Exception):
    """The Bot API does not know the token."""


async def look_at_telegram(settings: BotSettings) -> list[Finding]:
    """Look at the bot whose token is configured."""
    if settings.telegram_token is None:
        return [Finding(what="Telegram", found="off: ZOETROPE_TELEGRAM_TOKEN is not set")]
    api = _Api(settings.telegram_api_url, settings.telegram_token)
    try:
        me, hook = await asyncio.gather(
            asyncio.to_thread(api.ask, "getMe", _Answer[Me]),
            asyncio.to_thread(api.ask, "getWebhookInfo", _Answer[Webhook]),
        )
    except _Refused:
        return [_refused()]
    except _Silent as error:
        return [_silent(settings, str(error))]
    return [
        Finding(what="Telegram", found=f"https://t.me/{me.username}"),
        _updates(settings, hook),
        _people(settings),
        _groups(me),
        _inline(me),
    ]


class _Api:
    """The Bot API by the standard library: its own one stays inside the bot."""

    def __init__(self, url: str, token: SecretStr) -> None:
        self._base = f"{url.rstrip('/')}/bot{token.get_secret_value()}"

    def ask(self, method: str, answer: type[_Answer[Result]]) -> Result:
        """Ask one thing.

        Raises:
            _Refused: the token is unknown.
            _Silent: there is no answer, or one that the Bot API does not give.
        """
        try:
            with urllib.request.urlopen(f"{self._base}/{method}", timeout=_ANSWER_S) as said:
                return answer.model_validate_json(said.read()).result
        except urllib.error.HTTPError as error:
            with error:
                if error.code in (http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.NOT_FOUND):
                    raise _Refused from error
                raise _Silent(f"it answers {error.code} {error.reason}") from error
        except OSError as error:
            raise _Silent(str(getattr(error, "reason", error))) from error
        except (http.client.HTTPException, ValidationError, ValueError):
            # Their words may hold the address, and with it the token.
            raise _Silent("there is no Bot API") from None


def _refused() -> Finding:
    return Finding(
        what="Telegram",
        found="it does not know the token",
        mend="copy the token from @BotFather into ZOETROPE_TELEGRAM_TOKEN anew; /token shows it",
    )


def _silent(settings: BotSettings, why: str) -> Finding:
    return Finding(
        what="Telegram",
        found=f"no answer from {_shown(settings.telegram_api_url)}: {why}",
        mend="see whether this machine reaches it, or correct ZOETROPE_TELEGRAM_API_URL",
    )


def _updates(settings: BotSettings, hook: Webhook) -> Finding:
    ours = settings.telegram_webhook_url.rstrip("/")
    if not ours:
        return _fetched(hook)
    if not hook.url.startswith(f"{ours}/"):
        found = f"not brought to {_shown(ours)} yet: the bot sees to it when it starts"
        return Finding(what="Telegram updates", found=found)
    found = f"brought to {_shown(ours)}, {hook.pending_update_count} on their way"
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
        found=f"brought to {_shown(hook.url)}, from where our bot takes them when it starts",
        mend="have a bot of its own for each program, or set ZOETROPE_TELEGRAM_WEBHOOK_URL",
    )


def _people(settings: BotSettings) -> Finding:
    policy = settings.policy
    if not lets_somebody_in(policy):
        return Finding(what="Telegram people", found="nobody is let in", mend=HOW_TO_LET_IN)
    entries = (*policy.owners, *policy.allowed_people, *policy.allowed_places)
    return Finding(what="Telegram people", found=f"let in are {', '.join(dict.fromkeys(entries))}")


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


def _shown(url: str) -> str:
    """Give the host of an address: the rest may be secret."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that is none"
    return f"{parts.scheme}://{parts.hostname}" if parts.hostname else "an address that is none"

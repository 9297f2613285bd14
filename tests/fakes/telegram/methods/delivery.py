"""Methods about updates."""

from __future__ import annotations

import ipaddress
import re
from typing import cast

from yarl import URL

from tests.fakes.telegram import limits
from tests.fakes.telegram.calls import Call
from tests.fakes.telegram.errors import Json, bad_request
from tests.fakes.telegram.methods.method import Method
from tests.fakes.telegram.updates import Webhook
from tests.fakes.telegram.world import World

_PORTS = {443, 80, 88, 8443}
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


async def get_updates(world: World, call: Call) -> list[Json]:
    world.updates.allow(_kinds(call))
    limit = call.number("limit") or limits.UPDATES
    timeout = call.number("timeout") or 0
    return await world.updates.poll(call.number("offset") or 0, limit, timeout)


def set_webhook(world: World, call: Call) -> bool:
    url, secret = call.text("url") or "", call.text("secret_token")
    if not url:
        return delete_webhook(world, call)
    _check_url(URL(url))
    if secret is not None and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    connections = call.number("max_connections") or 40
    if connections > limits.WEBHOOK_CONNECTIONS:
        raise bad_request("max_connections is too large")
    world.updates.allow(_kinds(call))
    webhook = Webhook(url=url, secret=secret, connections=connections)
    world.updates.listen(webhook, drop_pending=call.flag("drop_pending_updates"))
    return True


def delete_webhook(world: World, call: Call) -> bool:
    world.updates.unlisten(drop_pending=call.flag("drop_pending_updates"))
    return True


def get_webhook_info(world: World, call: Call) -> Json:
    updates, webhook = world.updates, world.updates.webhook
    said: Json = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(updates.pending),
    }
    if webhook is not None:
        said["max_connections"] = webhook.connections
    if updates.allowed is not None:
        said["allowed_updates"] = sorted(updates.allowed)
    if updates.last_error:
        now = int(world.now().timestamp())
        said |= {"last_error_date": now, "last_error_message": updates.last_error}
    return said


def _kinds(call: Call) -> list[str] | None:
    return cast("list[str] | None", call.list("allowed_updates"))


def _check_url(url: URL) -> None:
    # Loopback is let through without TLS, as a Bot API server on the same machine does.
    if _is_loopback(url.host or ""):
        return
    if url.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if url.port not in _PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


METHODS: dict[str, Method] = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}

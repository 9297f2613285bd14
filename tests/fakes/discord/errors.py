"""What Discord answers when it refuses, in its own words."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """An answer that refuses: its HTTP status, Discord's code, and what it says."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{status} {code}: {message} {errors or ''}".strip())
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def body(self) -> Json:
        """Say it as Discord does."""
        body: Json = {"message": self.message, "code": self.code}
        return body | ({"errors": self.errors} if self.errors else {})


def invalid(field: str, why: str, code: str = "BASE_TYPE_INVALID") -> ApiError:
    """Refuse a field; its path is written with dots."""
    errors: Json = {"_errors": [{"code": code, "message": why}]}
    for name in reversed(field.split(".")):
        errors = {name: errors}
    return ApiError(400, 50035, "Invalid Form Body", errors)


def too_long(field: str, most: int) -> ApiError:
    """Refuse what has too many characters or parts."""
    return invalid(field, f"Must be {most} or fewer in length.", "BASE_TYPE_BAD_LENGTH")


def unauthorized() -> ApiError:
    """Refuse a token."""
    return ApiError(401, 0, "401: Unauthorized")


def not_found() -> ApiError:
    """Refuse a route that does not exist."""
    return ApiError(404, 0, "404: Not Found")


def unknown_channel() -> ApiError:
    """Refuse a channel that does not exist."""
    return ApiError(404, 10003, "Unknown Channel")


def unknown_guild() -> ApiError:
    """Refuse a guild that the bot is not in."""
    return ApiError(404, 10004, "Unknown Guild")


def unknown_member() -> ApiError:
    """Refuse someone who is not in the guild."""
    return ApiError(404, 10007, "Unknown Member")


def unknown_message() -> ApiError:
    """Refuse a message that is not there, or not for who asks."""
    return ApiError(404, 10008, "Unknown Message")


def unknown_user() -> ApiError:
    """Refuse somebody who does not exist."""
    return ApiError(404, 10013, "Unknown User")


def unknown_webhook() -> ApiError:
    """Refuse an interaction's token that is none, or was not acknowledged."""
    return ApiError(404, 10015, "Unknown Webhook")


def unknown_interaction() -> ApiError:
    """Refuse a callback that is too late."""
    return ApiError(404, 10062, "Unknown interaction")


def already_acknowledged() -> ApiError:
    """Refuse a second callback."""
    return ApiError(400, 40060, "Interaction has already been acknowledged.")


def invalid_webhook_token() -> ApiError:
    """Refuse an interaction's token that was good for 15 minutes."""
    return ApiError(401, 50027, "Invalid Webhook Token")


def too_many_followups() -> ApiError:
    """Refuse one more follow-up of an app that only the person has installed."""
    why = "You have reached the maximum number of follow up messages for this interaction."
    return ApiError(400, 40094, why)


def too_large() -> ApiError:
    """Refuse a file."""
    return ApiError(413, 40005, "Request entity too large")


def too_many_attachments() -> ApiError:
    """Refuse an eleventh file."""
    return ApiError(400, 30015, "Maximum number of attachments in a message reached (10)")


def missing_access() -> ApiError:
    """Refuse what the bot cannot see."""
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    """Refuse what the bot may not do."""
    return ApiError(403, 50013, "Missing Permissions")


def somebody_elses() -> ApiError:
    """Refuse to edit what another wrote."""
    return ApiError(403, 50005, "Cannot edit a message authored by another user")


def empty_message() -> ApiError:
    """Refuse a message with nothing in it."""
    return ApiError(400, 50006, "Cannot send an empty message")


def closed_dm() -> ApiError:
    """Refuse to write to someone who takes no messages of the bot."""
    return ApiError(403, 50007, "Cannot send messages to this user")


def internal() -> ApiError:
    """Fail without a reason, as it does on a bad day."""
    return ApiError(500, 0, "500: Internal Server Error")


def unavailable() -> ApiError:
    """Fail before anything is read; discord.py tries this one no second time."""
    return ApiError(503, 0, "503: Service Unavailable")

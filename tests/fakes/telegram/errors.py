"""What Telegram answers when it refuses, in its own words."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """An answer with `"ok": false`."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> Json:
        """Say it as Telegram does."""
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad_request(why: str) -> ApiError:
    """Refuse what was asked."""
    return ApiError(400, f"Bad Request: {why}")


def forbidden(why: str) -> ApiError:
    """Refuse who asked."""
    return ApiError(403, f"Forbidden: {why}")


def conflict(why: str) -> ApiError:
    """Refuse the second of two that exclude each other."""
    return ApiError(409, f"Conflict: {why}")


def too_many(retry_after_s: int) -> ApiError:
    """Refuse for now."""
    return ApiError(
        429, f"Too Many Requests: retry after {retry_after_s}", retry_after=retry_after_s
    )


def upgraded(to: int) -> ApiError:
    """Refuse a group that is a supergroup now."""
    why = "group chat was upgraded to a supergroup chat"
    return ApiError(400, f"Bad Request: {why}", migrate_to_chat_id=to)


def unauthorized() -> ApiError:
    """Refuse a token."""
    return ApiError(401, "Unauthorized")


def unknown_method() -> ApiError:
    """Refuse a method that does not exist."""
    return ApiError(404, "Not Found")


def too_large() -> ApiError:
    """Refuse an upload."""
    return ApiError(413, "Request Entity Too Large")


def internal() -> ApiError:
    """Fail without a reason, as it does on a bad day."""
    return ApiError(500, "Internal Server Error")


def query_too_old() -> ApiError:
    """Refuse the answer to a query that nobody waits for."""
    return bad_request("query is too old and response timeout expired or query ID is invalid")


def not_modified() -> ApiError:
    """Refuse an edit that changes nothing."""
    return bad_request(
        "message is not modified: specified new message content and reply markup are exactly the "
        "same as a current content and reply markup of the message"
    )

"""Showing an operator where something is without showing the passwords in it."""

from __future__ import annotations

import re

_LOGIN = re.compile(r"^([\w+.-]+:/*)?.*@", re.DOTALL)
_SECRET_OPTION = re.compile(r"(?i)([\w-]*(?:pass|secret)[\w-]*=)[^&\s]*")


def masked_url(url: str) -> str:
    """Blot out whatever may be a login, in anything that was meant as a URL."""
    return _SECRET_OPTION.sub(r"\1***", _LOGIN.sub(r"\1***@", url))

"""Which languages there are, and which of them a person reads."""

from __future__ import annotations

from collections.abc import Iterable

SOURCE = "en"
LANGUAGES = (SOURCE, "zh")
NAMES = {"en": "English", "zh": "中文"}
"""What each language calls itself."""


def closest(tag: str, default: str = SOURCE) -> str:
    """Pick our language for a BCP 47 tag such as `zh-Hans-CN`."""
    primary = tag.replace("_", "-").split("-")[0].lower()
    return primary if primary in LANGUAGES else default


def negotiate(accept_language: str, default: str = SOURCE) -> str:
    """Pick our language for an HTTP Accept-Language header."""
    for tag in _by_preference(accept_language):
        language = closest(tag, "")
        if language:
            return language
    return default


def _by_preference(header: str) -> Iterable[str]:
    ranked: list[tuple[float, str]] = []
    for entry in header.split(","):
        tag, _, quality = entry.strip().partition(";q=")
        try:
            ranked.append((-float(quality or 1), tag))
        except ValueError:
            continue
    return [tag for _, tag in sorted(ranked, key=lambda pair: pair[0])]

"""Several shots in one prompt: each in a line of its own, or marked as one."""

from __future__ import annotations

import re
from collections.abc import Sequence

SHORTEST_S = 2
"""Of a shot: in less nothing can be seen to happen."""
_MARK = re.compile(
    r"(?:^|(?<=\s))(?:-{3,}(?=\s|$)|shot\s*\d+\s*[:：])|镜头\s*\d+\s*[:：]", re.IGNORECASE
)


def shots_in(words: str, most: int) -> Sequence[str]:
    """Divide the words of whoever asks into at least one shot, and at most as many as there can be.

    With a single one all are for it, as they are. `---` and `Shot 2:` stand between shots, and
    lines do where neither is. Of more shots than can be, neighbours are told together.
    """
    if most <= 1:
        return [on_one_line(words)]
    parts = _MARK.split(words)
    if len(parts) == 1:
        parts = words.splitlines()
    told = [said for part in parts if (said := on_one_line(part))] or [""]
    count = min(len(told), most)
    return [" ".join(told[start:end]) for start, end in _shares(len(told), count)]


def on_one_line(words: str) -> str:
    """Write words without line breaks."""
    return " ".join(words.split())


def lengths(frames: int, shots: int) -> Sequence[int]:
    """Share a film's frames out to its shots."""
    return [end - start for start, end in _shares(frames, shots)]


def _shares(whole: int, parts: int) -> Sequence[tuple[int, int]]:
    return [(whole * part // parts, whole * (part + 1) // parts) for part in range(parts)]

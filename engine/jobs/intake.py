"""A photo someone sent becomes a clean JPEG, or is refused, before anything else sees it.

Decoding runs in a process of its own with limits (intake_process.py), because decoders are where
hostile files do their harm.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired

from pydantic import TypeAdapter, ValidationError

from engine.jobs.errors import Refused
from engine.jobs.refusal import Refusal, RefusalCode

_PROGRAM = Path(__file__).with_name("intake_process.py")
_NICE = 10
"""Behind whoever answers people, who would wait for decoders at every word otherwise."""
_JPEG_START = b"\xff\xd8\xff"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeLimits:
    """What a photo may be, and what decoding it may take.

    Sides are in pixels. A photo with a longer side than `longest_side` is made smaller.
    """

    max_bytes: int = 20_000_000
    max_pixels: int = 50_000_000
    min_side: int = 128
    longest_side: int = 2048
    jpeg_quality: int = 92
    memory_bytes: int = 1 << 30
    cpu_s: int = 10
    wall_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanPhoto:
    """A re-encoded sRGB JPEG, upright, without metadata."""

    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """The first line that the process writes."""

    width: int = 0
    height: int = 0
    refused: RefusalCode | None = None
    data: dict[str, int] = field(default_factory=dict[str, int])


_ANSWER_JSON = TypeAdapter(_Answer)


class Intake:
    """Cleans photos, a few at once."""

    def __init__(self, limits: IntakeLimits | None = None, *, at_once: int = 2) -> None:
        self._limits = limits or IntakeLimits()
        self._command = _command(self._limits)
        self._turns = asyncio.Semaphore(at_once)

    async def clean(self, data: bytes) -> CleanPhoto:
        """Decode, straighten, shrink and re-encode a photo.

        Raises:
            Refused: with one of the PHOTO codes.
        """
        if len(data) > self._limits.max_bytes:
            figures = {"bytes": len(data), "limit": self._limits.max_bytes}
            raise Refused(Refusal(RefusalCode.PHOTO_TOO_MANY_BYTES, figures))
        async with self._turns:
            return _read(await self._decode(data))

    async def _decode(self, data: bytes) -> bytes:
        """Run the process on a photo; it says nothing when a limit ends it.

        A thread waits for it: an event loop's own way to start processes may fork one with threads,
        and what they have locked stays locked in it.
        """
        process = Popen(  # noqa: ASYNC220 - it takes a millisecond, and has to be there to be killed
            self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}, cwd="/"
        )
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)
        try:
            output = await asyncio.to_thread(_communicate, process, data, self._limits.wall_s)
        finally:
            process.kill()
        if process.returncode != 0:
            log.warning("a photo's decoder ended with status %s", process.returncode)
            return b""
        return output


def _communicate(process: Popen[bytes], data: bytes, wall_s: float) -> bytes:
    with process:
        try:
            output, _ = process.communicate(data, wall_s)
        except TimeoutExpired:
            process.kill()
            return b""
        return output


def _command(limits: IntakeLimits) -> tuple[str, ...]:
    passed_on = {
        "max_pixels": limits.max_pixels,
        "min_side": limits.min_side,
        "longest_side": limits.longest_side,
        "jpeg_quality": limits.jpeg_quality,
        "memory_bytes": limits.memory_bytes,
        "cpu_s": limits.cpu_s,
    }
    return sys.executable, "-I", str(_PROGRAM), json.dumps(passed_on)


def _read(output: bytes) -> CleanPhoto:
    """Take the answer, without trust: a hostile photo may have got hold of who writes it."""
    first_line, _, jpeg = output.partition(b"\n")
    try:
        answer = _ANSWER_JSON.validate_json(first_line)
    except ValidationError as error:
        raise Refused(Refusal(RefusalCode.PHOTO_UNREADABLE)) from error
    if answer.refused is not None:
        raise Refused(Refusal(answer.refused, answer.data))
    if not jpeg.startswith(_JPEG_START):
        raise Refused(Refusal(RefusalCode.PHOTO_UNREADABLE))
    return CleanPhoto(jpeg=jpeg, width=answer.width, height=answer.height)

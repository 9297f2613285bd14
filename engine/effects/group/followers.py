"""The processes that film along, as their leader sees them."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Condition, Thread
from typing import Any, BinaryIO, cast

from engine.effects.group.wire import Message, Pixels, read, write
from engine.errors import CannotGather, GroupBroken

log = logging.getLogger(__name__)

_ENDS_S = 5.0
"""For a process to end by itself when its leader needs it no more."""


class FilmsNotAlong(Exception):
    """A follower cannot film this, and waits for the next film; the message says why."""


@dataclass(slots=True)
class _State:
    """What a follower said last.

    Attributes:
        film: which film that was about.
        steps: how many of its steps it has come to.
        is_over: whether it waits for the next film.
        why_not: why it could not film it; empty: it could.
    """

    film: int = 0
    steps: int = 0
    is_over: bool = False
    why_not: str = ""


class Follower:
    """One process that films along."""

    def __init__(self, device: str, changed: Condition) -> None:
        """Start it; `changed` is told whenever it has said something, and when it has ended."""
        self.device = device
        self.is_gone = False
        self._is_let_go = False
        self._changed = changed
        self._state = _State()
        self._said: set[str] = set()
        self._process = subprocess.Popen(
            (sys.executable, "-P", "-m", "engine.effects.group"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        Thread(target=self._listen, daemon=True).start()

    @property
    def pid(self) -> int:
        """What the system calls it."""
        return self._process.pid

    def tell(self, message: Message) -> None:
        """Say something; what is said to one that is gone, or let go, is lost."""
        with suppress(BrokenPipeError, ValueError):
            write(cast("BinaryIO", self._process.stdin), message)

    def has_said(self, what: str) -> bool:
        """Tell whether it has said so ever."""
        return what in self._said

    def steps(self, film: int) -> int:
        """Count the steps of a film that it has come to."""
        return self._state.steps if self._state.film == film else 0

    def is_over(self, film: int) -> bool:
        """Tell whether it is done with a film, however that went."""
        return self._state.film == film and self._state.is_over

    def why_not(self, film: int) -> str:
        """Say why it could not film something; empty: it could, or it may still."""
        return self._state.why_not if self._state.film == film else ""

    def let_go(self) -> None:
        """Have it end once it hears of that."""
        self._is_let_go = True
        with suppress(BrokenPipeError):
            cast("BinaryIO", self._process.stdin).close()

    def end(self, within_s: float) -> None:
        """Wait until it has ended; kill it if that takes longer."""
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _listen(self) -> None:
        with cast("BinaryIO", self._process.stdout) as pipe:
            while (message := read(pipe)) is not None:
                with self._changed:
                    self._note(message)
                    self._changed.notify_all()
        if not self._is_let_go:
            log.error("what films along on %s has ended", self.device)
        with self._changed:
            self.is_gone = True
            self._changed.notify_all()

    def _note(self, message: Message) -> None:
        self._said.add(message.what)
        if message.film != self._state.film:
            self._state = _State(film=message.film)
        if message.what == "waits":
            self._state.steps += 1
        else:
            self._state.is_over = True
            self._state.why_not = message.told.get("why", "")


class Followers:
    """All of them."""

    def __init__(self, devices: Iterable[str]) -> None:
        self._changed = Condition()
        self._place = TemporaryDirectory(prefix="zoetrope-group-", ignore_cleanup_errors=True)
        self._all = [Follower(device, self._changed) for device in devices]

    @property
    def meeting(self) -> Path:
        """A file by which the processes find each other."""
        return Path(self._place.name) / "meeting"

    @property
    def is_one_gone(self) -> bool:
        """Whether one has ended."""
        return self._gone() is not None

    @property
    def pids(self) -> Sequence[int]:
        """What the system calls them."""
        return [each.pid for each in self._all]

    def tell(self, message: Message) -> None:
        """Say something to all."""
        for each in self._all:
            each.tell(message)

    def join(self, told: dict[str, Any]) -> None:
        """Say what they have to know, each its own number and device besides."""
        for rank, each in enumerate(self._all, start=1):
            mine = {"rank": rank, "device": each.device}
            each.tell(Message(what="join", told=told | mine))

    def all_said(self, what: str, within_s: float) -> None:
        """Wait until all have said something.

        Raises:
            CannotGather: one has ended instead, or it takes too long.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._gone() or all(each.has_said(what) for each in self._all), within_s
            )
            missing = next((each for each in self._all if not each.has_said(what)), None)
        if missing is not None:
            raise CannotGather(missing.device)

    def film(self, number: int, told: dict[str, Any], pixels: Sequence[Pixels]) -> None:
        """Have them begin a film."""
        self.tell(Message(what="film", film=number, told=told, pixels=pixels))

    def go(self, film: int, *, on: bool) -> None:
        """Have them take the next step, or give the film up."""
        self.tell(Message(what="go", film=film, told={"on": on}))

    def come_to(self, film: int, step: int, within_s: float) -> bool:
        """Wait until all are at a step of a film; False when that takes longer.

        Raises:
            FilmsNotAlong: one is not, and never will be.
            GroupBroken: one has ended.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self._gone()
                    or any(each.is_over(film) for each in self._all)
                    or all(each.steps(film) >= step for each in self._all)
                ),
                within_s,
            )
            self.check()
            for each in self._all:
                if each.is_over(film):
                    raise FilmsNotAlong(f"{each.device}: {each.why_not(film) or 'it was done'}")
            return all(each.steps(film) >= step for each in self._all)

    def are_over(self, film: int, within_s: float) -> bool:
        """Wait until all are done with a film; False when that takes longer, or one has ended."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._gone() or all(each.is_over(film) for each in self._all), within_s
            )
            return not self._gone() and all(each.is_over(film) for each in self._all)

    def have_failed(self, film: int) -> bool:
        """Tell whether one could not go on with a film."""
        return any(each.why_not(film) for each in self._all)

    def check(self) -> None:
        """Make sure that all are there.

        Raises:
            GroupBroken: one has ended.
        """
        if (gone := self._gone()) is not None:
            raise GroupBroken(f"what films along on {gone.device} has ended")

    def close(self, within_s: float = _ENDS_S) -> None:
        """End them, whatever they are at."""
        for each in self._all:
            each.let_go()
        for each in self._all:
            each.end(within_s)
        self._place.cleanup()

    def _gone(self) -> Follower | None:
        return next((each for each in self._all if each.is_gone), None)

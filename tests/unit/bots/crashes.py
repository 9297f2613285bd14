"""A process interrupted at chosen steps: ended for good, or let down by its database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from tests.fakes.chat import FakeChat

in_the_process: ContextVar[bool] = ContextVar("in_the_process", default=False)


class Crash(BaseException):
    """The process ends here: nothing of it may catch this."""


@dataclass(slots=True)
class Interruptions:
    """Counts the steps taken in the process, and raises something at some of them."""

    at: Collection[int]
    error: Callable[[], BaseException]
    taken: int = 0

    @property
    def happened(self) -> int:
        return sum(step <= self.taken for step in self.at)

    def count(self, *_: object) -> None:
        if in_the_process.get():
            self.taken += 1
            if self.taken in self.at:
                raise self.error()


@contextmanager
def crashes(chat: FakeChat, at: Collection[int]) -> Generator[Interruptions]:
    """End the process before statements to the database, and at both sides of calls to a chat."""
    steps = Interruptions(at, Crash)
    chat.step = steps.count
    try:
        with _at_statements(steps):
            yield steps
    finally:
        chat.step = lambda: None


@contextmanager
def breakdowns(at: Collection[int]) -> Generator[Interruptions]:
    """Have the database not answer to some of its statements."""
    steps = Interruptions(at, lambda: OperationalError("", None, Exception("it is locked")))
    with _at_statements(steps):
        yield steps


@contextmanager
def _at_statements(steps: Interruptions) -> Generator[None]:
    event.listen(Engine, "before_cursor_execute", steps.count)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", steps.count)

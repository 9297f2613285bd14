"""Programs kept running: started, started again when they die, stopped in good order."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from deploy.errors import ProgramFailed

SETTLED_S = 60.0  # what has run that long once can start, and is started again for ever
STARTS = 3  # what ends by itself that often in a row, and has never settled, cannot start
LONGEST_PAUSE_S = 15.0
LOG_BYTES = 5_000_000
BAD_SETTING = 2  # exit code of our programs when trying again is no use
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """How to start something, and how long it may take to stop when asked to."""

    name: str
    command: tuple[str, ...]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    folder: Path | None = None
    grace_s: float = 10.0


class Supervisor:
    """Runs programs; a program that dies is started again, after a pause that grows."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._hurry = asyncio.Event()

    @asynccontextmanager
    async def running(self, *programs: Program) -> AsyncIterator[None]:
        """Keep programs running inside the block; they are stopped when it ends.

        Raises:
            ProgramFailed: in an exception group, when one cannot start.
        """
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._keep_running(program)) for program in programs]
            yield
            # When the block fails the group cancels them, and a second cancel would cut short
            # the stopping that the first one began.
            for task in tasks:
                task.cancel()

    def hurry(self) -> None:
        """Stop waiting for programs to stop by themselves."""
        self._hurry.set()

    async def _keep_running(self, program: Program) -> None:
        settled, short_lives = False, 0
        while True:
            started = time.monotonic()
            code = await self._run(program)
            if time.monotonic() - started > SETTLED_S:
                settled, short_lives = True, 0
            short_lives += 1
            gave_up = code >= 0 and (code == BAD_SETTING or short_lives >= STARTS)
            if gave_up and not settled:
                raise ProgramFailed(program.name, _last_line(program.log), program.log)
            self._say(f"{program.name}: {_reason(code)}, starting it again")
            await asyncio.sleep(min(0.1 * 2 ** min(short_lives, 8), LONGEST_PAUSE_S))

    async def _run(self, program: Program) -> int:
        with _open_log(program.log) as log:
            process = await asyncio.create_subprocess_exec(
                *program.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=program.folder,
                env={**os.environ, **program.environment},
                # Ctrl-C in the terminal reaches only us, so that we decide who stops when.
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()),
            )
        try:
            return await process.wait()
        finally:
            await self._stop(process, program.grace_s)

    async def _stop(self, process: asyncio.subprocess.Process, grace_s: float) -> None:
        if process.returncode is None:
            process.terminate()
            hurry = asyncio.ensure_future(self._hurry.wait())
            ended = asyncio.ensure_future(process.wait())
            await asyncio.wait((ended, hurry), timeout=grace_s, return_when=asyncio.FIRST_COMPLETED)
            hurry.cancel()
        # The whole group, for what the program itself has started and left.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _die_with(parent: int) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def ask_the_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


def _open_log(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".old.log"))
    return path.open("ab")


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _reason(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"

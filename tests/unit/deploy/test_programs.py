from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from deploy.errors import CommandFailed, ProgramFailed
from deploy.polling import wait_until
from deploy.programs import LOG_BYTES, Program, Supervisor
from tests.processes import ends, is_running

SOON_S = 10
LIVES = "time.sleep(60)"
IGNORES_SIGTERM = f"signal.signal(signal.SIGTERM, signal.SIG_IGN); note(); {LIVES}"


class Scribe:
    """A Python program that can note its process id each time it gets somewhere."""

    def __init__(self, folder: Path, source: str, *, grace_s: float = 5) -> None:
        self._notes = folder / "notes"
        self.log = folder / "scribe.log"
        preamble = f"""
            import os, signal, subprocess, sys, time
            def note(pid=None):
                with open({str(self._notes)!r}, "a") as notes:
                    notes.write(f"{{pid or os.getpid()}}\\n")
        """
        self.program = Program(
            name="scribe",
            command=(sys.executable, "-c", f"{textwrap.dedent(preamble)}\n{source}"),
            log=self.log,
            grace_s=grace_s,
        )

    @property
    def pids(self) -> list[int]:
        try:
            return [int(line) for line in self._notes.read_text().splitlines()]
        except FileNotFoundError:
            return []

    async def noted(self, times: int = 1) -> int:
        async def is_noted() -> bool:
            return len(self.pids) >= times

        assert await wait_until(is_noted, within_s=SOON_S)
        return self.pids[times - 1]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
async def supervisor(said: list[str]) -> Supervisor:
    return Supervisor(said.append)


async def test_a_killed_program_is_started_again(
    tmp_path: Path, supervisor: Supervisor, said: list[str]
) -> None:
    scribe = Scribe(tmp_path, f"note(); {LIVES}")

    async with supervisor.running(scribe.program):
        os.kill(await scribe.noted(), signal.SIGKILL)
        second = await scribe.noted(2)

    assert said == ["scribe: killed by SIGKILL, starting it again"]
    assert not is_running(second)


async def test_a_program_is_asked_to_stop_when_the_block_ends(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    farewell = "signal.signal(signal.SIGTERM, lambda *_: (note(), sys.exit()))"
    scribe = Scribe(tmp_path, f"{farewell}; note(); {LIVES}")

    async with supervisor.running(scribe.program):
        pid = await scribe.noted()

    assert scribe.pids == [pid, pid]
    assert not is_running(pid)


async def test_a_program_that_does_not_stop_is_killed_after_its_grace(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    scribe = Scribe(tmp_path, IGNORES_SIGTERM, grace_s=0.2)

    async with supervisor.running(scribe.program):
        pid = await scribe.noted()

    assert not is_running(pid)


async def test_in_a_hurry_the_grace_is_not_waited_for(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    scribe = Scribe(tmp_path, IGNORES_SIGTERM, grace_s=60)

    async with supervisor.running(scribe.program):
        pid = await scribe.noted()
        supervisor.hurry()
        started = time.monotonic()

    assert time.monotonic() - started < SOON_S
    assert not is_running(pid)


async def test_what_a_program_has_started_ends_with_it(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    child = "note(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid)"
    scribe = Scribe(tmp_path, f"{child}; {LIVES}")

    async with supervisor.running(scribe.program):
        grandchild = await scribe.noted()

    assert await ends(grandchild)


async def test_a_program_with_a_bad_setting_is_not_tried_again(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    scribe = Scribe(tmp_path, "note(); print('ZOETROPE_X: must be a number'); sys.exit(2)")

    with pytest.raises(ExceptionGroup) as failed:
        async with supervisor.running(scribe.program):
            await scribe.noted(2)

    [error] = failed.value.exceptions
    assert isinstance(error, ProgramFailed)
    assert "scribe cannot start: ZOETROPE_X: must be a number" in str(error)
    assert len(scribe.pids) == 1


async def test_a_program_that_dies_at_every_start_is_given_up(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    scribe = Scribe(tmp_path, "note(); sys.exit(1)")

    with pytest.raises(ExceptionGroup) as failed:
        async with supervisor.running(scribe.program):
            await scribe.noted(4)

    assert failed.group_contains(CommandFailed)
    assert len(scribe.pids) == 3


async def test_when_one_program_cannot_start_the_others_are_stopped_in_good_order(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    farewell = "signal.signal(signal.SIGTERM, lambda *_: (note(), sys.exit()))"
    good = Scribe(tmp_path, f"{farewell}; note(); {LIVES}")
    bad = Program(name="bad", command=(sys.executable, "-c", "exit(2)"), log=tmp_path / "bad.log")

    async def run_both() -> None:
        async with supervisor.running(good.program):
            await good.noted()
            async with supervisor.running(bad):
                await good.noted(3)

    with pytest.raises(ExceptionGroup):
        await run_both()

    first, last = good.pids
    assert first == last


async def test_a_long_log_is_put_aside(tmp_path: Path, supervisor: Supervisor) -> None:
    scribe = Scribe(tmp_path, f"print('hello', flush=True); note(); {LIVES}")
    scribe.log.write_bytes(b"x" * (LOG_BYTES + 1))

    async with supervisor.running(scribe.program):
        await scribe.noted()

    assert scribe.log.read_text() == "hello\n"
    assert scribe.log.with_suffix(".old.log").stat().st_size > LOG_BYTES


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child to its parent")
async def test_programs_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    scribe = Scribe(tmp_path, f"note(); {LIVES}")
    source = f"""
        import asyncio
        from pathlib import Path
        from deploy.programs import Program, Supervisor

        async def main():
            program = Program(name="x", command={scribe.program.command!r}, log=Path("x.log"))
            async with Supervisor(print).running(program):
                await asyncio.Event().wait()

        asyncio.run(main())
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(source)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    child = await scribe.noted()

    parent.kill()
    parent.wait()

    assert await ends(child)

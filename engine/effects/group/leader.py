"""Has a group film, where a model can be shared out; else films with one device, as ever."""

from __future__ import annotations

import atexit
import contextvars
import itertools
import logging
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Thread

import torch

from engine.effects.group.followers import FilmsNotAlong, Followers
from engine.effects.group.sharing import Sharing
from engine.effects.group.wire import packed
from engine.effects.recipe_camera import Models
from engine.effects.recipe_models import RecipeModels
from engine.effects.variants import RecipeVariant
from engine.errors import EngineError, GroupBroken
from engine.pipelines.bases import Bases
from engine.pipelines.longer.script import Script
from engine.pipelines.memory.device_memory import TorchMemory
from engine.pipelines.preview import Show
from engine.pipelines.speed.context_parallel import ContextParallel, grouped
from engine.pipelines.take import Footage
from engine.pipelines.watching import Watch

log = logging.getLogger(__name__)

_Kind = tuple[str, int, int]
"""A model, and the width and height of what is filmed."""

_STARTS_S = 300.0
"""For a process to start, and to have its device."""
_LOOK_S = 0.5
"""Between looks at whether a film that waits for others is still wanted."""
_STEP_S = 120.0
"""For others to come to a step, or to an end, once they film: all of them are equally fast."""
_LEFT_S = 10.0
"""For a film to end by itself when another process of the group has ended, or has failed."""


class GroupModels:
    """Has a group film; what is seen of it is what this process filmed."""

    def __init__(self, own: Models, sharing: Sharing, followers: Followers) -> None:
        self._own = own
        self._sharing = sharing
        self._followers = followers
        self._numbers = itertools.count(1)
        self._uneven: set[_Kind] = set()
        self._unfit: set[_Kind] = set()
        self._before: _Joint | None = None

    def film(
        self, recipe: RecipeVariant, script: Script, watch: Watch, show: Show | None = None
    ) -> Footage:
        """Film a script as `Models` do, with all devices as far as that can be.

        Raises:
            GroupBroken: another process is gone, or does not come along.
        """
        joint = _Joint(self._numbers, recipe.model, self._followers, self._sharing, watch)
        filming = _in_a_thread(partial(self._film, joint, recipe, script, show))
        try:
            # the thread may wait for ever for what another process has to send
            _see_through(filming, joint)
            return filming.result()
        except GroupBroken:
            self._followers.close(0)
            raise

    def _film(
        self, joint: _Joint, recipe: RecipeVariant, script: Script, show: Show | None
    ) -> Footage:
        kind = (recipe.model, script.first.width, script.first.height)
        self._sharing.begin(recipe.model)
        while kind not in self._unfit and self._sharing.why_alone(recipe.model) is None:
            evenly = kind not in self._uneven
            try:
                return self._together(joint, recipe, script, show, evenly=evenly)
            except FilmsNotAlong as error:
                how = "in equal parts" if evenly else "by several devices"
                log.warning("%s is not filmed %s: %s", recipe.model, how, error)
                (self._uneven if evenly else self._unfit).add(kind)
        self._sharing.apart()
        return self._own.film(recipe, script, joint.wanted, show)

    def _together(
        self,
        joint: _Joint,
        recipe: RecipeVariant,
        script: Script,
        show: Show | None,
        *,
        evenly: bool,
    ) -> Footage:
        if self._before is not None:
            self._before.end()
        self._followers.check()
        self._before = joint
        joint.begin(recipe, script, evenly=evenly)
        try:
            with self._sharing.together(evenly=evenly):
                return self._own.film(recipe, script, joint.watch, show)
        except (EngineError, FilmsNotAlong):
            raise
        except Exception as error:
            if not joint.steps:
                raise
            # the others fail in the same way, or else wait for us in the middle of a step
            why = (str(error).splitlines() or [type(error).__name__])[0]
            if not self._followers.are_over(joint.number, _LEFT_S):
                self._followers.check()
                raise GroupBroken(f"a group was left in the middle of a film: {why}") from error
            raise FilmsNotAlong(why) from error
        finally:
            joint.part()


class _Joint:
    """One film, and how far all have come with it; `number` is that of its last attempt."""

    def __init__(
        self,
        numbers: Iterator[int],
        model: str,
        followers: Followers,
        sharing: Sharing,
        watch: Watch,
    ) -> None:
        self.number = 0
        self.steps = 0
        self.wanted = watch
        self._numbers = numbers
        self._is_together = False
        self._model = model
        self._followers = followers
        self._sharing = sharing

    def begin(self, recipe: RecipeVariant, script: Script, *, evenly: bool) -> None:
        """Have the others film it too."""
        self.number, self.steps, self._is_together = next(self._numbers), 0, True
        dumped = recipe.model_dump(mode="json", by_alias=True)
        shots, pixels = packed(script)
        told = {"recipe": dumped, "script": shots, "evenly": evenly}
        self._followers.film(self.number, told, pixels)

    def watch(self, fraction: float) -> bool:
        """Take a step when all are ready for it, or have all stop before the same one.

        Raises:
            FilmsNotAlong: one of the others never will be.
            GroupBroken: one has ended, or does not come.
        """
        if self._is_together and self._sharing.why_alone(self._model) is not None:
            self.part()
        wanted = self.wanted(fraction)
        if not self._is_together:
            return wanted
        self.steps += 1
        began = time.monotonic()
        while wanted and not self._followers.come_to(self.number, self.steps, _LOOK_S):
            # before the first one, some may have much to read
            if self.steps > 1 and time.monotonic() - began > _STEP_S:
                raise GroupBroken("the others of a group do not come to the next step")
            wanted = self.wanted(fraction)
        self._followers.go(self.number, on=wanted)
        return wanted

    def part(self) -> None:
        """Have the others give it up, as far as they have not ended it."""
        if self._is_together:
            self._is_together = False
            self._followers.go(self.number, on=False)

    def end(self) -> None:
        """Make sure that nobody is in the middle of it.

        Raises:
            GroupBroken: somebody is, and stays there.
        """
        if self.steps and not self._followers.are_over(self.number, _STEP_S):
            raise GroupBroken("the others of a group do not end a film")

    @property
    def patience_s(self) -> float | None:
        """Seconds that it may still take, as things are with the others; None: any number."""
        if not self._is_together:
            return None
        if self._followers.is_one_gone:
            return _LEFT_S
        return _STEP_S if self._followers.have_failed(self.number) else None


@contextmanager
def group(
    devices: Sequence[torch.device], models: Path, bases: Bases
) -> Generator[tuple[Sharing, Followers]]:
    """Start a process for each device but the first, which is this one's, and end them afterwards.

    Raises:
        CannotGather: one does not start.
    """
    followers = Followers(map(str, devices[1:]))
    try:
        size, meeting = len(devices), followers.meeting
        followers.join(
            {
                "size": size,
                "meeting": str(meeting),
                "models": str(models),
                "bases": {name: it.model_dump(mode="json") for name, it in bases.by_id.items()},
            }
        )
        followers.all_said("here", _STARTS_S)
        with grouped(devices[0], rank=0, size=size, meeting=meeting) as mesh:
            followers.all_said("joined", _STARTS_S)
            yield Sharing(ContextParallel(size, mesh)), followers
            # those that are in the middle of something would complain of us
            followers.close()
    finally:
        followers.close(0)


def gathered(
    devices: Sequence[torch.device], folder: Path, bases: Bases, recipes: Iterable[RecipeVariant]
) -> tuple[RecipeModels, GroupModels]:
    """Have the models of this process, and a group that films with them until the process ends.

    Raises:
        CannotGather: a process of the group does not start.
    """
    ending = ExitStack()
    sharing, followers = ending.enter_context(group(devices, folder, bases))
    atexit.register(ending.close)
    own = RecipeModels(folder, bases, recipes, TorchMemory(devices[0]), sharing.tune)
    return own, GroupModels(own, sharing, followers)


def _see_through(filming: Future[Footage], joint: _Joint) -> None:
    """Wait for the end of a film, but not for ever once another process has failed.

    Raises:
        GroupBroken: it does not end.
    """
    troubled: float | None = None
    while not wait((filming,), timeout=_LOOK_S).done:
        patience_s, now = joint.patience_s, time.monotonic()
        if patience_s is None:
            troubled = None
            continue
        troubled = troubled or now
        if now - troubled > patience_s:
            raise GroupBroken("what films along has ended in the middle of a film")


def _in_a_thread(work: Callable[[], Footage]) -> Future[Footage]:
    """Have something done by a thread that a process does not wait for when it ends."""
    future: Future[Footage] = Future()

    def settle() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    run = partial(contextvars.copy_context().run, settle)
    Thread(target=run, name="group", daemon=True).start()
    return future

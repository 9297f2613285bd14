"""A process that films along: what its leader films, at the same time and step by step."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import BinaryIO

import torch

from engine.effects.group.sharing import Sharing
from engine.effects.group.wire import Message, read, unpacked, write
from engine.effects.recipe_models import RecipeModels
from engine.effects.variants import RecipeVariant
from engine.errors import CannotFilm, Stopped
from engine.pipelines.bases import Base, Bases
from engine.pipelines.memory.device_memory import TorchMemory
from engine.pipelines.speed.context_parallel import ContextParallel, grouped

log = logging.getLogger(__name__)

Say = Callable[[Message], None]


def follow(commands: BinaryIO, replies: BinaryIO) -> None:
    """Film along until the leader is gone; then this process ends, whatever it is at."""
    inbox: SimpleQueue[Message] = SimpleQueue()
    Thread(target=_listen, args=(commands, inbox), daemon=True).start()

    def say(message: Message) -> None:
        write(replies, message)

    told = inbox.get().told
    device = torch.device(told["device"])
    bases = Bases({name: Base.model_validate(base) for name, base in told["bases"].items()})
    memory = TorchMemory(device)
    say(Message(what="here"))
    size, meeting = told["size"], Path(told["meeting"])
    with grouped(device, rank=told["rank"], size=size, meeting=meeting) as mesh:
        say(Message(what="joined"))
        sharing = Sharing(ContextParallel(size, mesh))
        models = RecipeModels(Path(told["models"]), bases, (), memory, sharing.tune)
        _Following(models, sharing, inbox, say).go_on()


def _listen(commands: BinaryIO, inbox: SimpleQueue[Message]) -> None:
    place: Path | None = None
    while (message := read(commands)) is not None:
        if message.what == "join":
            place = Path(message.told["meeting"]).parent
        inbox.put(message)
    if place is not None:
        # a leader that was killed has left it
        shutil.rmtree(place, ignore_errors=True)
    # the other thread may be waiting for processes that are gone
    os._exit(0)


class _Following:
    def __init__(
        self, models: RecipeModels, sharing: Sharing, inbox: SimpleQueue[Message], say: Say
    ) -> None:
        self._models = models
        self._sharing = sharing
        self._inbox = inbox
        self._say = say
        self._recipes: list[RecipeVariant] = []

    def go_on(self) -> None:
        """Film along, for ever."""
        while True:
            message = self._inbox.get()
            if message.what == "film":
                self._film(message)

    def _film(self, message: Message) -> None:
        recipe = RecipeVariant.model_validate(message.told["recipe"])
        script = unpacked(message.told["script"], message.pixels)
        self._sharing.begin(recipe.model)

        def watch(_fraction: float) -> bool:
            why = self._sharing.why_alone(recipe.model)
            if why is not None:
                raise CannotFilm(recipe.base, why)
            self._say(Message(what="waits", film=message.film))
            return self._is_to_go_on(message.film)

        try:
            self._learn(recipe)
            with self._sharing.together(evenly=message.told["evenly"]):
                self._models.film(recipe, script, watch)
        except Stopped:
            self._say(Message(what="done", film=message.film))
        except Exception as error:
            log.info("a film is not filmed along", exc_info=True)
            why = (str(error).splitlines() or [type(error).__name__])[0]
            self._say(Message(what="failed", film=message.film, told={"why": why}))
        else:
            self._say(Message(what="done", film=message.film))

    def _learn(self, recipe: RecipeVariant) -> None:
        if recipe not in self._recipes:
            self._recipes.append(recipe)
            self._models.learn(self._recipes)

    def _is_to_go_on(self, film: int) -> bool:
        while True:
            message = self._inbox.get()
            if message.what == "go" and message.film == film:
                return message.told["on"]

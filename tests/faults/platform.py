"""A chat platform over HTTP, which outlives the bots that use it.

It hands every update out until a bot acknowledges it, shows messages, and remembers every message
that ever showed an outcome. `treat` decides what becomes of each call to it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto
from itertools import count

from aiohttp import web
from pydantic import TypeAdapter

from bots.chat import Action, Message
from deploy.ports import LOOPBACK
from tests.faults.work import Work

MESSAGE_JSON = TypeAdapter(Message)
RETRY_AFTER_S = 0.5


class Treatment(Enum):
    """What the platform does with one call."""

    FINE = auto()
    BUSY = auto()
    BROKEN = auto()
    REPLY_LOST = auto()
    """Done, but its caller never hears of it."""
    LEFT_HANGING = auto()
    """Not done, and its caller waits."""
    DONE_AND_LEFT_HANGING = auto()


@dataclass(frozen=True, slots=True)
class Call:
    """One call: `verb` is post, edit, remove or nudge."""

    verb: str
    shows_outcome: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Someone asks for something."""

    number: int
    person: str
    photo: str
    seed: int


UPDATES_JSON = TypeAdapter(list[Update])


def all_fine(_call: Call) -> Treatment:
    """Treat every call well."""
    return Treatment.FINE


class Platform:
    """What people see, and what they have asked.

    Each update is handed out in so many `copies` at once, and again until a bot has answered it.
    `outcomes` are by job the messages that ever showed one, `first_looks` the jobs whose message
    showed a clip before that, `hanging` counts the calls that were left so, `bots` are the
    processes that have come for updates.
    """

    def __init__(self) -> None:
        self.url = ""
        self.copies = 1
        self.handed_out = 0
        self.treat: Callable[[Call], Treatment] = all_fine
        self.hanging = 0
        self.bots: set[str] = set()
        self.accepted: set[int] = set()
        self.refused: set[int] = set()
        self.shown: dict[str, tuple[str, Message]] = {}
        self.outcomes: defaultdict[str, set[str]] = defaultdict(set)
        self.first_looks: set[str] = set()
        self.treated: defaultdict[Treatment, int] = defaultdict(int)
        self._open: dict[int, Update] = {}
        self._closing = asyncio.Event()
        self._messages = count(1)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Answer on a free port of loopback."""
        runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, LOOPBACK, 0)
        await site.start()
        self.url = f"http://{LOOPBACK}:{runner.addresses[0][1]}"
        try:
            yield
        finally:
            self._closing.set()
            await runner.cleanup()

    def ask(self, work: Work, *, person: str, photo: str) -> None:
        """Have someone ask for something."""
        update = Update(number=work.ask, person=person, photo=photo, seed=work.seed)
        self._open[update.number] = update

    @property
    def unanswered(self) -> int:
        """How many updates no bot has acknowledged."""
        return len(self._open)

    @property
    def left_unfinished(self) -> int:
        """How many messages say nothing of an outcome."""
        return sum(not shows_outcome(message) for _, message in self.shown.values())

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/updates/{bot}", self._updates)
        app.router.add_post("/updates/{number}/{answer}", self._answer)
        app.router.add_post("/messages", self._post)
        app.router.add_put("/messages/{message}", self._edit)
        app.router.add_delete("/messages/{message}", self._remove)
        app.router.add_post("/messages/{message}/line", self._nudge)
        return app

    async def _updates(self, request: web.Request) -> web.Response:
        self.bots.add(request.match_info["bot"])
        updates = [update for update in self._open.values() for _ in range(self.copies)]
        self.handed_out += len(updates)
        return web.Response(body=UPDATES_JSON.dump_json(updates), content_type="application/json")

    async def _answer(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        answers = {"accepted": self.accepted, "refused": self.refused}
        answers[request.match_info["answer"]].add(number)
        self._open.pop(number, None)
        return web.Response()

    async def _post(self, request: web.Request) -> web.Response:
        message_id = f"m{next(self._messages)}"
        return await self._show(request, "post", message_id)

    async def _edit(self, request: web.Request) -> web.Response:
        return await self._show(request, "edit", request.match_info["message"])

    async def _remove(self, request: web.Request) -> web.Response:
        def act() -> web.Response:
            self.shown.pop(request.match_info["message"], None)
            return web.Response()

        return await self._treated(request, Call("remove"), act)

    async def _nudge(self, request: web.Request) -> web.Response:
        return await self._treated(request, Call("nudge"), web.Response)

    async def _show(self, request: web.Request, verb: str, message_id: str) -> web.Response:
        body = await request.json()
        message = MESSAGE_JSON.validate_python(body["message"])

        def act() -> web.Response:
            if verb == "edit" and message_id not in self.shown:
                return web.Response(status=404)
            self.shown[message_id] = (body["job"], message)
            if shows_outcome(message):
                self.outcomes[body["job"]].add(message_id)
            elif message.clip is not None:
                self.first_looks.add(body["job"])
            return web.json_response({"message": message_id})

        return await self._treated(request, Call(verb, shows_outcome(message)), act)

    async def _treated(
        self, request: web.Request, call: Call, act: Callable[[], web.Response]
    ) -> web.Response:
        treatment = self.treat(call)
        self.treated[treatment] += 1
        match treatment:
            case Treatment.BUSY:
                return web.Response(status=429, headers={"Retry-After": str(RETRY_AFTER_S)})
            case Treatment.BROKEN:
                return web.Response(status=502)
            case Treatment.LEFT_HANGING:
                return await self._leave_hanging()
        answer = act()
        if treatment is Treatment.DONE_AND_LEFT_HANGING:
            return await self._leave_hanging()
        if treatment is Treatment.REPLY_LOST and request.transport is not None:
            request.transport.abort()
        return answer

    async def _leave_hanging(self) -> web.Response:
        self.hanging += 1
        await self._closing.wait()
        return web.Response(status=503)


def shows_outcome(message: Message) -> bool:
    """Tell whether a message says what became of a job: only such a one can be thrown away."""
    return any(button.action is Action.DELETE for button in message.buttons)

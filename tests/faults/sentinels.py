"""Redis as production has it: a master that a replica follows, and three Sentinels that watch."""

from __future__ import annotations

from pathlib import Path

from redis.exceptions import RedisError

from deploy.polling import wait_until
from deploy.ports import LOOPBACK, free_port
from engine.jobs.connection import connect_to_look
from tests.faults.processes import DidNotHappen, Process
from tests.faults.queue_server import START_S, QueueServer, redis_server
from tests.lossy_proxy import LossyProxy

_NAME = "mymaster"
_SENTINEL = """\
bind 127.0.0.1
port {port}
sentinel monitor {name} 127.0.0.1 {master} 2
sentinel auth-pass {name} {password}
sentinel down-after-milliseconds {name} 1000
sentinel failover-timeout {name} 5000
"""


class Sentinels:
    """A replica of a server, and those who watch both; all reach the server through a network."""

    def __init__(self, folder: Path, master: QueueServer, network: LossyProxy) -> None:
        self._folder = folder
        self._network = network
        self._password = master.password
        self.replica = QueueServer(
            folder / "replica",
            program=redis_server(),
            password=master.password,
            options=("--replicaof", f"{LOOPBACK} {network.port}"),
        )
        self._ports = [free_port(0) for _ in range(3)]
        self._watching: list[Process] = []

    @property
    def url(self) -> str:
        """What clients are told."""
        hosts = ",".join(f"{LOOPBACK}:{port}" for port in self._ports)
        return f"redis+sentinel://:{self._password}@{hosts}/{_NAME}/0"

    async def start(self) -> None:
        """Start everything; return once all know each other.

        Raises:
            DidNotHappen: they do not.
        """
        await self.replica.start()
        self._watching += map(self._start_watching, self._ports)
        if not await wait_until(self._all_known, within_s=START_S):
            raise DidNotHappen("the Sentinels were to meet")

    async def kill(self) -> None:
        """End everything."""
        for process in self._watching:
            await process.kill()
        await self.replica.kill()

    async def have_switched(self) -> bool:
        """Tell whether the replica is the master now."""
        address = await self._ask(self._ports[0], "SENTINEL GET-MASTER-ADDR-BY-NAME", _NAME)
        return address is not None and int(address[1]) == self.replica.port

    def _start_watching(self, port: int) -> Process:
        folder = self._folder / f"sentinel-{port}"
        folder.mkdir()
        config = _SENTINEL.format(
            port=port, name=_NAME, master=self._network.port, password=self._password
        )
        (folder / "sentinel.conf").write_text(config)
        return Process(
            "sentinel",
            [redis_server(), "sentinel.conf", "--sentinel"],
            folder=folder,
            log=folder / "sentinel.log",
            environment={"LC_ALL": "C"},
        )

    async def _all_known(self) -> bool:
        return all([await self._knows_all(port) for port in self._ports])

    async def _knows_all(self, port: int) -> bool:
        replicas = await self._ask(port, "SENTINEL REPLICAS", _NAME)
        others = await self._ask(port, "SENTINEL SENTINELS", _NAME)
        return (len(replicas or ()), len(others or ())) == (1, len(self._ports) - 1)

    async def _ask(self, port: int, *question: str) -> list[str] | None:
        async with connect_to_look(f"redis://{LOOPBACK}:{port}") as sentinel:
            try:
                return await sentinel.execute_command(*question)
            except RedisError:
                return None

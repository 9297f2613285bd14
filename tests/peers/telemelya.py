"""telemelya: a Bot API server that somebody else wrote, in a process of its own.

It brings updates to a webhook and knows private chats only; it has neither getUpdates nor
sendVideo nor editMessageMedia, and it does not show the secret that a webhook was set with.
"""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, FormData

from deploy.polling import wait_until
from deploy.ports import free_port
from tests.fakes.s3 import BUCKET, KEY_ID, SECRET, FakeS3
from tests.peers.environment import python_of

REGION = "us-east-1"  # the one it always signs for
SOON_S = 30

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemelya:
    """The server, and one person's chat with the bot."""

    url: str
    token: str
    chat: int
    http: ClientSession

    async def until_bringing_updates(self) -> None:
        """Wait until the bot has said where its updates are to be brought."""

        async def is_set() -> bool:
            async with self.http.post(f"{self.url}/bot{self.token}/getWebhookInfo") as said:
                return bool((await said.json())["result"]["url"])

        assert await wait_until(is_set, within_s=SOON_S)

    async def write(self, text: str) -> None:
        """Write something to the bot."""
        await self._update(text=text)

    async def send_photo(self, jpeg: bytes) -> None:
        """Send a photo to the bot."""
        form = FormData()
        form.add_field("file", jpeg, filename="me.jpg", content_type="image/jpeg")
        stored = await self._post("upload_media", data=form)
        await self._update(photo_file_id=stored["file_id"])

    async def press(self, answer: Answer, label: str) -> None:
        """Press a key under what the bot has answered."""
        await self._update(
            callback_data=keys(answer)[label], callback_message_id=answer["message_id"]
        )

    async def answered(self, fits: Callable[[Answer], object]) -> Answer:
        """Wait until the bot has asked for what fits."""
        found: list[Answer] = []

        async def is_there() -> bool:
            found[:] = [each for each in await self._answers() if fits(each)]
            return bool(found)

        assert await wait_until(is_there, within_s=SOON_S), await self._answers()
        return found[-1]

    async def _answers(self) -> list[Answer]:
        async with self.http.get(f"{self.url}/api/v1/test/responses") as said:
            return (await said.json())["responses"]

    async def _update(self, **what: object) -> None:
        update = {"chat_id": self.chat, **what}
        brought = await self._post("send_update", params={"bot_token": self.token}, json=update)
        assert brought["delivery"]["status_code"] == 200, brought

    async def _post(self, what: str, **request: Any) -> Answer:
        async with self.http.post(f"{self.url}/api/v1/test/{what}", **request) as said:
            assert said.ok, await said.text()
            return await said.json()


def keys(answer: Answer) -> dict[str, str]:
    """List the keys under what the bot has answered."""
    rows = (answer["reply_markup"] or {"inline_keyboard": []})["inline_keyboard"]
    return {key["text"]: key["callback_data"] for row in rows for key in row}


@asynccontextmanager
async def telemelya_running(
    folder: Path, redis_url: str, s3: FakeS3, token: str
) -> AsyncGenerator[Telemelya]:
    """Run it on a Redis and a bucket.

    Raises:
        CommandFailed: it could not be installed.
    """
    port = free_port(0)
    process = subprocess.Popen(
        [python_of("telemelya"), "-m", "telemelya.server.app"],
        cwd=folder,
        env=_environment(port, redis_url, s3),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    who = {"Authorization": "Bearer anybody", "X-Test-Session": uuid.uuid4().hex}
    try:
        async with ClientSession(headers=who) as http:
            url = f"http://127.0.0.1:{port}"
            server = Telemelya(url=url, token=token, chat=4211, http=http)
            await _until_it_answers(server)
            yield server
    finally:
        process.kill()
        process.wait()


def _environment(port: int, redis_url: str, s3: FakeS3) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "MOCK_SERVER_HOST": "127.0.0.1",
        "MOCK_SERVER_PORT": str(port),
        "REDIS_URL": redis_url,
        "MINIO_ENDPOINT": s3.endpoint.removeprefix("http://"),
        "MINIO_ACCESS_KEY": KEY_ID,
        "MINIO_SECRET_KEY": SECRET,
        "MINIO_BUCKET": BUCKET,
    }


async def _until_it_answers(server: Telemelya) -> None:
    async def is_healthy() -> bool:
        try:
            async with server.http.get(f"{server.url}/api/v1/test/health") as said:
                return said.ok and (await said.json())["ok"]
        except ClientError:
            return False

    assert await wait_until(is_healthy, within_s=SOON_S), "telemelya does not start"

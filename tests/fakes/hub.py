"""A model hub on a real socket: the few addresses that fetching uses, and how a hub may misbehave.

Large files are named by their sha256 and lie at another address, as at real ones.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
import struct
import threading
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import web

LARGE = (".safetensors", ".bin")
NEWEST = "main"


@dataclass(slots=True)
class Repository:
    """Files by path, at each revision; the last one is the newest."""

    revisions: dict[str, dict[str, bytes]] = field(default_factory=dict[str, dict[str, bytes]])
    is_gated: bool = False

    def newest(self) -> str:
        return list(self.revisions)[-1]


class FakeHub:
    """What it has, what was asked for, and what goes wrong.

    Attributes:
        cuts: by path, after how many bytes the connection is cut; one number for each answer.
        statuses: by path, what is answered instead; one for each answer after the cuts.
        lies: by path, other bytes than those that are listed.
        is_silent: whether it never answers; is_rude: whether it cuts without a word.
        answer: what it says instead of a listing.
        renamed: what a repository was called before, and is called now.
        requests: path of each file and the range of it that was asked for.
    """

    def __init__(self) -> None:
        self.address = ""
        self.repos: dict[str, Repository] = defaultdict(Repository)
        self.cuts: dict[str, list[int]] = defaultdict(list)
        self.statuses: dict[str, list[int]] = defaultdict(list)
        self.lies: dict[str, bytes] = {}
        self.tokens: set[str] = set()
        self.renamed: dict[str, str] = {}
        self.is_silent = False
        self.is_rude = False
        self.answer: str | None = None
        self.listed_bytes: dict[str, int] = {}
        self.requests: list[tuple[str, str]] = []

    def publish(self, repo: str, files: dict[str, bytes], *, gated: bool = False) -> str:
        """Add a revision of these files, and give its name."""
        repository = self.repos[repo]
        repository.is_gated = gated
        revision = hashlib.sha1(f"{repo} {len(repository.revisions)}".encode()).hexdigest()
        repository.revisions[revision] = files
        return revision

    def downloads(self) -> list[str]:
        """List the files that were asked for."""
        return [path for path, _range in self.requests]

    def app(self) -> web.Application:
        """Give the web application of it."""
        app = web.Application()
        app.router.add_get("/api/models/{owner}/{name}", self._info)
        app.router.add_get("/api/models/{owner}/{name}/revision/{revision}", self._info)
        app.router.add_get("/{owner}/{name}/resolve/{revision}/{path:.+}", self._resolve)
        app.router.add_get("/large/{owner}/{name}/{revision}/{path:.+}", self._large)
        return app

    async def _info(self, request: web.Request) -> web.Response:
        while self.is_silent:
            await asyncio.sleep(0.01)
        if self.answer is not None:
            return web.Response(text=self.answer)
        revision, files = self._find(request)
        siblings = [self._listed(path, data) for path, data in files.items()]
        repo = _repo(request)
        return web.json_response({"id": repo, "sha": revision, "siblings": siblings})

    def _listed(self, path: str, data: bytes) -> dict[str, object]:
        blob = hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()
        size = self.listed_bytes.get(path, len(data))
        listed: dict[str, object] = {"rfilename": path, "size": size, "blobId": blob}
        if path.endswith(LARGE):
            sha256 = hashlib.sha256(data).hexdigest()
            listed["lfs"] = {"sha256": sha256, "size": size, "pointerSize": 130}
        return listed

    async def _resolve(self, request: web.Request) -> web.StreamResponse:
        revision, files = self._find(request)
        path = request.match_info["path"]
        # everybody may see what there is, and only some may have it
        if self.repos[_repo(request)].is_gated and _token(request) not in self.tokens:
            raise _refusal(403 if _token(request) else 401, "GatedRepo")
        if path not in files:
            raise _refusal(404, "EntryNotFound")
        if path.endswith(LARGE):
            elsewhere = self.address.replace("127.0.0.1", "localhost")
            raise web.HTTPFound(f"{elsewhere}/large/{_repo(request)}/{revision}/{path}")
        return await self._send(request, files[path])

    async def _large(self, request: web.Request) -> web.StreamResponse:
        # it is somebody else's, who must not learn the token
        if _token(request):
            raise _refusal(400, "")
        files = self.repos[_repo(request)].revisions[request.match_info["revision"]]
        return await self._send(request, files[request.match_info["path"]])

    async def _send(self, request: web.Request, data: bytes) -> web.StreamResponse:
        path = request.match_info["path"]
        asked = request.headers.get("Range", "")
        self.requests.append((path, asked))
        data = self.lies.get(path, data)
        start = int(asked.removeprefix("bytes=").partition("-")[0] or 0)
        if self.cuts[path]:
            return await self._cut(request, data, start, self.cuts[path].pop(0))
        if self.statuses[path]:
            raise _refusal(self.statuses[path].pop(0), "")
        headers = {"ETag": '"it"'}
        if asked:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        return web.Response(body=data[start:], status=206 if asked else 200, headers=headers)

    async def _cut(
        self, request: web.Request, data: bytes, start: int, after: int
    ) -> web.StreamResponse:
        response = web.StreamResponse(status=206 if start else 200)
        response.content_length = len(data) - start
        if start:
            response.headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        await response.prepare(request)
        await response.write(data[start : start + after])
        assert request.transport
        if self.is_rude:
            connection = request.transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            request.transport.abort()
        request.transport.close()
        return response

    def _find(self, request: web.Request) -> tuple[str, dict[str, bytes]]:
        repo, revision = _repo(request), request.match_info.get("revision", NEWEST)
        if repo in self.renamed:
            raise web.HTTPTemporaryRedirect(request.path_qs.replace(repo, self.renamed[repo], 1))
        if repo not in self.repos:
            # a hub does not tell strangers whether there is something they may not see
            raise _refusal(404 if _token(request) else 401, "RepoNotFound")
        repository = self.repos[repo]
        revision = repository.newest() if revision == NEWEST else revision
        if revision not in repository.revisions:
            raise _refusal(404, "RevisionNotFound")
        return revision, repository.revisions[revision]


@contextmanager
def running_hub() -> Generator[FakeHub]:
    """Run a hub in a thread of its own, as those who fetch wait for it."""
    hub, loop = FakeHub(), asyncio.new_event_loop()
    runner = web.AppRunner(hub.app(), shutdown_timeout=0.1)

    async def start() -> str:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        return f"http://{host}:{port}"

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    hub.address = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield hub
    finally:
        hub.is_silent = False
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def _repo(request: web.Request) -> str:
    return f"{request.match_info['owner']}/{request.match_info['name']}"


def _token(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _refusal(status: int, code: str) -> web.HTTPException:
    error = web.HTTPException(headers={"X-Error-Code": code} if code else None)
    error.set_status(status)
    return error

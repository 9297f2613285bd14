"""An S3-compatible store on a real socket: one bucket, path-style, every signature checked.

Ours rather than a library's: those that exist bring a hundred megabytes, and check no signature.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import unquote
from xml.sax.saxutils import escape

from aiohttp import web

from engine.jobs.media.place import Bucket

KEY_ID, SECRET, REGION, BUCKET = "ZOETROPEKEY", "a/secret+key", "test-1", "media"
_UNSIGNED = "UNSIGNED-PAYLOAD"
_PAGE = 3  # few enough that tests list more than one page


class FakeS3:
    """What is stored, what was asked for, and how the store may misbehave."""

    def __init__(self, region: str = REGION) -> None:
        self.region = region
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.requests: list[str] = []
        self.failing: tuple[int, str] | None = None
        self.endpoint = ""

    def bucket(
        self, folder: str = "zoetrope", *, name: str = BUCKET, secret: str = SECRET
    ) -> Bucket:
        """Say what an operator configures."""
        return Bucket(
            url=f"s3://{name}/{folder}",
            endpoint=self.endpoint,
            region=self.region,
            key_id=KEY_ID,
            secret=secret,
        )

    def settings(self) -> dict[str, str]:
        """Say the same as settings."""
        return {
            "media_url": f"s3://{BUCKET}/zoetrope",
            "media_endpoint": self.endpoint,
            "media_region": self.region,
            "media_key_id": KEY_ID,
            "media_secret": SECRET,
        }

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Listen on a free port of loopback."""
        app = web.Application(client_max_size=1 << 26)
        app.router.add_route("*", "/{bucket}/{key:.+}", self._object)
        app.router.add_get("/{bucket}", self._list)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield
        finally:
            await runner.cleanup()

    async def _object(self, request: web.Request) -> web.StreamResponse:
        if wrong := self._refusal(request, await request.read()):
            return wrong
        key = unquote(request.match_info["key"])
        if request.method == "PUT":
            self.objects[key] = (await request.read(), datetime.now(UTC))
            return web.Response(headers={"ETag": _etag(await request.read())})
        if request.method == "DELETE":
            self.objects.pop(key, None)
            return web.Response(status=204)
        if key not in self.objects:
            return _error(404, "NoSuchKey")
        return _found(request, *self.objects[key])

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if wrong := self._refusal(request, b""):
            return wrong
        prefix, after = request.query.get("prefix", ""), request.query.get("continuation-token", "")
        keys = sorted(key for key in self.objects if key.startswith(prefix) and key > after)
        page, truncated = keys[:_PAGE], len(keys) > _PAGE
        token = escape(page[-1]) if truncated else ""
        body = (
            f"<ListBucketResult><Name>{BUCKET}</Name><Prefix>{escape(prefix)}</Prefix>"
            f"<KeyCount>{len(page)}</KeyCount>"
            f"<IsTruncated>{str(truncated).lower()}</IsTruncated>"
            f"<NextContinuationToken>{token}</NextContinuationToken>"
            f"{''.join(_entry(key, *self.objects[key]) for key in page)}</ListBucketResult>"
        )
        return web.Response(text=body, content_type="application/xml")

    def _refusal(self, request: web.Request, body: bytes) -> web.Response | None:
        self.requests.append(f"{request.method} {request.path}")
        if self.failing:
            return _error(*self.failing)
        if not _is_signed(request, body, self.region):
            return _error(403, "SignatureDoesNotMatch")
        if request.match_info["bucket"] != BUCKET:
            return _error(404, "NoSuchBucket")
        return None


def _found(request: web.Request, data: bytes, modified: datetime) -> web.Response:
    headers = {"ETag": _etag(data), "Last-Modified": format_datetime(modified, usegmt=True)}
    wanted = range(len(data))[request.http_range]
    if "Range" not in request.headers:
        return web.Response(body=data, headers=headers)
    if not wanted:
        return _error(416, "InvalidRange")
    headers["Content-Range"] = f"bytes {wanted[0]}-{wanted[-1]}/{len(data)}"
    return web.Response(status=206, body=data[wanted.start : wanted.stop], headers=headers)


def _entry(key: str, data: bytes, modified: datetime) -> str:
    return (
        f"<Contents><Key>{escape(key)}</Key><Size>{len(data)}</Size>"
        f"<LastModified>{modified:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
        f"<ETag>{escape(_etag(data))}</ETag></Contents>"
    )


def _etag(data: bytes) -> str:
    return f'"{hashlib.md5(data).hexdigest()}"'


def _error(status: int, code: str) -> web.Response:
    return web.Response(
        status=status,
        text=f"<Error><Code>{code}</Code><Message>as the test wants it</Message></Error>",
        content_type="application/xml",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signature:
    """A signature of version 4, as a request carries it."""

    kind: str
    credential: str
    headers: str
    value: str
    at: str
    hashed: str


def _signature(request: web.Request) -> _Signature:
    """Read it from the header or, of a link, from the query.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    """
    kind, _, fields = request.headers.get("Authorization", "").partition(" ")
    given = dict(field.strip().split("=", 1) for field in fields.split(",") if field)
    query = request.query
    return _Signature(
        kind=kind or query.get("X-Amz-Algorithm", ""),
        credential=given.get("Credential") or query.get("X-Amz-Credential", ""),
        headers=given.get("SignedHeaders") or query.get("X-Amz-SignedHeaders", ""),
        value=given.get("Signature") or query.get("X-Amz-Signature", ""),
        at=request.headers.get("x-amz-date") or query.get("X-Amz-Date", ""),
        hashed=request.headers.get("x-amz-content-sha256", _UNSIGNED),
    )


def _is_over(request: web.Request, signature: _Signature) -> bool:
    """Tell whether a link's time is over."""
    lasts_s = request.query.get("X-Amz-Expires")
    if lasts_s is None:
        return False
    begin = datetime.strptime(signature.at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return datetime.now(UTC) >= begin + timedelta(seconds=int(lasts_s))


def _is_signed(request: web.Request, body: bytes, wanted_region: str) -> bool:
    """Check a signature over the request's every part.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    """
    signature = _signature(request)
    if signature.kind != "AWS4-HMAC-SHA256" or _is_over(request, signature):
        return False
    key_id, _, scope = signature.credential.partition("/")
    day, region, service, _ = scope.split("/")
    if (key_id, region, service) != (KEY_ID, wanted_region, "s3"):
        return False
    if signature.hashed not in (_UNSIGNED, hashlib.sha256(body).hexdigest()):
        return False
    canonical = _canonical(request, signature)
    to_sign = "\n".join([signature.kind, signature.at, scope, _sha256(canonical)])
    key = f"AWS4{SECRET}".encode()
    for part in (day, region, service, "aws4_request"):
        key = _hmac(key, part)
    return hmac.compare_digest(_hmac(key, to_sign).hex(), signature.value)


def _canonical(request: web.Request, signature: _Signature) -> str:
    path, _, query = request.raw_path.partition("?")
    names = signature.headers.split(";")
    headers = [f"{name}:{request.headers[name].strip()}\n" for name in names]
    pairs = [pair for pair in query.split("&") if not pair.startswith("X-Amz-Signature=")]
    query = "&".join(sorted(pairs))
    return "\n".join(
        [request.method, path, query, "".join(headers), signature.headers, signature.hashed]
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()

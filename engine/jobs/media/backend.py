"""Opening what keeps the media: the library's store for a folder or a bucket."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from obstore.store import LocalStore, ObjectStore, S3Store

from engine.jobs.media.place import Bucket

if TYPE_CHECKING:
    from obstore.store import S3Config

_UNFINISHED = re.compile(r"(photos|clips|previews)/[^/]+\.(jpg|mp4|json)#\d+")
_UNFINISHED_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a bucket's store may take; `retries` are after an error that may pass."""

    connect: timedelta = timedelta(seconds=3)
    request: timedelta = timedelta(seconds=30)
    retries: int = 2


USUAL_PATIENCE = Patience()
LOOKING = Patience(connect=timedelta(seconds=2), request=timedelta(seconds=5), retries=0)
"""Of someone who only wants to know whether it is there."""


def open_folder(folder: Path) -> ObjectStore:
    """Open a folder, made private to this user.

    Raises:
        OSError: it cannot be one.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    _remove_unfinished(folder)
    return LocalStore(prefix=folder)


def open_bucket(bucket: Bucket, patience: Patience) -> ObjectStore:
    """Open a bucket; nothing is sent yet."""
    config: S3Config = {"disable_bulk_delete": True}  # not every store knows that call
    if bucket.endpoint:
        config["endpoint"] = bucket.endpoint
    if bucket.region:
        config["region"] = bucket.region
    if bucket.key_id:
        config["access_key_id"] = bucket.key_id
        config["secret_access_key"] = bucket.secret
    return S3Store.from_url(
        bucket.url,
        config=config,
        client_options={
            "allow_http": True,  # for an endpoint that is written so
            "connect_timeout": patience.connect,
            "timeout": patience.request,
        },
        retry_config={"max_retries": patience.retries, "retry_timeout": patience.request / 2},
    )


def _remove_unfinished(folder: Path) -> None:
    """Remove what a process that was killed in the middle of storing has left, as `name#1`."""
    before = time.time() - _UNFINISHED_S
    for path in folder.glob("*/*#*"):
        if not _UNFINISHED.fullmatch(path.relative_to(folder).as_posix()):
            continue
        with suppress(FileNotFoundError):  # whoever was storing it has just finished
            if path.lstat().st_mtime < before:
                path.unlink()

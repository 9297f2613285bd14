"""Where photos and clips are: a folder, or a bucket of an S3-compatible store."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

_S3 = "s3://"
_FILE = "file://"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A bucket or a folder in it, as s3://bucket/folder, and how to log in.

    What is left empty comes from the AWS_* environment that every S3 program reads.
    """

    url: str
    endpoint: str = ""
    region: str = ""
    key_id: str = ""
    secret: str = field(default="", repr=False)


def check_media_url(text: str) -> str:
    """Give back the URL or path of a store.

    Raises:
        ValueError: it is neither; the message says what it must be like.
    """
    if "://" in text and not text.startswith(_FILE) and not (is_bucket(text) and _named(text)):
        raise ValueError("must be a folder, or as s3://bucket/folder")
    return text


def check_endpoint(text: str) -> str:
    """Give back the address of an S3-compatible store.

    Raises:
        ValueError: it is none.
    """
    if text and not (text.startswith(("https://", "http://")) and _named(text)):
        raise ValueError("must be as https://host or http://host:9000")
    return text


def _named(url: str) -> bool:
    return bool(urlsplit(url).netloc)


def is_bucket(url: str) -> bool:
    """Tell a bucket's URL from a folder."""
    return url.startswith(_S3)


def folder_at(url: str) -> Path:
    """Give the folder that a path or a file:// URL names."""
    path = unquote(url.removeprefix(_FILE)) if url.startswith(_FILE) else url
    return Path(path).expanduser().absolute()

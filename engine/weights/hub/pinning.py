"""Finding out what a base consists of when it is fetched for the first time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from engine.errors import WeightsRefused
from engine.weights.hub.choice import INDEX, check_pickles, chosen, chosen_of_part, parts_of
from engine.weights.hub.hub import Hub, Listing
from engine.weights.hub.lock import LockedBase, LockedFile
from engine.weights.hub.obtaining import Source, check_room, obtain, part_of, still_missing
from engine.weights.hub.pickles import convert, converted_path
from engine.weights.hub.reference import Origin


def pin(name: str, origin: Origin, hub: Hub, folder: Path) -> LockedBase:
    """Look a base up at a hub, and fetch its small files, whose sha256 no hub names.

    Raises:
        HubUnreachable: the hub does not answer.
        WeightsRefused: it says no, or has what may not be used.
        NoRoomForWeights: the base is too large for the disk.
    """
    whole = hub.listing(origin.repo)
    parts = _own_parts(origin, whole, hub, folder)
    of_parts = {part: hub.listing(repo) for part, repo in origin.parts.items()}
    sources = dict(_sources(origin, whole, parts, of_parts))
    needed = sum(still_missing(folder / path, source.bytes) for path, source in sources.items())
    check_room(name, folder, needed)
    return LockedBase(
        revisions={it.repo: it.revision for it in (whole, *of_parts.values())},
        files=dict(_locked(origin, sources, hub, folder)),
    )


def obtain_converted(hub: Hub, source: Source, target: Path) -> LockedFile:
    """Download a pickle whose sha256 is known, and keep its tensors alone."""
    pickle = target.with_name(source.path.rpartition("/")[2])
    part = part_of(target)
    try:
        obtain(hub, source, pickle)
        convert(pickle, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
        pickle.unlink(missing_ok=True)
    return LockedFile.of(target)


def _own_parts(origin: Origin, whole: Listing, hub: Hub, folder: Path) -> list[str]:
    """Read the index of a base: which folders of its own repository it needs."""
    if INDEX in origin.made:
        parts = parts_of(origin.made[INDEX], origin.repo)
    elif INDEX in whole.files:
        obtain(hub, Source.listed(whole, INDEX), folder / INDEX)
        parts = parts_of((folder / INDEX).read_bytes(), origin.repo)
    else:
        raise WeightsRefused(origin.repo, f"it has no {INDEX}, and so is not in diffusers' layout")
    return [part for part in parts if part not in origin.parts]


def _sources(
    origin: Origin, whole: Listing, parts: list[str], of_parts: Mapping[str, Listing]
) -> Iterator[tuple[str, Source]]:
    """Choose the files, by where they go; what we write ourselves is left out."""
    for part in parts:
        check_pickles(whole.files, part, whole.repo, origin.pickles)
    paths = chosen(whole.files, parts)
    for part in parts:
        if not any(path.startswith(f"{part}/") for path in (*paths, *origin.made, *origin.pickles)):
            raise WeightsRefused(whole.repo, f"its {INDEX} names {part}, and it has none")
    yield from ((path, Source.listed(whole, path)) for path in paths if path not in origin.made)
    for path, sha256 in origin.pickles.items():
        if path not in whole.files:
            raise WeightsRefused(whole.repo, f"it has no {path}")
        yield converted_path(path), replace(Source.listed(whole, path), sha256=sha256)
    for part, listing in of_parts.items():
        check_pickles(listing.files, "", listing.repo)
        for path in chosen_of_part(listing.files):
            yield f"{part}/{path}", Source.listed(listing, path)


def _locked(
    origin: Origin, sources: Mapping[str, Source], hub: Hub, folder: Path
) -> Iterator[tuple[str, LockedFile]]:
    for path, source in sources.items():
        target = folder / path
        if source.path in origin.pickles:
            made = obtain_converted(hub, source, target)
            yield path, made.model_copy(update={"pickle": source.path})
        elif source.sha256 is None:
            yield path, LockedFile.of(target) if path == INDEX else obtain(hub, source, target)
        else:
            yield path, LockedFile(sha256=source.sha256, bytes=source.bytes)

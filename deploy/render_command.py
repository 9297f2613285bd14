"""What `zoetrope render` takes on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.errors import CommandFailed
from engine.jobs.job import Aspect, ClipFormat
from engine.settings import EngineSettings

if TYPE_CHECKING:
    from deploy.again import Repeat
    from deploy.render import Files, Request

_USUAL = ClipFormat()


def add_arguments(render: argparse.ArgumentParser) -> None:
    """Say what it takes; what is left open has no default here, so that it can be told apart."""
    render.add_argument("--effect", metavar="ID")
    render.add_argument(
        "--receipt",
        metavar="FILE|JOB",
        help="the same clip again, by its receipt or the id of a job whose clip is kept",
    )
    render.add_argument(
        "--photo",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="once for each photo that the effect takes",
    )
    render.add_argument("--out", required=True, type=Path, metavar="FILE", help="the MP4 to write")
    render.add_argument("--poster", type=Path, metavar="FILE", help="a JPEG of it to write too")
    render.add_argument(
        "--save-receipt",
        type=Path,
        metavar="FILE",
        help="write what made it, as JSON that --receipt takes",
    )
    render.add_argument("--json", action="store_true", help="print one JSON object")
    _add_what_is_chosen(render)


def _add_what_is_chosen(render: argparse.ArgumentParser) -> None:
    chosen = render.add_argument_group("with --effect")
    chosen.add_argument("--seed", type=int, help="the same seed makes the same clip")
    chosen.add_argument("--size", type=int, help=f"longest side in pixels; {_USUAL.size}")
    chosen.add_argument("--max-bytes", type=int, metavar="N", help="squeeze the clip until it fits")
    chosen.add_argument("--aspect", choices=list(Aspect), type=Aspect)
    chosen.add_argument("--prompt", help="words, for effects that take some")
    chosen.add_argument("--param", action="append", metavar="NAME=VALUE")


_CHOSEN = ("effect", "seed", "size", "max_bytes", "aspect", "prompt", "param")


def run(options: argparse.Namespace) -> str:
    """Render, and tell what came of it.

    Raises:
        CommandFailed: something is wrong with what was asked for.
        Refused: the photo, an option or the clip cannot be accepted.
        WeightsMissing: the weights are not fetched.
    """
    from deploy.render import render, show

    if options.receipt is None:
        report = render(_request(options), EngineSettings.read())
    else:
        from deploy.again import render_again

        report = render_again(_repeat(options), EngineSettings.read())
    return show(report, as_json=options.json)


def _request(options: argparse.Namespace) -> Request:
    from deploy.render import Request, parse_params

    if options.effect is None:
        raise CommandFailed(
            "say what to make: an effect with --effect, or a clip to make again with --receipt"
        )
    chosen = {"size": options.size, "aspect": options.aspect, "max_bytes": options.max_bytes}
    return Request(
        effect=options.effect,
        photos=options.photo,
        files=_files(options),
        seed=options.seed,
        prompt=options.prompt or "",
        params=parse_params(options.param or ()),
        format=ClipFormat(**{name: it for name, it in chosen.items() if it is not None}),
    )


def _repeat(options: argparse.Namespace) -> Repeat:
    from deploy.again import Repeat

    given = [name for name in _CHOSEN if getattr(options, name) is not None]
    if given:
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise CommandFailed(f"a receipt says all that its clip is made with: leave out {flags}")
    return Repeat(of=options.receipt, photos=options.photo, files=_files(options))


def _files(options: argparse.Namespace) -> Files:
    from deploy.render import Files

    return Files(clip=options.out, poster=options.poster, receipt=options.save_receipt)

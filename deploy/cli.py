"""The `zoetrope` command: reads the command line and settings; the work is in other modules.

Commands import what they need when they run: torch takes seconds, and most do without it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

from bots.errors import BotsError
from deploy.errors import CommandFailed
from deploy.render_command import add_arguments
from engine.errors import EngineError
from engine.jobs.errors import JobsError, Refused
from engine.jobs.settings import BadSetting
from engine.settings import EngineSettings

FAILED = 2
INTERRUPTED = 130
LATELY = timedelta(days=30)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what an operator can mend ends in one sentence and exit code 2."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has had enough of it; without this, closing it complains again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INTERRUPTED
    except Exception as error:
        if options.debug:
            raise
        sys.stderr.write(f"zoetrope: {_sentence(error)}\n")
        return FAILED


def _sentence(error: Exception) -> str:
    if isinstance(error, Refused):
        from bots.texts.texts import Texts

        return Texts.of("en").refused(error.refusal)
    if isinstance(error, CommandFailed | BadSetting | BotsError | EngineError | JobsError):
        return str(error)
    return f"{type(error).__name__}, a mistake in Zoetrope: {error} (--debug shows where)"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="zoetrope", description="Selfies and prompts to short effect videos, in your chats."
    )
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
    parser.add_argument("--version", action="version", version=f"zoetrope {version('zoetrope')}")
    commands = _Commands(parser)
    _processes(commands)
    _clips(commands)
    _installation(commands)
    _versions(commands)
    _people(commands)
    return parser


class _Commands:
    """The subcommands of a parser, added in one call each."""

    def __init__(self, parser: argparse.ArgumentParser, *, required: bool = True) -> None:
        self._choices = parser.add_subparsers(required=required, metavar="COMMAND")

    def add(self, name: str, help_: str, run: object = None) -> argparse.ArgumentParser:
        parser = self._choices.add_parser(name, help=help_, description=help_)
        parser.set_defaults(run=run)
        return parser


def _processes(commands: _Commands) -> None:
    commands.add("up", "run everything on this machine", _up)
    bot = commands.add("bot", "run one bot", _bot)
    bot.add_argument("platform", choices=["web", "telegram", "discord"])
    commands.add("worker", "run one worker: it makes the clips", _worker)
    commands.add("exporter", "serve metrics of the queue to Prometheus", _exporter)


def _clips(commands: _Commands) -> None:
    render = commands.add("render", "make one clip from photos, without any server", _render)
    add_arguments(render)
    effects = commands.add("effects", "list the effects", _effects)
    effects.add_argument("--json", action="store_true", help="print a JSON list")
    of_effects = _Commands(effects, required=False)
    locked = of_effects.add("lock", "note revision and sha256 of recipes' LoRAs", _effects_lock)
    locked.add_argument("effect", nargs="*", help="of which; of all unless named")
    checked = of_effects.add("check", "say all that is wrong in effect folders", _effects_check)
    checked.add_argument("folder", nargs="*", type=Path, help="all there are, unless named")
    sheet = commands.add("sheet", "lay moments of clips out in one picture", _sheet)
    sheet.add_argument("out", type=Path, metavar="OUT")
    sheet.add_argument("clips", type=Path, nargs="+", metavar="CLIP")
    bench = commands.add("bench", "time every look and write build/bench.json", _bench)
    bench.add_argument("--effect", action="append", metavar="ID", help="only this one")
    bench.add_argument(
        "what",
        nargs="?",
        choices=("looks", "gpu"),
        default="looks",
        help="gpu: generative models, into build/bench-gpu.json",
    )
    bench.add_argument("--model", action="append", metavar="ID", help="with gpu: only this one")
    bench.add_argument(
        "--quick", action="store_true", help="with gpu: without each by itself, caches, disk"
    )


def _installation(commands: _Commands) -> None:
    doctor = commands.add("doctor", "say what is installed, found and missing", _doctor)
    doctor.add_argument("--json", action="store_true", help="print a JSON list")
    models = _Commands(commands.add("models", "weight files"))
    listed = models.add("list", "say which weight files and bases are there", _models_list)
    listed.add_argument("--json", action="store_true", help="as JSON")
    _fetching(models)
    check = models.add("check", "try every family of generative models", _models_check)
    check.add_argument("family", nargs="*", help="which ones; all unless named")
    check.add_argument(
        "--tiny", action="store_true", required=True, help="by tiny checkpoints of random numbers"
    )
    check.add_argument("--json", action="store_true", help="as JSON")


def _fetching(models: _Commands) -> None:
    fetch = models.add("fetch", "fetch what is missing, and mend what is damaged", _models_fetch)
    fetch.add_argument(
        "name", nargs="*", help="a base or a weight file; unless named, all that looks need"
    )
    fetch.add_argument("--all", action="store_true", help="also weight files that no look needs")
    fetch.add_argument(
        "--effect",
        action="append",
        default=[],
        metavar="ID",
        help="all that the recipes of an effect are made with",
    )
    fetch.add_argument(
        "--lora",
        action="append",
        default=[],
        metavar="OWNER/NAME/FILE",
        help="a LoRA at the model hub, perhaps with @REVISION",
    )
    verify = models.add("verify", "check what was fetched from a model hub", _models_verify)
    verify.add_argument("base", nargs="*", help="which ones; all that are there unless named")


def _versions(commands: _Commands) -> None:
    versions = commands.add("versions", "list the versions of effects", _versions_list)
    versions.add_argument("--json", action="store_true", help="print a JSON list")
    of_versions = _Commands(versions, required=False)
    given = of_versions.add("set", "give a version to some of the people, or to all", _versions_set)
    given.add_argument("effect")
    given.add_argument("version")
    how_many = given.add_mutually_exclusive_group(required=True)
    how_many.add_argument("--share", type=float, metavar="0..1", help="0.2: to 20 %% of the people")
    how_many.add_argument(
        "--default", action="store_const", const=1.0, dest="share", help="to everybody"
    )
    back = of_versions.add("reset", "give everybody the usual version again", _versions_reset)
    back.add_argument("effect")


def _people(commands: _Commands) -> None:
    people = _Commands(commands.add("people", "who may use the bots"))
    for verb in ("block", "unblock"):
        command = people.add(verb, f"{verb} one person", _set_blocked)
        command.add_argument("person", help="platform and id, as in telegram:4211 or discord:77")
        command.set_defaults(blocked=verb == "block")
    credits_of = people.add("credits", "say what one person has on hold and has spent", _credits)
    credits_of.add_argument("person", help="platform and id, as in telegram:4211 or discord:77")
    commands.add("pause", "take no new work", _set_paused).set_defaults(paused=True)
    commands.add("resume", "take work again", _set_paused).set_defaults(paused=False)


def _up(_: argparse.Namespace) -> None:
    from bots.settings import BotSettings
    from deploy import local

    local.run(BotSettings.read(), EngineSettings.read(), say=_say)


def _bot(options: argparse.Namespace) -> None:
    _become("bots", options.platform)


def _worker(_: argparse.Namespace) -> None:
    _become("engine")


def _exporter(_: argparse.Namespace) -> None:
    from deploy import exporter, valkey
    from engine.jobs.logs import set_up_logs

    settings = EngineSettings.read()
    set_up_logs(settings.log)
    exporter.run(settings, valkey.url_for(settings))


def _become(module: str, *arguments: str) -> None:
    from deploy.valkey import url_for

    os.environ["ZOETROPE_REDIS_URL"] = url_for(EngineSettings.read())
    os.execv(sys.executable, (sys.executable, "-P", "-m", module, *arguments))


def _render(options: argparse.Namespace) -> None:
    from deploy.render_command import run

    _say(run(options))


def _effects_check(options: argparse.Namespace) -> None:
    from engine.threads import limit_threads

    settings = EngineSettings.read()
    limit_threads(settings.threads)
    from deploy.effects import check

    check(settings, options.folder, _say)


def _effects_lock(options: argparse.Namespace) -> None:
    from deploy.effects import lock

    lock(EngineSettings.read(), options.effect, _say)


def _effects(options: argparse.Namespace) -> None:
    from deploy.effects import as_json, as_table

    _say((as_json if options.json else as_table)(EngineSettings.read()))


def _sheet(options: argparse.Namespace) -> None:
    from deploy.sheet import write_sheet

    write_sheet(options.clips, options.out)


def _bench(options: argparse.Namespace) -> None:
    if options.what == "gpu":
        _bench_gpu(options)
        return
    from deploy.bench import bench

    bench(EngineSettings.read(), options.effect, say=_say)


def _bench_gpu(options: argparse.Namespace) -> None:
    from engine.threads import limit_threads

    limit_threads(EngineSettings.read().threads)
    _need_libraries()
    from deploy.bench_gpu import bench_gpu

    bench_gpu(options.model, _say, is_quick=options.quick)


def _need_libraries() -> None:
    """Say which library generative models lack, if one."""
    from engine.pipelines.families import family

    family("wan2.1")


def _doctor(options: argparse.Namespace) -> int:
    from bots.settings import BotSettings
    from deploy.libraries import missing_libraries

    if missing := missing_libraries():
        raise CommandFailed(f"not installed: {', '.join(missing)}; run scripts/setup")
    from deploy.doctor.examination import examine, examine_as_json

    look = examine_as_json if options.json else examine
    return look(BotSettings.read(), EngineSettings.read(), say=_say)


def _models_list(options: argparse.Namespace) -> None:
    from deploy.model_list import as_json, as_tables

    _say((as_json if options.json else as_tables)(EngineSettings.read()))


def _models_fetch(options: argparse.Namespace) -> None:
    from deploy.models import Wanted, fetch

    wanted = Wanted(
        names=options.name,
        effects=options.effect,
        loras=options.lora,
        everything=options.all,
    )
    fetch(EngineSettings.read(), wanted, say=_say)


def _models_verify(options: argparse.Namespace) -> None:
    from deploy.models import verify

    verify(EngineSettings.read(), options.base, say=_say)


def _models_check(options: argparse.Namespace) -> None:
    from engine.threads import limit_threads

    limit_threads(EngineSettings.read().threads)
    _need_libraries()
    from deploy.model_check import check_tiny

    check_tiny(options.family, _say, as_json=options.json)


def _versions_list(options: argparse.Namespace) -> None:
    from bots.settings import BotSettings
    from deploy.versions import as_json, as_table, rows

    found = rows(BotSettings.read(), EngineSettings.read())
    _say((as_json if options.json else as_table)(found))


def _versions_set(options: argparse.Namespace) -> None:
    from bots.settings import BotSettings
    from deploy.versions import set_share

    bot, engine = BotSettings.read(), EngineSettings.read()
    set_share(bot, engine, options.effect, options.version, options.share, _say)


def _versions_reset(options: argparse.Namespace) -> None:
    from bots.settings import BotSettings
    from deploy.versions import reset

    reset(BotSettings.read(), options.effect, _say)


def _set_blocked(options: argparse.Namespace) -> None:
    from bots.settings import BotSettings
    from deploy.people import set_blocked

    set_blocked(BotSettings.read(), options.person, blocked=options.blocked)
    _say(f"{options.person} is {'blocked' if options.blocked else 'let in again'}")


def _credits(options: argparse.Namespace) -> None:
    from bots.clock import utc_now
    from bots.settings import BotSettings
    from deploy.people import balance

    found = balance(BotSettings.read(), options.person, since=utc_now() - LATELY)
    _say(
        f"{options.person} has {found.held} credits on hold,"
        f" and spent {found.spent} in {LATELY.days} days"
    )


def _set_paused(options: argparse.Namespace) -> None:
    from bots.settings import BotSettings
    from deploy.people import set_paused

    set_paused(BotSettings.read(), paused=options.paused)
    _say(
        "no new work is taken; what is queued goes on"
        if options.paused
        else "new work is taken again"
    )


def _say(line: str) -> None:
    print(line, flush=True)

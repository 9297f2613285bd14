"""The families there are; a new one is one file, and one row here."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from engine.errors import LibrariesMissing
from engine.pipelines.family import Family

NAMES: Mapping[str, str] = {
    "wan2.1": "wan21:Wan21",
    "wan2.2": "wan22:Wan22",
    "wan2.2-5b": "wan22:Wan22Small",
    "wan-animate2": "wan_animate2:WanAnimate2",
    "ltx": "ltx:Ltx",
    "ltx2": "ltx2:Ltx2",
    "ltx2.5": "ltx25:Ltx25",
    "hunyuan": "hunyuan:Hunyuan",
    "hunyuan1.5": "hunyuan15:Hunyuan15",
    "mochi": "mochi:Mochi",
    "skyreels-v2": "skyreels_v2:SkyReelsV2",
    "stable-video": "stable_video:StableVideo",
    "cogvideox": "cogvideox:CogVideoX",
    "modelscope": "modelscope:ModelScope",
    "animatediff": "animatediff:AnimateDiff",
    "kandinsky5": "kandinsky5:Kandinsky5",
    "kandinsky6": "kandinsky6:Kandinsky6",
    "sana": "sana:Sana",
    "helios": "helios:Helios",
    "helios-pyramid": "helios:HeliosPyramid",
    "anyflow": "anyflow:AnyFlow",
    "minimax-h3": "minimax_h3:MiniMaxH3",
    "motif": "motif:Motif",
}
"""Where each family is, by its name; it is imported when it is used, as that takes a while."""


def family(name: str) -> Family:
    """Find a family.

    Raises:
        KeyError: there is none of that name.
        LibrariesMissing: what it is run by is not installed.
    """
    module, _, cls = NAMES[name].partition(":")
    try:
        return getattr(import_module(f"{__name__}.{module}"), cls)()
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("engine"):
            raise
        raise LibrariesMissing(error.name) from error

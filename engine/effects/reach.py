"""How long a recipe's films can be, and of how many photos: what its base has no way to make."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from engine.effects.catalogue import Effect
from engine.effects.params import IntParam, Param
from engine.effects.variants import LookVariant, RecipeVariant
from engine.jobs.length import SECONDS, legs
from engine.pipelines.bases import Base
from engine.pipelines.family import Family
from engine.pipelines.longer.relay import LONGEST_S, goes_on_by
from engine.pipelines.take import Mode

_BEGINS_FROM = {0: Mode.TEXT, 1: Mode.PHOTO, 2: Mode.ENDS}


def out_of_reach(effect: Effect) -> Iterator[tuple[str, str]]:
    """Say what an effect offers that it cannot have whatever makes it; first where, then what."""
    most, fewest = effect.about.most_photos, effect.about.photos
    if most and most < fewest:
        yield "effect.most_photos", f"is {most}, and it needs {fewest}"
    if most > fewest and not effect.recipes:
        yield "effect.most_photos", "a look takes no more photos than the effect needs"
    option = effect.params.get(SECONDS)
    if option is None:
        return
    if not isinstance(option, IntParam):
        yield f"params.{SECONDS}.kind", "has to be int"
        return
    if option.default != effect.output.seconds:
        usual = f"{effect.output.seconds:g}"
        yield f"params.{SECONDS}.default", f"has to be {usual}, as output.seconds is"
    reached = max(_reached(variant, option) for variant in effect.variants)
    if reached < option.maximum:
        yield f"params.{SECONDS}.maximum", f"no variant is made in more than {reached:g} seconds"


def out_of_reach_of(
    effect: Effect, recipe: RecipeVariant, base: Base, made_by: Family
) -> Iterator[tuple[str, str]]:
    """Say what an effect wants of a recipe that its base cannot do; first where, then what."""
    modes: Collection[Mode] = made_by.checkpoints[base.checkpoint].pipelines
    if recipe.motion is not None or set(modes) == {Mode.MOTION}:
        unmoved = _cannot_move(effect, recipe, base, modes)
        if unmoved is not None:
            yield "motion", unmoved
            return
        modes = {Mode.PHOTO}
    for photos in sorted({effect.about.photos, effect.photos_taken}):
        if not _can_begin(photos, modes):
            yield "base", f"{base.title} cannot begin from {photos} photos"
            return
    if recipe.longest is not None:
        *_, possible = made_by.grid.nearest(base.width, base.height, recipe.longest)
        if recipe.longest != possible:
            yield "longest", f"{base.title} films {possible} frames, not {recipe.longest}"
    if recipe.frames is None and (SECONDS in effect.params or effect.photos_taken > 2):
        yield "frames", "has to be said, as the wait for longer films is reckoned by it"
    yield from _too_long(effect, recipe, base, made_by)


def _too_long(
    effect: Effect, recipe: RecipeVariant, base: Base, made_by: Family
) -> Iterator[tuple[str, str]]:
    option = effect.params.get(SECONDS)
    usual = ((recipe.frames or base.frames) - 1) / base.fps
    seconds = usual if option is None else _reached(recipe, option)
    checkpoint, photos = made_by.checkpoints[base.checkpoint], effect.photos_taken
    whole = seconds * legs(photos, effect.about.photos)
    if whole > LONGEST_S:
        yield "up_to_s", f"a film is at most {LONGEST_S} seconds long, not {whole:g}"
    at_once = ((recipe.longest or max(base.frames, recipe.frames or 0)) - 1) / base.fps
    if photos > 1:
        wanted = seconds if Mode.ENDS in checkpoint.pipelines else whole
        how = "from photo to photo"
    else:
        wanted = 0 if goes_on_by(checkpoint) else seconds
        how = "and cannot go on from what it filmed"
    if wanted > at_once:
        yield "up_to_s", f"{base.title} films {at_once:g} seconds at once {how}, not {wanted:g}"


def _reached(variant: LookVariant | RecipeVariant, option: Param) -> float:
    """Tell how many seconds a variant may be asked for."""
    most = option.maximum if isinstance(option, IntParam) else 0.0
    if isinstance(variant, LookVariant) or variant.up_to_s is None:
        return most
    return min(most, variant.up_to_s)


def _cannot_move(
    effect: Effect, recipe: RecipeVariant, base: Base, modes: Collection[Mode]
) -> str | None:
    """Say why films cannot move as a video does, or as the base needs one; None if they can."""
    if Mode.MOTION not in modes:
        return f"{base.title} cannot move as a video does"
    if recipe.motion is None:
        return f"has to be said, as {base.title} moves as a video does"
    if effect.about.photos != 1 or effect.photos_taken != 1:
        return "is for effects that take one photo"
    return None


def _can_begin(photos: int, modes: Collection[Mode]) -> bool:
    """Tell whether weights film from so many photos, be it from each to the next."""
    return _BEGINS_FROM.get(photos, Mode.KEYFRAMES) in modes or (photos > 2 and Mode.ENDS in modes)

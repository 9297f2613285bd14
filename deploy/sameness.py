"""What stands in the way of making a clip again just as it was, in sentences for the operator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from engine.effects.finishing import Finishing
from engine.effects.provenance import weights_used
from engine.effects.recipe_parts import stepping_of
from engine.effects.variants import RecipeVariant
from engine.jobs.receipt import Held, LoraUsed, ModelUsed, Receipt, WeightsUsed
from engine.pipelines.bases import Base, Bases
from engine.weights import Weights

_SHORT = 12
"""Of a sha256 that people compare."""


def obstacles(receipt: Receipt, recipe: RecipeVariant, bases: Bases, models: Path) -> Sequence[str]:
    """Say why a recipe cannot make the same clip with what is in the folder of weights.

    Raises:
        LockInvalid: what was fetched there is not known.
    """
    model = receipt.model
    if model is None or model.base != recipe.base:
        before = model.base if model else "a program"
        return [f"it was made by {before}, and the effect has {recipe.base} now"]
    base = bases.by_id[recipe.base]
    return [
        *_other_numbers(model, recipe, base),
        *_other_weights(model.weights or WeightsUsed(), weights_used(recipe, base, models)),
        *_other_finish(receipt, model, recipe, models),
    ]


def _other_numbers(model: ModelUsed, recipe: RecipeVariant, base: Base) -> Iterator[str]:
    now = stepping_of(recipe, base)
    numbers = (
        ("number of steps", model.steps, now.steps),
        ("guidance", model.guidance, now.guidance),
        ("shift", model.shift, now.shift),
    )
    for name, then, here in numbers:
        if then != here:
            yield f"its {name} was {then}, and is {here} here"
    if model.negative != recipe.negative:
        yield "what should not be seen in it is worded otherwise here"


def _other_weights(then: WeightsUsed, now: WeightsUsed) -> Iterator[str]:
    for repo, revision in then.revisions.items():
        here = now.revisions.get(repo)
        if here != revision:
            yield f"it was filmed by {repo} at revision {revision}, and here is {here or 'none'}"
    yield from _other_loras((*then.loras, *then.taught), (*now.loras, *now.taught))


def _other_loras(then: Sequence[LoraUsed], now: Sequence[LoraUsed]) -> Iterator[str]:
    here = {(each.repo, each.file): each for each in now}
    for each in then:
        other = here.pop((each.repo, each.file), None)
        if other is None:
            yield f"it was filmed with the LoRA {each.name}, which is not here"
        elif (other.sha256, other.weight) != (each.sha256, each.weight):
            yield f"it was filmed with the LoRA {each.name} {_put(each)}, and here is {_put(other)}"
    for each in here.values():
        yield f"it was filmed without the LoRA {each.name}"


def _put(lora: LoraUsed) -> str:
    """Name the very file, as far as it is known, and its weight."""
    revision, sha256 = lora.revision or "no known revision", lora.sha256 or "unknown"
    return f"at {revision} (sha256 {sha256[:_SHORT]}) with weight {lora.weight:g}"


def _other_finish(
    receipt: Receipt, model: ModelUsed, recipe: RecipeVariant, models: Path
) -> Iterator[str]:
    finish = Finishing.load(Weights(models), device="cpu").plan(
        smooth=recipe.smooth,
        longest=max(model.width, model.height),
        wanted=receipt.format.size,
    )
    if finish.smooth != model.smooth:
        yield (
            f"each of its steps was divided into {model.smooth}, and is into {finish.smooth} here:"
            f" {_FINISHED_BY}"
        )
    width, height = finish.size(model.width, model.height)
    if (width, height) != (receipt.width, receipt.height):
        yield (
            f"it was {receipt.width}x{receipt.height}, and would be {width}x{height} here:"
            f" {_FINISHED_BY}"
        )


_FINISHED_BY = "`zoetrope models list` says whether interpolation and upscaling are there"


def differences(then: Receipt, now: Receipt) -> Sequence[str]:
    """Say why a clip that was made again may look a bit different after all."""
    return [
        f"{each}: it may look a bit different"
        for each in (
            *_other_machine(then, now),
            *_other_libraries(then.libraries, now.libraries),
            *_otherwise_held(then.model, now.model),
            *_another_film(then, now),
        )
    ]


def _other_machine(then: Receipt, now: Receipt) -> Iterator[str]:
    if then.device != now.device:
        yield f"the clip was made on {_known(then.device)}, and this is {_known(now.device)}"


def _other_libraries(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in {**then, **now}:
        if then.get(name) != now.get(name):
            yield (
                f"the clip was made with {name} {then.get(name) or '(none)'},"
                f" and here is {now.get(name) or '(none)'}"
            )


def _otherwise_held(then: ModelUsed | None, now: ModelUsed | None) -> Iterator[str]:
    if then is None or now is None:
        return
    known = then.weights or WeightsUsed()
    if not known.revisions:
        yield f"which revision of {then.repo} the clip was filmed by was not noted"
    held = now.weights.held if now.weights else None
    if known.held != held:
        yield f"its model was held {_in_words(known.held)}, and now {_in_words(held)}"


def _another_film(then: Receipt, now: Receipt) -> Iterator[str]:
    """Say what came out differently although nobody could tell before."""
    if _shape(then) != _shape(now):
        yield f"the clip was {_shape(then)}, and this one is {_shape(now)}"
    if then.model and now.model and then.model.prompts != now.model.prompts:
        yield f"its model was told “{'; '.join(then.model.prompts)}”"
    if then.model and now.model and then.model.motion != now.model.motion:
        yield "the clip moved as another video does"


def _shape(receipt: Receipt) -> str:
    return f"{receipt.width}x{receipt.height}, {receipt.frames} frames, {receipt.fps} a second"


def _in_words(held: Held | None) -> str:
    if held is None:
        return "in a way that nobody noted"
    tiles = [", decoded in tiles"] if held.tiled else []
    faster = [f", with {', '.join(held.speed)}"] if held.speed else []
    return "".join((f"as {held.dtype}, kept in {held.bits} bits", *tiles, *faster))


def _known(name: str | None) -> str:
    return name or "an unknown device"

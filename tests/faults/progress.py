"""What whoever watches is told."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    """Show a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()

"""The methods of the Bot API, by theme: each takes the world and a call and gives the result."""

from __future__ import annotations

from tests.fakes.telegram.methods import (
    about,
    delivery,
    editing,
    inline,
    profile,
    removing,
    sending,
)
from tests.fakes.telegram.methods.method import Method

METHODS: dict[str, Method] = {
    name.lower(): method
    for theme in (about, delivery, editing, inline, profile, removing, sending)
    for name, method in theme.METHODS.items()
}

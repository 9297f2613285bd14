"""The frames: what is one and what is not."""

from __future__ import annotations

import json
import uuid

import pytest
from pydantic import ValidationError

from bots.chat import Message
from bots.store.conversation import Answered
from bots.web_chat.protocol import PAGE_FRAME, AskFrame, EntryFrame, NoteFrame
from engine.jobs.job import Aspect, JobId

ASK = {
    "v": 1,
    "type": "ask",
    "id": str(uuid.uuid4()),
    "effect": "symbiote",
    "prompt": "мяу 🐈",
    "photos": ["photos/a.jpg"],
    "params": {"tongue": True, "eyes": 2, "speed": 0.5, "color": "#000000"},
    "aspect": "9:16",
}


def test_an_ask_is_read_with_its_options_as_the_kinds_they_are() -> None:
    frame = PAGE_FRAME.validate_json(json.dumps(ASK))

    assert isinstance(frame, AskFrame)
    assert frame.aspect is Aspect.TALL
    assert [(name, type(value)) for name, value in frame.params.items()] == [
        ("tongue", bool),
        ("eyes", int),
        ("speed", float),
        ("color", str),
    ]


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "nonsense",
        "[]",
        "null",
        "{}",
        '{"v": 1, "type": "ask"}',
        '{"v": 1, "type": "dance", "job": "x"}',
        '{"v": 2, "type": "cancel", "job": "x"}',
        '{"type": "cancel", "job": 7}',
        '{"type": "cancel", "job": ""}',
        '{"type": "cancel", "job": "x", "extra": 1}',
        '{"type": "earlier", "before": "7"}',
        "[" * 10_000,
        json.dumps(ASK | {"id": "seven"}),
        json.dumps(ASK | {"aspect": "2:1"}),
        json.dumps(ASK | {"photos": ["p"] * 9}),
        json.dumps(ASK | {"prompt": "x" * 20_001}),
        json.dumps(ASK | {"params": {"x": float("nan")}}),
        json.dumps(ASK | {"params": {"x": {"deep": 1}}}),
        '{"type": "cancel", "job": "\\ud800"}',
    ],
)
def test_what_is_no_frame_is_refused(garbage: str) -> None:
    with pytest.raises(ValidationError):
        PAGE_FRAME.validate_json(garbage)


def test_what_the_server_says_names_its_version_and_type() -> None:
    entry = Answered(job=JobId("job-1"), message=Message(text="hello"))

    said = json.loads(EntryFrame(entry=entry).model_dump_json())

    assert (said["v"], said["type"], said["entry"]["kind"]) == (1, "entry", "answered")


def test_the_server_cannot_say_what_is_no_frame() -> None:
    with pytest.raises(ValidationError):
        NoteFrame.model_validate({"text": 7})

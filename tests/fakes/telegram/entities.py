"""From what was written to what is shown: HTML marks, commands, mentions, links."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from tests.fakes.telegram.errors import Json, bad_request
from tests.fakes.telegram.limits import length

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_FOUND = {
    "bot_command": re.compile(r"(?<![\w/@.])/[a-zA-Z0-9_]{1,64}(?:@\w{3,32})?(?![\w/])"),
    "mention": re.compile(r"(?<![\w/@.])@[a-zA-Z]\w{2,31}\b"),
    "url": re.compile(r"\bhttps?://[^\s<>\"]+"),
    "hashtag": re.compile(r"(?<!\w)#\w+"),
}


def read(text: str, parse_mode: str | None) -> tuple[str, tuple[Json, ...]]:
    """Take the marks out of a text of the bot, and say where they were.

    Raises:
        ApiError: it is badly marked.
    """
    marked: list[Json] = []
    if parse_mode:
        if parse_mode.lower() != "html":
            raise bad_request(f"unsupported parse_mode: this fake reads HTML, not {parse_mode}")
        text, marked = _parse(text)
    text, cut = text.rstrip(), len(text) - len(text.lstrip())
    if cut:
        shift = length(text[:cut])
        marked = [mark | {"offset": max(0, mark["offset"] - shift)} for mark in marked]
    return text.lstrip(), (*marked, *found(text.lstrip()))


def found(text: str) -> tuple[Json, ...]:
    """Find what nobody has to mark, such as commands."""
    hits = (
        (match.start(), kind, match.group())
        for kind, pattern in _FOUND.items()
        for match in pattern.finditer(text)
    )
    return tuple(
        {"type": kind, "offset": length(text[:start]), "length": length(words)}
        for start, kind, words in sorted(hits)
    )


def said(text: str, entity: Json) -> str:
    """Cut out what an entity is about."""
    start = entity["offset"] * 2
    return text.encode("utf-16-le")[start : start + entity["length"] * 2].decode("utf-16-le")


def _parse(text: str) -> tuple[str, list[Json]]:
    if bare := re.search(r"<(?![a-zA-Z/])(\w*)", text):
        raise bad_request(f'can\'t parse entities: Unsupported start tag "{bare[1]}"')
    parser = _Parser()
    parser.feed(text)
    parser.close()
    if parser.open:
        tag = parser.open[-1][0]
        raise bad_request(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{tag}\""
        )
    marks = [mark for mark in parser.marks if mark["length"]]
    return parser.text, sorted(marks, key=lambda mark: (mark["offset"], -mark["length"]))


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.marks: list[Json] = []
        self.open: list[tuple[str, Json]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            raise bad_request(f'can\'t parse entities: Unsupported start tag "{tag}"')
        mark: Json = {"type": _TAGS[tag], "offset": length(self.text)}
        if tag == "a":
            mark["url"] = dict(attrs).get("href") or ""
        if tag == "tg-emoji":
            mark["custom_emoji_id"] = dict(attrs).get("emoji-id") or ""
        self.open.append((tag, mark))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            raise bad_request(f'can\'t parse entities: Unexpected end tag "{tag}"')
        _, mark = self.open.pop()
        self.marks.append(mark | {"length": length(self.text) - mark["offset"]})

    def handle_data(self, data: str) -> None:
        self.text += data

"""What the bot wants a message to show, and whether Discord takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from tests.fakes.discord import components, limits
from tests.fakes.discord.component_rules import check_components
from tests.fakes.discord.errors import (
    Json,
    empty_message,
    invalid,
    too_large,
    too_long,
    too_many_attachments,
)
from tests.fakes.discord.files import Attachment, Upload
from tests.fakes.discord.messages import (
    COMPONENTS_V2,
    SUPPRESS_EMBEDS,
    SUPPRESS_NOTIFICATIONS,
    Content,
)

if TYPE_CHECKING:
    from tests.fakes.discord.world import World

_FLAGS = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2


def written(
    world: World,
    body: Json,
    files: Mapping[str, Upload],
    *,
    folder: str,
    file_bytes: int,
    before: Content | None = None,
) -> Content:
    """Read what a message shall show; what is not said of an edit stays as it was.

    Args:
        world: keeps the files.
        body: what the bot said.
        files: what it sent along, by field.
        folder: where in the CDN they go.
        file_bytes: how large each may be.
        before: what the message shows now.

    Raises:
        ApiError: Discord would refuse it.
    """
    old = before or Content()
    if any(len(file.data) > file_bytes for file in files.values()):
        raise too_large()
    flags = (body.get("flags") or 0) & _FLAGS | old.flags & ~SUPPRESS_EMBEDS
    content = Content(
        words=_said(body, "content", old.words) or "",
        embeds=tuple(_said(body, "embeds", old.embeds) or ()),
        components=tuple(
            components.numbered(list(_said(body, "components", old.components) or ()))
        ),
        attachments=_attachments(world, body, files, folder, old),
        flags=flags,
    )
    _check(content)
    return content


def _said(body: Json, name: str, before: object) -> Any:
    return body.get(name) if name in body else before


def _check(content: Content) -> None:
    if len(content.words) > limits.CONTENT:
        raise too_long("content", limits.CONTENT)
    _check_embeds(list(content.embeds))
    check_components(list(content.components), is_v2=content.is_v2)
    if content.is_v2 and (content.words or content.embeds):
        name = "content" if content.words else "embeds"
        why = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
        raise invalid(name, why, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2")
    _check_media(content)
    if not (content.words or content.embeds or content.attachments or content.components):
        raise empty_message()


def _check_media(content: Content) -> None:
    names = {file.name for file in content.attachments}
    shown = [it for c in components.every(list(content.components)) for it in components.media(c)]
    pictures = [
        embed[name]
        for embed in content.embeds
        for name in ("image", "thumbnail")
        if embed.get(name)
    ]
    for item in [*shown, *pictures]:
        url = str(item.get("url"))
        if url.startswith("attachment://") and url.removeprefix("attachment://") not in names:
            raise invalid(
                "components",
                f"The attachment of {url} was not found",
                "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
            )


def _check_embeds(embeds: list[Json]) -> None:
    if len(embeds) > limits.EMBEDS:
        raise too_long("embeds", limits.EMBEDS)
    total = 0
    for number, embed in enumerate(embeds):
        footer, author = embed.get("footer") or {}, embed.get("author") or {}
        fields = cast("list[Json]", embed.get("fields") or [])
        if len(fields) > limits.EMBED_FIELDS:
            raise too_long(f"embeds.{number}.fields", limits.EMBED_FIELDS)
        measured = [
            ("title", embed.get("title"), limits.EMBED_TITLE),
            ("description", embed.get("description"), limits.EMBED_DESCRIPTION),
            ("footer.text", footer.get("text"), limits.EMBED_FOOTER),
            ("author.name", author.get("name"), limits.EMBED_AUTHOR),
            *((f"fields.{n}.name", it["name"], limits.FIELD_NAME) for n, it in enumerate(fields)),
            *(
                (f"fields.{n}.value", it["value"], limits.FIELD_VALUE)
                for n, it in enumerate(fields)
            ),
        ]
        for name, text, most in measured:
            if len(text or "") > most:
                raise too_long(f"embeds.{number}.{name}", most)
            total += len(text or "")
    if total > limits.EMBED_CHARACTERS:
        why = f"Embed size exceeds maximum size of {limits.EMBED_CHARACTERS}"
        raise invalid("embeds", why, "MAX_EMBED_SIZE_EXCEEDED")


def _attachments(
    world: World, body: Json, files: Mapping[str, Upload], folder: str, before: Content
) -> tuple[Attachment, ...]:
    said = cast("list[Json] | None", body.get("attachments"))
    if said is None:
        numbers = [name.removeprefix("files[").removesuffix("]") for name in files]
        said = [*({"id": it.id} for it in before.attachments), *({"id": it} for it in numbers)]
    if len(said) > limits.FILES:
        raise too_many_attachments()
    old = {str(file.id): file for file in before.attachments}
    kept: list[Attachment] = []
    for number, it in enumerate(said):
        upload = files.get(f"files[{it['id']}]")
        if upload is None and str(it["id"]) not in old:
            raise invalid(f"attachments.{number}.id", "Unknown attachment.", "ATTACHMENT_NOT_FOUND")
        if upload is None:
            kept.append(old[str(it["id"])])
            continue
        name = it.get("filename") or upload.name
        renamed = Upload(name=name, data=upload.data)
        kept.append(
            world.files.keep(renamed, folder, description=it.get("description"), of_bot=True)
        )
    return tuple(kept)

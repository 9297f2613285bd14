"""What people do in a chat."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, cast

from tests.fakes.telegram import files
from tests.fakes.telegram.entities import found
from tests.fakes.telegram.files import Media
from tests.fakes.telegram.messages import Content, Message, Topic
from tests.fakes.telegram.people import ANONYMOUS_ADMIN, Person

if TYPE_CHECKING:
    from tests.fakes.telegram.chats import Chat


class Acts:
    """The hands of the people in a chat."""

    __slots__ = ()

    def write(
        self,
        who: Person,
        text: str,
        *,
        reply_to: Message | None = None,
        topic: Topic | None = None,
        anonymous: bool = False,
    ) -> Message:
        """Write a text."""
        content = Content(words=text, entities=found(text))
        return self._say(who, content, reply_to, topic, anonymous=anonymous)

    def send_photo(
        self,
        who: Person,
        photo: bytes,
        *,
        caption: str = "",
        album: str | None = None,
        reply_to: Message | None = None,
        topic: Topic | None = None,
        size: int | None = None,
    ) -> Message:
        """Send a photo; those with the same album are shown as one.

        Args:
            who: sends it.
            photo: what the app made of it.
            caption: under it.
            album: any name.
            reply_to: what it answers.
            topic: of a forum.
            size: what Telegram says instead of the number of the bytes.
        """
        media = self._chat.world.files.photo(photo, size=size)
        return self._say(who, _captioned(media, caption), reply_to, topic, album)

    def send_document(
        self,
        who: Person,
        data: bytes,
        *,
        name: str = "photo.jpg",
        mime: str | None = "image/jpeg",
        caption: str = "",
        album: str | None = None,
        reply_to: Message | None = None,
        topic: Topic | None = None,
        size: int | None = None,
    ) -> Message:
        """Send a file as it is.

        Args:
            who: sends it.
            data: the bytes.
            name: of the file.
            mime: what the app believes it to be.
            caption: under it.
            album: any name.
            reply_to: what it answers.
            topic: of a forum.
            size: what Telegram says instead of the number of the bytes.
        """
        store = self._chat.world.files
        file = store.keep(files.DOCUMENT, data, name=name, size=size)
        media = Media(kind=files.DOCUMENT, file=file, name=name, mime=mime)
        return self._say(who, _captioned(store.remember(media), caption), reply_to, topic, album)

    def send_media(
        self,
        who: Person,
        kind: str,
        data: bytes = b"bytes",
        *,
        caption: str = "",
        thumbnail: bytes | None = None,
        reply_to: Message | None = None,
        topic: Topic | None = None,
    ) -> Message:
        """Send media of any kind of `files.KINDS` but a photo."""
        store = self._chat.world.files
        media = Media(
            kind=kind,
            file=store.keep(kind, data),
            width=384,
            height=384,
            duration=3,
            thumbnail=store.thumbnail(thumbnail) if thumbnail else None,
        )
        return self._say(who, _captioned(store.remember(media), caption), reply_to, topic)

    def send_sticker(
        self,
        who: Person,
        data: bytes = b"webp",
        *,
        thumbnail: bytes | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        """Send a sticker."""
        return self.send_media(who, files.STICKER, data, thumbnail=thumbnail, reply_to=reply_to)

    def send_video_note(
        self,
        who: Person,
        data: bytes = b"mp4",
        *,
        thumbnail: bytes | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        """Send a round video."""
        return self.send_media(who, files.VIDEO_NOTE, data, thumbnail=thumbnail, reply_to=reply_to)

    def forward(
        self, who: Person, message: Message, *, topic: Topic | None = None, hidden: bool = False
    ) -> Message:
        """Forward a message from anywhere; hidden: its author lets nobody know who they are."""
        content = Content(
            words=message.words, entities=message.content.entities, media=message.media
        )
        sent = self._new(who, content, topic=topic)
        sent.also["forward_origin"] = self._chat.world.origin(message, hidden=hidden)
        return self._chat.world.said(sent)

    def edit(self, who: Person, message: Message, words: str) -> None:
        """Change one's own text or caption."""
        assert message.by is who, f"{who.name} did not write {message!r}"
        content = Content(words=words, entities=found(words), media=message.media)
        self._chat.world.edit(message, content)
        is_channel = self._chat.kind == "channel"
        self._chat.world.tell(message, "edited_channel_post" if is_channel else "edited_message")

    def delete(self, message: Message, *, by: Person) -> None:
        """Delete a message for everyone; the bot does not learn of it."""
        why = self._chat.can_delete(message, by)
        assert why is None, f"{by.name}: {why}: {message!r}"
        self._chat.world.delete(message)

    def topic(self, name: str, *, by: Person) -> Topic:
        """Open a topic of a forum."""
        chat = self._chat
        assert chat.is_forum, f"{chat.title} has no topics"
        created = self._new(by, Content())
        topic = Topic(id=created.id, name=name)
        chat.topics[topic.id] = created.topic = topic
        created.thread = topic.id
        created.service["forum_topic_created"] = {"name": name, "icon_color": 7322096}
        chat.world.said(created)
        return topic

    def close_topic(self, topic: Topic, *, by: Person) -> None:
        """Let only admins write in a topic."""
        topic.is_closed = True
        closed = self._new(by, Content(), topic=topic)
        closed.service["forum_topic_closed"] = {}
        self._chat.world.said(closed)

    def delete_topic(self, topic: Topic) -> None:
        """Delete a topic with all it holds."""
        del self._chat.topics[topic.id]
        for message in self._chat.messages:
            if message.topic is topic:
                self._chat.world.delete(message)

    @property
    def _chat(self) -> Chat:
        return cast("Chat", self)

    def _say(
        self,
        who: Person,
        content: Content,
        reply_to: Message | None,
        topic: Topic | None,
        album: str | None = None,
        *,
        anonymous: bool = False,
    ) -> Message:
        message = self._new(who, content, reply_to=reply_to, topic=topic)
        if album is not None:
            message.album = str(int(hashlib.sha256(album.encode()).hexdigest()[:14], 16))
        if anonymous:
            assert self._chat.is_admin(who), f"{who.name} is no admin of {self._chat.title}"
            message.author, message.as_chat = ANONYMOUS_ADMIN, self._chat
        return self._chat.world.said(message)

    def _new(
        self,
        who: Person,
        content: Content,
        *,
        reply_to: Message | None = None,
        topic: Topic | None = None,
    ) -> Message:
        chat = self._chat
        assert chat.has(who), f"{who.name} is not in {chat.title}"
        assert chat.kind != "channel" or chat.is_admin(who), f"{who.name} cannot post there"
        if topic is None and reply_to is not None:
            topic = reply_to.topic
        return chat.world.new(chat, who, content, reply_to=reply_to, topic=topic)


def _captioned(media: Media, caption: str) -> Content:
    return Content(words=caption, entities=found(caption), media=media)

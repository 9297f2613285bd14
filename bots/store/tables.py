"""The tables, as SQLAlchemy maps them.

`migrations/` makes them; a test holds the two together.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite, which knows no zones, keeps it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn any zone into UTC."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Say the zone again."""
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC)


class Base(DeclarativeBase):
    """Common ground of the tables; constraints are named so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own declaration
        datetime: UtcTime,
        str: Text,
        dict[str, str]: JSON,
        list[str]: JSON(none_as_null=True),
    }


class PersonRow(Base):
    """Someone who has asked for something, or whom the operator has blocked.

    `language` is what they have chosen, null while their platform says it. `shares_avatar` says
    whether others may have clips made of the picture they show themselves with.
    """

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(primary_key=True)
    blocked: Mapped[bool]
    language: Mapped[str | None]
    shares_avatar: Mapped[bool] = mapped_column(server_default=false())


class HouseRow(Base):
    """State of the whole house: one row."""

    __tablename__ = "house"

    id: Mapped[int] = mapped_column(primary_key=True)
    paused: Mapped[bool]


class PhotoRow(Base):
    """A stored photo and whose it is."""

    __tablename__ = "photos"
    __table_args__ = (Index(None, "created"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people.id"))
    width: Mapped[int]
    height: Mapped[int]
    created: Mapped[datetime]


class RequestRow(Base):
    """One line of the request journal.

    `job` is the whole job as JSON, emptied once retention or its owner says so. `runners_up` are
    the effects that came near when the prompt chose one, null when the person did. `counted` says
    whether it counts against the person's day. `placeholder` is the message that becomes the clip.
    `erased` rows keep no media and show nothing any more. `undeliverable` ones were given up on, so
    nobody was shown what became of them.
    """

    __tablename__ = "requests"
    __table_args__ = (
        Index(None, "person", "created"),
        Index(None, "state"),
        Index(
            "ix_requests_undelivered",
            "bot",
            sqlite_where=text("delivered IS NULL"),
            postgresql_where=text("delivered IS NULL"),
        ),
        Index(None, "created"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    bot: Mapped[str]
    person: Mapped[str] = mapped_column(ForeignKey("people.id"))
    place: Mapped[str]
    language: Mapped[str]
    effect: Mapped[str]
    title: Mapped[dict[str, str]]
    runners_up: Mapped[list[str] | None]
    state: Mapped[str]
    counted: Mapped[bool]
    erased: Mapped[bool]
    created: Mapped[datetime]
    finished: Mapped[datetime | None]
    job: Mapped[str | None]
    outcome: Mapped[str | None]
    placeholder: Mapped[str | None]
    delivered: Mapped[datetime | None]
    undeliverable: Mapped[bool] = mapped_column(server_default=false())


class LedgerRow(Base):
    """A movement of credits: what a job sets aside (hold), spends (settle) or gives back (release).

    It outlives its request, and is only ever added.
    """

    __tablename__ = "ledger"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="ck_ledger_amount"),
        Index(None, "person", "created"),
    )

    job: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people.id"))
    amount: Mapped[int]
    created: Mapped[datetime]


class WebMessageRow(Base):
    """One message of a web conversation; `body` is its JSON, `id` the job's with who spoke."""

    __tablename__ = "web_messages"
    __table_args__ = (
        UniqueConstraint("place", "id"),
        Index(None, "place", "seq"),
        Index(None, "created"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    place: Mapped[str]
    id: Mapped[str]
    body: Mapped[str]
    created: Mapped[datetime]


class WebSessionRow(Base):
    """A browser that is through the door; only the hash of its token is kept."""

    __tablename__ = "web_sessions"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str]
    language: Mapped[str]
    created: Mapped[datetime]
    seen: Mapped[datetime]


class IncomingRow(Base):
    """An update a platform has sent; `body` is emptied when it is done."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_waiting",
            "bot",
            "chat",
            "update",
            sqlite_where=text("done IS NULL"),
            postgresql_where=text("done IS NULL"),
        ),
        Index(None, "taken"),
    )

    bot: Mapped[str] = mapped_column(primary_key=True)
    update: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    chat: Mapped[str]
    body: Mapped[str]
    taken: Mapped[datetime]
    done: Mapped[datetime | None]


class DraftRow(Base):
    """An ask that still lacks something; `body` is its JSON."""

    __tablename__ = "drafts"
    __table_args__ = (Index(None, "person", "place", "created"), Index(None, "created"))

    id: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str]
    place: Mapped[str]
    body: Mapped[str]
    created: Mapped[datetime]


class AnswerRow(Base):
    """Where a job's answers go; noted before there is a request, so it may be without one."""

    __tablename__ = "answers"
    __table_args__ = (Index(None, "created"),)

    job: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]
    created: Mapped[datetime]


class PlatformFileRow(Base):
    """What a platform calls media that it has been sent."""

    __tablename__ = "platform_files"
    __table_args__ = (Index(None, "key"), Index(None, "created"))

    bot: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    file: Mapped[str]
    created: Mapped[datetime]


class PlaceRow(Base):
    """A chat whose admins have set rules, as JSON, or one that has become another."""

    __tablename__ = "places"
    __table_args__ = (Index(None, "moved_to"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    rules: Mapped[str | None]
    moved_to: Mapped[str | None]


class RolloutRow(Base):
    """A version of an effect that a share of the people gets, more than 0 and up to 1."""

    __tablename__ = "rollouts"
    __table_args__ = (CheckConstraint("share > 0 AND share <= 1", name="ck_rollouts_share"),)

    effect: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    share: Mapped[float]

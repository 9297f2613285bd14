"""What a chat bot keeps: updates, drafts, where answers go, platform files, places; languages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bots.store.tables import UtcTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the tables, and a language that nobody has chosen yet."""
    with op.batch_alter_table("people") as people:
        people.add_column(sa.Column("language", sa.Text(), nullable=True))
    _inbox()
    _drafts()
    _answers()
    _platform_files()
    _places()


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("update", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("taken", UtcTime(), nullable=False),
        sa.Column("done", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("bot", "update", name="pk_inbox"),
    )
    op.create_index(
        "ix_inbox_waiting",
        "inbox",
        ["bot", "chat", "update"],
        sqlite_where=sa.text("done IS NULL"),
        postgresql_where=sa.text("done IS NULL"),
    )
    op.create_index("ix_inbox_taken", "inbox", ["taken"])


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_person_place_created", "drafts", ["person", "place", "created"])
    op.create_index("ix_drafts_created", "drafts", ["created"])


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("job", name="pk_answers"),
    )
    op.create_index("ix_answers_created", "answers", ["created"])


def _platform_files() -> None:
    op.create_table(
        "platform_files",
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("bot", "key", name="pk_platform_files"),
    )
    op.create_index("ix_platform_files_key", "platform_files", ["key"])
    op.create_index("ix_platform_files_created", "platform_files", ["created"])


def _places() -> None:
    op.create_table(
        "places",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=True),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_places"),
    )
    op.create_index("ix_places_moved_to", "places", ["moved_to"])

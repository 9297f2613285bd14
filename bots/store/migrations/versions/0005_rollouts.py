"""Versions of effects that have a share of the people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table; the usual version is everybody's until a row says otherwise."""
    share: sa.Double[float] = sa.Double()
    op.create_table(
        "rollouts",
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("share", share, nullable=False),
        sa.CheckConstraint("share > 0 AND share <= 1", name="ck_rollouts_share"),
        sa.PrimaryKeyConstraint("effect", "version", name="pk_rollouts"),
    )

"""Whether others may have clips made of somebody's avatar."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add consent, which nobody has given yet."""
    # The default lets processes of the version before go on writing people during an upgrade.
    shares = sa.Column("shares_avatar", sa.Boolean(), nullable=False, server_default=sa.false())
    with op.batch_alter_table("people") as people:
        people.add_column(shares)

"""The credit ledger, and requests whose outcome could not be shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bots.store.tables import UtcTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the ledger, and mark no request undeliverable."""
    op.create_table(
        "ledger",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("job", "kind", name="pk_ledger"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_ledger_person"),
        sa.CheckConstraint("amount >= 0", name="ck_ledger_amount"),
    )
    op.create_index("ix_ledger_person_created", "ledger", ["person", "created"])
    # The default lets processes of the version before go on writing requests during an upgrade.
    undeliverable = sa.Column(
        "undeliverable", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("requests", undeliverable)

"""How Alembic runs here: inside the transaction that `Database.migrate` has opened and locked.

`tables.py` and the steps are held together by a test that compares them.
"""

from __future__ import annotations

from alembic import context

from bots.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()

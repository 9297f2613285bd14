"""What must never be lost and is about people, in SQL: SQLite by default, PostgreSQL at scale."""

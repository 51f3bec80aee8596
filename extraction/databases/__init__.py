"""Tables of databases: SQL dumps, SQLite."""

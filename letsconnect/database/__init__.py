"""The database backend: PostgreSQL's own, with a second try at connecting for whoever only reads."""

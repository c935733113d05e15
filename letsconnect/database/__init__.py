"""The database backend: PostgreSQL's own, with a second try at connecting for requests that only read."""

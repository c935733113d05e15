"""After an hour: how it went, what came of it, people to look after, quiet connections."""

"""The embedded PostgreSQL, Redis and mailbox that `make` and `manage.py` start when no real server is named."""

"""Pages of the account and the registration."""

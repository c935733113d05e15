"""Accounts: signing in by code or wiki, limits on codes, usernames, closing."""

"""Decisions without a database: what becomes of letters, newsletters and subscriptions."""

"""The letters of this app: one function per letter, registered when the app starts."""

from registrations.emails import accounts, claims, quietness, review, seats

__all__ = ["accounts", "claims", "quietness", "review", "seats"]

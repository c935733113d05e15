"""The members' pages of matching."""

"""The letters of this app."""

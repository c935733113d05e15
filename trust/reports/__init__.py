"""Confidential reports: written, read, decided, forgotten."""

"""Certificates: made by whoever came or had a part, checked by others with a code, revoked by either side."""

"""The newsletter: writing an issue, choosing its readers, sending it, and the archive."""

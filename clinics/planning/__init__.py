"""Planning a clinic: drafting, announcing, moving, cancelling, and telling those who come."""

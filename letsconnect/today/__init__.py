"""The desk's first page: what waits for whoever opens it, and the lists by the work they serve."""

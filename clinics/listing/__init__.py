"""Which clinics a reader looks for: the filters of the public list, its month and its feeds."""

"""``make bench``: the matching engine timed, and compared with other ways of choosing the pairs."""

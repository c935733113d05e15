"""Skills, groups and roles: loading their seed into the database, and finding groups."""

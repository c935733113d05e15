"""What can be decided about matches, sessions, feedback and requests, without a database."""

"""The whole path through the portal: real web server, worker, beat, Redis, PostgreSQL, mailbox and browser."""

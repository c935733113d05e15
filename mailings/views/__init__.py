"""Pages of letters: the mailbox for trying the portal, subscriptions, and the archive of newsletters."""

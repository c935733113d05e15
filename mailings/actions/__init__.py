"""Everything that changes the ledger after a letter was owed."""

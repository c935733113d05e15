"""The ledger of letters: owed, gathered, claimed, sent or given up, each once."""

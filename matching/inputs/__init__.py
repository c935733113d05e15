"""What the engine is asked about: rows of people, matches and hours, read into its arrays."""

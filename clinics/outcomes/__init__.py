"""What came of a clinic: how many people were there, and a summary for those who missed it."""

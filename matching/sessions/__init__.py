"""The 1:1 hours of a match: proposed, agreed on, moved, cancelled, shown in calendars."""

"""What is owed about one start of a clinic: reminders, changes, thanks, and what planners write. Set by set."""

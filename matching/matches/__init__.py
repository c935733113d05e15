"""One match after its round: answers of the two people, reminders, its end."""

"""The calendar of a person, made of what all apps know: its page, and the address programs read."""

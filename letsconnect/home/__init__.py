"""The home page: what to do first, what stands in one's calendar, and what one could do."""

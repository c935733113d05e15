"""Who was there: joining by a button, ticks at the door, the list of the call, and how many they are."""

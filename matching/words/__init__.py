"""What the numbers of a round mean, in sentences for members and for the working group."""

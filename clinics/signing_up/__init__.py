"""A seat in one page: what a form asks, what is kept until the code is typed, and what is said with a seat."""

"""What can be decided about clinics and the people around them, without a database."""

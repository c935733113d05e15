"""What can be decided about members and registrations, without a database."""

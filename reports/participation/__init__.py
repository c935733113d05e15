"""Who took part, in what and as what; and how long it takes from registering to a first hour."""

"""The report on the people of the programme: how many there are today."""

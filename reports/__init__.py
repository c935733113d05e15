"""What the programme achieved: counted from the rows of all apps, read only, small numbers hidden."""

"""Reading files of the programme's old form: bytes → rows → cells, each understood, guessed or unread.

Nothing here reads or writes the database; `registrations/oldform/importing.py` does. How each kind of cell is read:
docs/importing.md.
"""

"""Reading exports of the programme's old form: bytes → rows → cells, each understood, guessed or unread.

Everything here is pure but `registrations/oldform/importing.py`, which writes. How each kind of cell is read:
docs/importing.md.
"""

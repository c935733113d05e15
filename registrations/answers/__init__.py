"""What people answer in the registration: the questions, their forms, saving, reading back, exporting."""

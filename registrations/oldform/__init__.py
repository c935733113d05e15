"""The programme's old form: importing its files, invitations to claim what was imported."""

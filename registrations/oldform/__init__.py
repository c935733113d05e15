"""The programme's old form: importing its files, and inviting people to claim the registration that was imported."""

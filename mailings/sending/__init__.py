"""From a rendered letter to the mail server: composing, handing over, and within which time."""

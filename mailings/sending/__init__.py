"""From a rendered letter to the mail server: composing, handing over, how long to wait."""

"""How quickly letters leave the portal, against a bare loop and an earlier state of the code: ``make bench``."""

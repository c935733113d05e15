"""Every change to reports and seats of the trust team."""

"""The kit of a clinic or a series: what a group needs to run it in its own place, as files, with nobody in them."""

"""``make audit``: what is true of every page, measured: for everybody, in five languages, at each width and light."""

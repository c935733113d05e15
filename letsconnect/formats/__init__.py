"""How the languages write dates where Django's own way does not fit the portal."""

"""What shows that one wait does not freeze the site: web processes of then and now, under the same storms."""

"""The addresses of the portal, with Django's own page for every error: no error is known as one of the database."""

from letsconnect.urls import urlpatterns

__all__ = ["handler500", "urlpatterns"]
handler500 = "django.views.defaults.server_error"

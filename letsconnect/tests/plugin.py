"""What pytest needs to know about the whole portal; loaded by the root conftest."""

from django.conf import settings

pytest_plugins = ["letsconnect.tests.browser"]


def pytest_configure() -> None:
    """Let pages render without a collectstatic: tests name the sheets as they are in the checkout."""
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.MIDDLEWARE.remove("whitenoise.middleware.WhiteNoiseMiddleware")  # it serves what collectstatic made

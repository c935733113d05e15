"""What pytest needs to know about the whole portal; loaded by the root conftest."""

from pathlib import Path

from django.conf import settings

from letsconnect.translations import compile_stale

pytest_plugins = ["letsconnect.tests.browser"]


def pytest_configure() -> None:
    """Let pages render without a set-up step: sheets as they are in the checkout, translations compiled."""
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    for folder in settings.LOCALE_PATHS:
        compile_stale(Path(folder))
    settings.MIDDLEWARE.remove("whitenoise.middleware.WhiteNoiseMiddleware")  # it serves what collectstatic made

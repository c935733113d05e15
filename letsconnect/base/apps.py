import gc
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BaseConfig(AppConfig):
    name = "letsconnect.base"
    verbose_name = _("Logs")

    def __init__(self, *args: Any) -> None:
        """Look for no garbage while models and the desk are read, which make none: this app is made first, and the
        desk, which is read last, ends it (`letsconnect/apps.py`). A quarter of the time of a start went into it."""
        super().__init__(*args)
        gc.disable()

    def ready(self) -> None:
        from letsconnect.base import checks  # noqa: F401 - importing registers them

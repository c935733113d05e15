from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BaseConfig(AppConfig):
    name = "letsconnect.base"
    verbose_name = _("Logs")

    def ready(self) -> None:
        from letsconnect.base import checks  # noqa: F401 - importing registers them

from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "letsconnect.base"

    def ready(self) -> None:
        from letsconnect.base import checks  # noqa: F401 - importing registers them

from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "letsconnect.base"

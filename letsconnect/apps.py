from django.apps import AppConfig


class LetsconnectConfig(AppConfig):
    name = "letsconnect"

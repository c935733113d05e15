"""What every process of the portal does first."""

import gc

from django.apps import apps
from django.conf import settings

from letsconnect import base
from letsconnect.base.apps import BaseConfig


def test_no_garbage_is_looked_for_from_the_first_app_until_the_desk_is_read():
    try:
        BaseConfig(settings.INSTALLED_APPS[0], base)
        assert not gc.isenabled()
        apps.get_app_config("admin").ready()
        assert gc.isenabled()
    finally:
        gc.enable()

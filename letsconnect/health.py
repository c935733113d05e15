"""Whether the database and the broker answer, without saying where they are."""

from django.db import Error, connection
from kombu.exceptions import OperationalError

from letsconnect.celery import app

BROKER_PATIENCE = 2  # seconds


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def broker_answers() -> bool:
    """Tell whether Redis answers. Without it letters still go out by `manage.py tick`, only later."""
    try:
        with app.connection_for_write(connect_timeout=BROKER_PATIENCE) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_PATIENCE)
    except OperationalError:
        return False
    return True

"""One column says which reminder of an agreed hour was written last, whichever reminders there are.

Each reminder had a column of its own for when it was written. That moment is also in the ledger of letters.
"""

from datetime import timedelta

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def keep_the_last(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    sessions = apps.get_model("matching", "Session").objects.using(editor.connection.alias)
    sessions.filter(day_reminded_at__isnull=False).update(last_reminder="day")
    sessions.filter(hour_reminded_at__isnull=False).update(last_reminder="hour")


def say_when_it_was_due(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Backwards, all that is known is when the reminder was due."""
    sessions = apps.get_model("matching", "Session").objects.using(editor.connection.alias)
    sessions.filter(last_reminder="day").update(day_reminded_at=F("starts_at") - timedelta(days=1))
    sessions.filter(last_reminder="hour").update(hour_reminded_at=F("starts_at") - timedelta(hours=1))


class Migration(migrations.Migration):
    dependencies = [("matching", "0009_the_clock_an_hour_was_chosen_by")]

    operations = [
        migrations.AddField(
            model_name="session",
            name="last_reminder",
            field=models.CharField(blank=True, default="", editable=False, max_length=20),
        ),
        migrations.RunPython(keep_the_last, say_when_it_was_due),
        migrations.RemoveField(model_name="session", name="day_reminded_at"),
        migrations.RemoveField(model_name="session", name="hour_reminded_at"),
    ]

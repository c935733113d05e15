from django.db import migrations


def forget_links(apps, schema_editor):
    """Where two people talked is theirs while they are connected."""
    sessions = apps.get_model("matching", "Session").objects
    sessions.exclude(match__state="connected").exclude(call_link="").update(call_link="")


class Migration(migrations.Migration):
    dependencies = [("matching", "0006_feedback_and_what_came_of_hours")]

    operations = [migrations.RunPython(forget_links, migrations.RunPython.noop)]

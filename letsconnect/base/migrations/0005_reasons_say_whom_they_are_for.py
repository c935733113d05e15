from django.db import migrations, models

# The notes of a review were mailed to the person; every other reason was written for the working group.
MEANT_FOR_THEM = ("review_registration", "review_registration_again")


def say_whom_they_are_for(apps, schema_editor):
    reasons = apps.get_model("base", "ActReason").objects.filter(act__verb__in=MEANT_FOR_THEM)
    reasons.update(is_for_them=True)


class Migration(migrations.Migration):
    dependencies = [("base", "0004_logs_are_never_emptied")]

    operations = [
        migrations.AddField("actreason", "is_for_them", models.BooleanField(default=False)),
        migrations.RunPython(say_whom_they_are_for, migrations.RunPython.noop),
    ]

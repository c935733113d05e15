from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0035_answers_stand_in_no_order"),
    ]

    operations = [
        migrations.RemoveField(model_name="registration", name="steps_saved"),
        migrations.AddField(
            model_name="registration",
            name="cards_seen",
            field=ArrayField(
                base_field=models.CharField(max_length=20), blank=True, default=list, editable=False, size=None
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0014_a_concern_is_about_no_hour_agreed"),
    ]

    operations = [
        migrations.AddField(
            model_name="matchingrules",
            name="next_round_on",
            field=models.DateField(
                blank=True,
                help_text="People are told this day. Once it is over, they read that no day is set yet.",
                null=True,
                verbose_name="day of the next round",
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mailings", "0011_say_email_for_letter"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(fields=["-owed_at", "-id"], name="mailings_letter_newest_first"),
        ),
    ]

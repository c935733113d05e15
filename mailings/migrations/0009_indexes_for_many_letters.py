import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mailings", "0008_newsletters_subscriptions_and_priorities"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="letter",
            name="mailings_letter_about",
        ),
        migrations.AlterField(
            model_name="letter",
            name="newsletter",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="letters",
                to="mailings.newsletter",
            ),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(("about_type", ""), _negated=True),
                fields=["about_type", "about_id"],
                name="mailings_letter_about",
            ),
        ),
    ]

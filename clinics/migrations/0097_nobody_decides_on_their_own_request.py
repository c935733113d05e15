"""Nobody decides on what they asked for themselves."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0096_quotes_may_stand_in_reports"),
        ("registrations", "0049_nobody_gives_themselves_a_seat"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="topicrequest",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.AddConstraint(
            model_name="topicrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None), models.Q(("decided_by", models.F("member")), _negated=True), _connector="OR"
                ),
                name="clinics_nobody_decides_on_their_own_request",
            ),
        ),
    ]

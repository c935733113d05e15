"""Somebody decides on each quote, and nobody on their own words: one that its author published waits for a colleague."""

from django.conf import settings
from django.db import migrations, models

DECIDE = """
UPDATE clinics_quote SET published_at = NULL, published_by_id = NULL WHERE published_by_id = member_id;
UPDATE clinics_quote SET decided_at = published_at WHERE published_at IS NOT NULL;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0097_nobody_decides_on_their_own_request"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="quote",
            name="decided_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="decided at"),
        ),
        migrations.RunSQL(DECIDE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(("published_at", None), ("decided_at__isnull", False), _connector="OR"),
                name="clinics_published_quote_was_decided_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("published_by", None),
                    models.Q(("published_by", models.F("member")), _negated=True),
                    _connector="OR",
                ),
                name="clinics_nobody_publishes_their_own_quote",
            ),
        ),
    ]

"""No certificate stops counting by itself: its holder takes it back, or the working group revokes it."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0027_letters_to_those_who_come"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="certificate",
            name="clinics_revoked_certificate_says_why",
        ),
        migrations.AlterField(
            model_name="certificate",
            name="revoked_why",
            field=models.CharField(
                blank=True,
                choices=[("holder", "taken back by its holder"), ("desk", "revoked by the working group")],
                max_length=10,
                verbose_name="why it counts no more",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoke_reason", ""), ("revoked_at", None), ("revoked_by", None), ("revoked_why", "")),
                    models.Q(("revoked_at__isnull", False), ("revoked_why__in", ["holder", "desk"])),
                    _connector="OR",
                ),
                name="clinics_revoked_certificate_says_why",
            ),
        ),
    ]

"""What the desk revoked is not made again, also where its holder took it back first."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0035_figures_are_fixed_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="certificate", name="clinics_one_certificate_per_member_and_kind"),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at", None), ("revoked_why", "desk"), _connector="OR"),
                fields=("clinic", "member", "kind"),
                name="clinics_one_certificate_per_member_and_kind",
            ),
        ),
    ]

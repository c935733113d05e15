from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("registrations", "0019_looks_at_lists_letters_clinics_and_files")]

    operations = [
        migrations.AddField(
            "member", "closed_at", models.DateTimeField(editable=False, null=True, verbose_name="closed at")
        ),
        migrations.AddField(
            "member",
            "closed_by",
            models.CharField(
                blank=True,
                choices=[("desk", "coordinators"), ("trust", "the trust team")],
                editable=False,
                max_length=5,
                verbose_name="closed by",
            ),
        ),
        migrations.AddConstraint(
            "member",
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by="") | Q(closed_at__isnull=False, closed_by__in=["desk", "trust"]),
                name="registrations_closed_account_says_by_whom",
            ),
        ),
        migrations.AddConstraint(
            "member",
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(is_active=False), name="registrations_closed_account_is_not_active"
            ),
        ),
    ]

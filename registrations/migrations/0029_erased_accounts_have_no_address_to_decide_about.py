from django.db import migrations, models


def forget_doubts(apps, schema_editor):
    """Accounts that were erased before erasure emptied this mark still carry it, about an address that is gone."""
    members = apps.get_model("registrations", "Member").objects
    members.filter(erased_at__isnull=False, has_doubtful_address=True).update(has_doubtful_address=False)


class Migration(migrations.Migration):
    dependencies = [("registrations", "0028_ends_of_seats_only_move_nearer")]

    operations = [
        migrations.RunPython(forget_doubts, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(("erased_at", None), ("has_doubtful_address", False), _connector="OR"),
                name="registrations_erased_account_has_no_address_to_decide_about",
            ),
        ),
    ]

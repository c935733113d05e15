"""Agreements become the member's own. Those of registrations nobody has claimed stay there as history."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, OuterRef, Q, Subquery


def to_members(apps, schema_editor):
    consents = apps.get_model("registrations", "Consent").objects
    registrations = apps.get_model("registrations", "Registration").objects
    owner = registrations.filter(pk=OuterRef("registration")).values("member")
    consents.filter(registration__member__isnull=False).update(member_id=Subquery(owner), registration=None)


def to_registrations(apps, schema_editor):
    """Back where they were; what a member without a registration agreed to has no place there."""
    consents = apps.get_model("registrations", "Consent").objects
    registrations = apps.get_model("registrations", "Registration").objects
    theirs = registrations.filter(member=OuterRef("member")).values("pk")
    # Of one document, what the member agreed to here replaces what the old form said.
    here = consents.filter(member__registration=OuterRef("registration"), document=OuterRef("document"))
    old = consents.filter(registration__isnull=False, withdrawn_at=None)
    old.filter(models.Exists(here.filter(withdrawn_at=None))).update(withdrawn_at=F("given_at"))
    consents.filter(member__registration__isnull=False).update(registration_id=Subquery(theirs), member=None)
    consents.filter(member__isnull=False).delete()


class Migration(migrations.Migration):
    dependencies = [("registrations", "0013_seats_name_their_role")]

    operations = [
        migrations.RemoveConstraint("consent", "registrations_one_current_consent_per_document"),
        migrations.AddField(
            "consent",
            "member",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consents",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "consent",
            "registration",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="imported_consents",
                to="registrations.registration",
            ),
        ),
        migrations.RunPython(to_members, to_registrations),
        # Rows that were moved have checks to come at the end of the transaction, which would refuse what follows.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.AddConstraint(
            "consent",
            models.CheckConstraint(
                condition=Q(member__isnull=False, registration=None) | Q(member=None, registration__isnull=False),
                name="registrations_consent_is_a_members_or_came_by_import",
            ),
        ),
        migrations.AddConstraint(
            "consent",
            models.UniqueConstraint(
                fields=["member", "document"],
                condition=Q(withdrawn_at=None),
                name="registrations_one_current_consent_per_document",
            ),
        ),
        migrations.AddConstraint(
            "consent",
            models.UniqueConstraint(
                fields=["registration", "document"],
                condition=Q(withdrawn_at=None),
                name="registrations_one_imported_consent_per_document",
            ),
        ),
    ]

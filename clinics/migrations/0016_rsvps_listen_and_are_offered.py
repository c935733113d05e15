"""An RSVP says in which channel somebody listens; a seat that is offered has a number, and a time to claim it by."""

import django.db.models.deletion
from django.db import migrations, models

HELD = ("going", "offered")
# Nothing offered seats so far. Whoever was made "offered" by hand holds no number, so they wait again, at the end.
WAIT_AGAIN = """
UPDATE clinics_rsvp one SET state = 'waiting', place = given.place FROM (
    SELECT id, (SELECT coalesce(max(place), 0) FROM clinics_rsvp other WHERE other.clinic_id = rsvp.clinic_id)
        + row_number() OVER (PARTITION BY clinic_id ORDER BY made_at, id) AS place
    FROM clinics_rsvp rsvp WHERE state = 'offered'
) AS given WHERE given.id = one.id
"""
# The channel is of the same clinic. Where a channel goes, whoever listened there hears the language spoken.
KEY = """
ALTER TABLE clinics_rsvp ADD CONSTRAINT clinics_rsvp_listens_at_the_clinic
    FOREIGN KEY (channel_id, clinic_id) REFERENCES clinics_channel (id, clinic_id) ON DELETE SET NULL (channel_id)
"""
NO_KEY = "ALTER TABLE clinics_rsvp DROP CONSTRAINT clinics_rsvp_listens_at_the_clinic"


class Migration(migrations.Migration):
    dependencies = [("clinics", "0020_who_was_there")]

    operations = [
        migrations.RunSQL(WAIT_AGAIN, migrations.RunSQL.noop),
        migrations.RemoveConstraint("rsvp", "clinics_seat_unique_among_going"),
        migrations.RemoveConstraint("rsvp", "clinics_going_has_a_seat_and_others_none"),
        migrations.AddField(
            "rsvp",
            "channel",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="listeners",
                to="clinics.channel",
                verbose_name="interpretation channel",
            ),
        ),
        migrations.AddField(
            "rsvp", "claim_by", models.DateTimeField(blank=True, null=True, verbose_name="to be claimed by")
        ),
        migrations.AddField(
            "rsvp",
            "shows_name",
            models.BooleanField(default=False, verbose_name="shows the name to others who come"),
        ),
        migrations.AddConstraint(
            "rsvp",
            models.UniqueConstraint(
                condition=models.Q(state__in=HELD),
                fields=("clinic", "seat"),
                name="clinics_seat_unique_among_going_and_offered",
            ),
        ),
        migrations.AddConstraint(
            "rsvp",
            models.CheckConstraint(
                condition=models.Q(state__in=HELD, seat__isnull=False, seat__gte=1)
                | (~models.Q(state__in=HELD) & models.Q(seat=None)),
                name="clinics_going_and_offered_have_a_seat_and_others_none",
            ),
        ),
        migrations.AddConstraint(
            "rsvp",
            models.CheckConstraint(
                condition=~models.Q(state="going") | models.Q(seated_at__isnull=False),
                name="clinics_going_since_a_moment",
            ),
        ),
        migrations.AddConstraint(
            "rsvp",
            models.CheckConstraint(
                condition=models.Q(state="offered", claim_by__isnull=False)
                | (~models.Q(state="offered") & models.Q(claim_by=None)),
                name="clinics_offered_has_a_time_to_claim_and_others_none",
            ),
        ),
        migrations.RunSQL(KEY, NO_KEY),
    ]

from datetime import timedelta

from django.db import migrations, models

import letsconnect.base.fields
import registrations.models.languages
import registrations.reference.names

OLD_CODES = {"cmn": "zh"}  # people call it Chinese where they say what they speak, and CLDR calls Mandarin so
NOBODY_WROTE = "Clinic without a title"


def name_languages_as_people_do(apps, _schema_editor):
    """Languages of clinics come from the list in which people say what they speak; it calls one of them otherwise."""
    clinics = apps.get_model("clinics", "Clinic").objects
    for old, new in OLD_CODES.items():
        clinics.filter(floor_language=old).update(floor_language=new)


def name_languages_as_before(apps, _schema_editor):
    clinics = apps.get_model("clinics", "Clinic").objects
    for old, new in OLD_CODES.items():
        clinics.filter(floor_language=new).update(floor_language=old)


def remember_that_people_were_told(apps, _schema_editor):
    """A cancelled clinic with people signed up was announced, even if the log of acts does not know when."""
    clinics = apps.get_model("clinics", "Clinic").objects
    for clinic in clinics.filter(state="cancelled", announced_at=None, rsvps__isnull=False).distinct():
        clinic.announced_at = min(clinic.start_set_at, clinic.starts_at - timedelta(minutes=1))
        clinic.save(update_fields=["announced_at"])


def what_people_were_told_is_ready(apps, _schema_editor):
    """Texts of clinics that were announced are ready, all others drafts.

    A text that says nothing under its title stays a draft where another one says something; where none does, its title
    says it, and a clinic that has no text at all says so.
    """
    clinics, texts = apps.get_model("clinics", "Clinic").objects, apps.get_model("clinics", "ClinicText").objects
    told = clinics.filter(announced_at__isnull=False)
    of_told = texts.filter(clinic__in=told.values("pk"))
    of_told.filter(letsconnect.base.fields.can_be_seen("summary")).update(state="ready")
    without = told.exclude(pk__in=texts.filter(state="ready").values("clinic"))
    of_told.filter(clinic__in=without.values("pk")).update(summary=models.F("title"), state="ready")
    for clinic in told.exclude(pk__in=texts.filter(state="ready").values("clinic")):
        texts.create(clinic=clinic, language="en", title=NOBODY_WROTE, summary=NOBODY_WROTE, state="ready")


class Migration(migrations.Migration):
    """Any language may be spoken and written in at a clinic; a text is a draft until it is ready for readers.

    Whoever was told of a clinic can read of it: a constraint trigger on both tables looks at the end of a transaction
    that announces a clinic, or takes a ready text away. It locks the clinic before it looks, so that of two people who
    take away the last two texts at the same time the second is refused: each alone would still see the other's text.
    """

    dependencies = [("clinics", "0005_people_and_channels"), ("registrations", "0032_looks_at_what_letters_said")]

    operations = [
        migrations.AddField(
            model_name="clinictext",
            name="state",
            field=models.CharField(
                choices=[("draft", "draft"), ("ready", "ready")], default="draft", max_length=5, verbose_name="state"
            ),
        ),
        migrations.AlterField(
            model_name="clinictext",
            name="language",
            field=models.CharField(
                choices=registrations.reference.names.languages_by_name, max_length=20, verbose_name="language"
            ),
        ),
        migrations.AlterField(
            model_name="clinictext",
            name="summary",
            field=models.TextField(blank=True, max_length=3000, verbose_name="what it is about"),
        ),
        migrations.AlterField(
            model_name="clinic",
            name="floor_language",
            field=models.CharField(
                choices=registrations.reference.names.languages_by_name,
                default="en",
                max_length=20,
                verbose_name="floor language",
            ),
        ),
        migrations.RunPython(name_languages_as_people_do, name_languages_as_before),
        migrations.RunPython(remember_that_people_were_told, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(what_people_were_told_is_ready, migrations.RunPython.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.AddConstraint(
            model_name="clinictext",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "ready"])), name="clinics_text_state_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="clinictext",
            constraint=models.CheckConstraint(
                condition=~models.Q(("state", "ready")) | letsconnect.base.fields.can_be_seen("summary"),
                name="clinics_ready_text_says_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="clinictext",
            constraint=models.CheckConstraint(
                condition=registrations.models.languages.is_written_as_a_language("language"),
                name="clinics_text_language_is_a_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="clinic",
            constraint=models.CheckConstraint(
                condition=registrations.models.languages.is_written_as_a_language("floor_language"),
                name="clinics_floor_language_is_a_code",
            ),
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION clinics_told_of_has_a_ready_text(told bigint) RETURNS void LANGUAGE plpgsql AS $$
            DECLARE was_told boolean;
            BEGIN
                -- Without a condition: a row that is only just being announced is waited for, and then read again.
                SELECT announced_at IS NOT NULL INTO was_told FROM clinics_clinic WHERE id = told FOR NO KEY UPDATE;
                IF was_told AND NOT EXISTS (
                    SELECT FROM clinics_clinictext WHERE clinic_id = told AND state = 'ready'
                ) THEN
                    RAISE EXCEPTION 'clinics_told_of_has_a_ready_text: clinic %', told USING
                        ERRCODE = 'check_violation', CONSTRAINT = 'clinics_told_of_has_a_ready_text';
                END IF;
            END $$;
            CREATE FUNCTION clinics_after_announcing() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM clinics_told_of_has_a_ready_text(NEW.id); RETURN NULL; END $$;
            CREATE FUNCTION clinics_after_taking_a_text_away() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM clinics_told_of_has_a_ready_text(OLD.clinic_id); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER clinics_told_of_has_a_ready_text_of_new AFTER INSERT ON clinics_clinic
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.announced_at IS NOT NULL)
                EXECUTE FUNCTION clinics_after_announcing();
            CREATE CONSTRAINT TRIGGER clinics_told_of_has_a_ready_text_then AFTER UPDATE ON clinics_clinic
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
                WHEN (OLD.announced_at IS NULL AND NEW.announced_at IS NOT NULL)
                EXECUTE FUNCTION clinics_after_announcing();
            CREATE CONSTRAINT TRIGGER clinics_told_of_has_a_ready_text_left AFTER UPDATE ON clinics_clinictext
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
                WHEN (OLD.state = 'ready' AND (NEW.state <> 'ready' OR NEW.clinic_id <> OLD.clinic_id))
                EXECUTE FUNCTION clinics_after_taking_a_text_away();
            CREATE CONSTRAINT TRIGGER clinics_told_of_has_a_ready_text_kept AFTER DELETE ON clinics_clinictext
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state = 'ready')
                EXECUTE FUNCTION clinics_after_taking_a_text_away();
            """,
            """
            DROP TRIGGER clinics_told_of_has_a_ready_text_of_new ON clinics_clinic;
            DROP TRIGGER clinics_told_of_has_a_ready_text_then ON clinics_clinic;
            DROP TRIGGER clinics_told_of_has_a_ready_text_left ON clinics_clinictext;
            DROP TRIGGER clinics_told_of_has_a_ready_text_kept ON clinics_clinictext;
            DROP FUNCTION clinics_after_announcing();
            DROP FUNCTION clinics_after_taking_a_text_away();
            DROP FUNCTION clinics_told_of_has_a_ready_text(bigint);
            """,
        ),
    ]

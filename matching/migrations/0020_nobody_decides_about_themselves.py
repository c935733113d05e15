"""Nobody of the working group decides about themselves: their match, being kept apart, being looked after.

A match that somebody ends as one of its two people is theirs to end; refused and swapped is what the working group does.
"""

from django.db import migrations

TRIGGERS = """
CREATE FUNCTION matching_is_one_of(who bigint, one bigint, other bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM registrations_registration WHERE id IN (one, other) AND member_id = who);
$$;

CREATE FUNCTION matching_refuse_deciding_about_oneself() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'matching_nobody_decides_about_themselves: somebody else does'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'matching_nobody_decides_about_themselves';
END $$;

CREATE FUNCTION matching_check_who_decides_on_match() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF matching_is_one_of(NEW.approved_by_id, NEW.learner_id, NEW.sharer_id)
        OR matching_is_one_of(NEW.made_by_id, NEW.learner_id, NEW.sharer_id)
        OR (NEW.state = 'refused' OR NEW.closed_why = 'swapped')
            AND matching_is_one_of(NEW.closed_by_id, NEW.learner_id, NEW.sharer_id) THEN
        PERFORM matching_refuse_deciding_about_oneself();
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION matching_check_who_approves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM matching_match AS match WHERE match.id = NEW.match_id
        AND matching_is_one_of(NEW.approved_by_id, match.learner_id, match.sharer_id)
    ) THEN
        PERFORM matching_refuse_deciding_about_oneself();
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION matching_check_who_keeps_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF matching_is_one_of(NEW.made_by_id, NEW.person_id, NEW.other_id)
        OR matching_is_one_of(NEW.lifted_by_id, NEW.person_id, NEW.other_id) THEN
        PERFORM matching_refuse_deciding_about_oneself();
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION matching_check_who_looks_after() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF matching_is_one_of(NEW.closed_by_id, NEW.registration_id, NEW.registration_id) OR EXISTS (
        SELECT FROM matching_match AS match WHERE match.id = NEW.match_id
        AND matching_is_one_of(NEW.closed_by_id, match.learner_id, match.sharer_id)
    ) THEN
        PERFORM matching_refuse_deciding_about_oneself();
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER matching_nobody_makes_their_own_match AFTER INSERT ON matching_match
    FOR EACH ROW WHEN (NEW.approved_by_id IS NOT NULL OR NEW.made_by_id IS NOT NULL OR NEW.closed_by_id IS NOT NULL)
    EXECUTE FUNCTION matching_check_who_decides_on_match();
CREATE TRIGGER matching_nobody_decides_on_their_match
    AFTER UPDATE OF approved_by_id, made_by_id, closed_by_id, closed_why ON matching_match
    FOR EACH ROW WHEN (
        (NEW.approved_by_id, NEW.made_by_id, NEW.closed_by_id, NEW.closed_why)
        IS DISTINCT FROM (OLD.approved_by_id, OLD.made_by_id, OLD.closed_by_id, OLD.closed_why)
    )
    EXECUTE FUNCTION matching_check_who_decides_on_match();
CREATE TRIGGER matching_nobody_approves_their_match AFTER INSERT OR UPDATE ON matching_matchapproval
    FOR EACH ROW EXECUTE FUNCTION matching_check_who_approves();
CREATE TRIGGER matching_nobody_keeps_themselves_apart AFTER INSERT OR UPDATE OF made_by_id, lifted_by_id
    ON matching_exclusion FOR EACH ROW EXECUTE FUNCTION matching_check_who_keeps_apart();
CREATE TRIGGER matching_nobody_looks_after_themselves AFTER INSERT OR UPDATE OF closed_by_id
    ON matching_concern FOR EACH ROW WHEN (NEW.closed_by_id IS NOT NULL)
    EXECUTE FUNCTION matching_check_who_looks_after();
"""
NO_TRIGGERS = """
DROP TRIGGER matching_nobody_looks_after_themselves ON matching_concern;
DROP TRIGGER matching_nobody_keeps_themselves_apart ON matching_exclusion;
DROP TRIGGER matching_nobody_approves_their_match ON matching_matchapproval;
DROP TRIGGER matching_nobody_decides_on_their_match ON matching_match;
DROP TRIGGER matching_nobody_makes_their_own_match ON matching_match;
DROP FUNCTION matching_check_who_looks_after();
DROP FUNCTION matching_check_who_keeps_apart();
DROP FUNCTION matching_check_who_approves();
DROP FUNCTION matching_check_who_decides_on_match();
DROP FUNCTION matching_refuse_deciding_about_oneself();
DROP FUNCTION matching_is_one_of(bigint, bigint, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0019_what_is_told_of_meetings_fits_them"),
        ("registrations", "0049_nobody_gives_themselves_a_seat"),
    ]

    operations = [migrations.RunSQL(TRIGGERS, NO_TRIGGERS)]

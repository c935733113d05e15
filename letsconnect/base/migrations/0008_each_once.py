from django.db import migrations

EACH_ONCE = """
CREATE FUNCTION base_each_once(words anyarray) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT count(*) = count(DISTINCT word) FROM unnest(words) AS word
$$;
"""


class Migration(migrations.Migration):
    """A function for constraints: an array holds nothing twice, and no NULL."""

    dependencies = [("base", "0007_ends_of_terms_only_move_nearer")]

    operations = [migrations.RunSQL(EACH_ONCE, "DROP FUNCTION base_each_once(anyarray);")]

"""Editions: what leaves the desk is rounded, frozen, corrected only by another, and names nobody who did not agree."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils.translation import override

from clinics.feedback.quoting import give_quote, publish_quote, take_back_quote
from clinics.models import Quote
from clinics.tests.factories import make_attendance, make_clinic
from matching.models import RoundParticipant
from matching.tests.factories import make_round
from registrations.domain.registrations import Region
from registrations.models import Member, Skill, SkillName
from registrations.privacy.erasing import erase_member
from registrations.tests.factories import make_member, make_registration, make_skill
from reports.domain.editions import AddressTaken, EditionChanged, EditionRefused
from reports.domain.periods import Period
from reports.domain.tables import HIDDEN
from reports.editions.freezing import frames, tables_of
from reports.editions.making import (
    Chosen,
    correct_edition,
    delete_draft,
    publish_edition,
    quotable,
    quotes_of,
    save_draft,
)
from reports.models import Edition, EditionQuote, EditionTable, EditionText
from reports.tests.factories import every_figure, make_draft, make_edition
from reports.tests.worlds import BEGINS, NOW, RandomWorld


def cells(edition):
    return [cell for each in edition.tables.all() for row in each.rows for cell in row["cells"].values()]


def rounded_cells(edition):
    """Return the numbers of an edition that are not exact."""
    exact = {
        (report.name, frame.key, column.key)
        for report, frame in frames()
        for column in frame.columns
        if column.is_exact
    }
    return [
        cell
        for each in edition.tables.all()
        for row in each.rows
        for key, cell in row["cells"].items()
        if (each.report, each.table, key) not in exact
    ]


def came(number, clinic, **fields):
    return [
        make_attendance(clinic, make_member(**fields), joined_at=clinic.starts_at).member for _each in range(number)
    ]


@pytest.fixture
def clinic(db):
    return make_clinic(state="held", starts_at=BEGINS + timedelta(days=30))


def test_what_is_published_is_in_fives_and_stays_whatever_comes_later(client, coordinator, clinic):
    came(12, clinic, region=Region.SSA)
    came(13, clinic, region=Region.LAC)
    came(17, clinic, region=Region.SA)
    came(3, clinic, region=Region.MENA)
    edition = make_edition("half", by=coordinator, now=NOW)
    before = list(edition.tables.values_list("rows", flat=True))
    people = {row["key"]: row["cells"]["people"] for row in before[1]}
    came(40, clinic, region=Region.SSA)

    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("reports:edition", args=["half"]))
        arabic = client.get(reverse("reports:edition", args=["half"]), headers={"accept-language": "ar"})

    assert list(Edition.objects.get().tables.values_list("rows", flat=True)) == before
    assert (people["region:MENA"], people["region:SA"], people["all"]) == ("hidden", 15, 45)
    assert not [cell for cell in cells(edition) if isinstance(cell, int) and cell % 5]
    assert "Half a year" in page.text and "Sub-Saharan Africa" in page.text
    assert "نصف سنة" in arabic.text and "Sub-Saharan Africa" not in arabic.text
    assert {column for column in re.findall(r'href="#([\w-]+)"', page.text)} >= {"participation-regions-people"}
    assert 'id="participation-regions-people"' in page.text


@pytest.mark.parametrize("model", [Edition, EditionText, EditionTable])
@pytest.mark.parametrize("sql", ["UPDATE {table} SET id = id", "DELETE FROM {table}"])
def test_the_database_changes_nothing_that_is_published(coordinator, clinic, model, sql):
    edition = make_edition("half", by=coordinator, now=NOW)

    for statement in (
        sql,
        "TRUNCATE {table} CASCADE",
        "INSERT INTO reports_editiontext (edition_id, language, title, introduction) "
        f"VALUES ({edition.pk}, 'fr', 'x', '')",
    ):
        with (
            pytest.raises(DatabaseError, match=r"never_(change|emptied)"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the commit would keep TRUNCATE out
            cursor.execute(statement.format(table=model._meta.db_table))


def test_a_correction_names_what_it_corrects_and_the_former_says_so_and_stays(client, coordinator, clinic):
    people = came(12, clinic, region=Region.SSA)
    former = make_edition("half", by=coordinator, now=NOW)
    came(13, clinic, region=Region.SSA)
    draft = correct_edition(edition=former, seen_version=former.version, by=coordinator, now=NOW)
    before = client.get(reverse("reports:edition", args=["half"])).text
    corrected = publish_edition(edition=draft, seen_version=draft.version, by=coordinator, now=NOW)
    after = client.get(reverse("reports:edition", args=["half"])).text

    assert people and (corrected.corrects, corrected.slug) == (former, "half-2")
    assert (cells(former)[0], cells(corrected)[0]) == (10, 25)
    assert "corrected" not in before.partition("about-figures")[0]
    assert reverse("reports:edition", args=["half-2"]) in after
    assert reverse("reports:edition", args=["half"]) in client.get(reverse("reports:edition", args=["half-2"])).text
    assert correct_edition(edition=former, seen_version=former.version, by=coordinator, now=NOW) == corrected, (
        "there is one correction"
    )


def test_a_correction_is_of_the_time_of_what_it_corrects_whenever_it_is_saved(client, coordinator, clinic):
    former = make_edition("half", by=coordinator, now=NOW)
    draft = correct_edition(edition=former, seen_version=former.version, by=coordinator, now=NOW)
    client.force_login(coordinator)
    typed = {"since_month": "2", "since_year": "2025", "until_month": "5", "until_year": "2025", "slug": "half-2"}
    typed |= {"title_en": "x", "figures": ["clinics/months/held"], "version": draft.version}
    with time_machine.travel(NOW, tick=False):
        assert client.post(reverse("admin:reports_edition_change", args=[draft.pk]), typed).status_code == 302
    draft.refresh_from_db()
    assert (draft.version, draft.period) == (2, former.period)
    other = Chosen("half-2", Period(date(2025, 1, 1), date(2025, 1, 31)), {"en": ("x", "")}, [])
    with pytest.raises(EditionRefused, match=r"1 January 2026 to 30 June 2026"):
        save_draft(edition=draft, chosen=other, seen_version=2, by=coordinator, now=NOW)


def test_two_drafts_of_one_address_saved_at_once_are_refused_at_the_field(client, coordinator, clinic, monkeypatch):
    """The form has looked before the other draft was saved."""
    make_draft("half", by=coordinator, now=NOW)
    monkeypatch.setattr("reports.editions.forms.is_taken", lambda slug, *, but_by: False)
    client.force_login(coordinator)
    typed = {"since_month": "2", "since_year": "2026", "until_month": "5", "until_year": "2026", "title_en": "x"}
    with time_machine.travel(NOW, tick=False):
        page = client.post(
            reverse("admin:reports_edition_new"), {**typed, "slug": "half", "figures": ["clinics/months/held"]}
        )
    assert page.status_code == 422 and list(page.context["form"].errors) == ["slug"]


def test_the_day_of_an_edition_is_one_day_for_all(client, coordinator, clinic):
    make_edition("half", by=coordinator, now=datetime(2026, 11, 30, 23, 30, tzinfo=UTC))
    for zone in ("America/Lima", "Asia/Tokyo"):
        client.force_login(make_member(zone=zone))
        for address in (reverse("reports:edition", args=["half"]), reverse("reports:edition-list")):
            assert "30 November 2026" in client.get(address).text


def test_only_coordinators_make_editions_and_none_overwrites_another(coordinator, liaison, clinic):
    draft = make_draft("half", by=coordinator, now=NOW)
    for act in (publish_edition, correct_edition):
        with pytest.raises(EditionRefused):
            act(edition=draft, by=liaison, now=NOW, seen_version=1)
    with pytest.raises(EditionChanged):
        publish_edition(edition=draft, seen_version=0, by=coordinator, now=NOW)
    EditionTable.objects.all().delete()
    with pytest.raises(EditionRefused, match="figure"):
        publish_edition(edition=draft, seen_version=1, by=coordinator, now=NOW)


def test_a_draft_can_be_deleted_and_what_is_published_cannot(client, coordinator, liaison, clinic):
    edition = make_edition("half", by=coordinator, now=NOW)
    draft = correct_edition(edition=edition, seen_version=edition.version, by=coordinator, now=NOW)
    for by, seen, of, refusal in (
        (liaison, draft.version, draft, EditionRefused),
        (coordinator, 0, draft, EditionChanged),
        (coordinator, edition.version, edition, EditionChanged),
    ):
        with pytest.raises(refusal):
            delete_draft(edition=of, seen_version=seen, by=by, now=NOW)
    client.force_login(coordinator)
    address = reverse("admin:reports_edition_delete", args=[draft.pk])
    assert "Delete this draft" in client.get(reverse("admin:reports_edition_change", args=[draft.pk])).text
    client.post(address, {"version": draft.version})
    assert list(Edition.objects.all()) == [edition] and EditionText.objects.count() == 2
    assert client.post(address, {"version": draft.version}).status_code == 404
    with pytest.raises(EditionChanged, match="deleted"):
        publish_edition(edition=draft, seen_version=draft.version, by=coordinator, now=NOW)
    assert correct_edition(edition=edition, seen_version=edition.version, by=coordinator, now=NOW).slug == "half-2"


def test_needs_and_rounds_stand_in_an_edition_by_keys_and_are_read_in_the_language_of_the_reader(client, coordinator):
    skill, suggested = make_skill("needed"), make_skill("my-uncle")
    Skill.objects.filter(pk=suggested.pk).update(state="suggested", family="")
    SkillName.objects.create(skill=skill, language="ar", text="مطلوب")
    round_ = make_round("published", published_at=BEGINS + timedelta(days=40))
    for number, region in enumerate(["MENA"] * 7 + ["LAC"] * 6 + ["SSA"] * 2):
        row = make_registration(region=region, wishes=[skill, suggested], speaks=[("sw", 5)])
        if region != "SSA":
            RoundParticipant.objects.create(
                round=round_, number=number, registration=row, is_learner=True, left_out="places_taken"
            )
    figures = [each for each in every_figure() if each[0] in ("needs", "fairness")]
    edition = make_edition("half", by=coordinator, now=NOW, figures=figures)
    stored = {
        (each.report, each.table): {row["key"]: row["cells"] for row in each.rows} for each in edition.tables.all()
    }
    english, arabic = (
        client.get(reverse("reports:edition", args=["half"]), headers={"accept-language": language}).text
        for language in ("en", "ar")
    )
    day = f"{BEGINS + timedelta(days=40):%Y-%m-%d}"
    regions = stored["needs", "regions"]

    assert stored["needs", "skills"].keys() == {"skill:needed"}, "a name nobody has looked through leaves no desk"
    assert (stored["needs", "skills"]["skill:needed"]["unmet"], regions["skill:needed|region:MENA"]["unmet"]) == (15, 5)
    assert regions["skill:needed|region:SSA"]["unmet"] == "hidden"
    assert stored["fairness", "rounds"] == {
        f"round:{round_.pk}/{day}": {"took_part": 15, "at_best": 0, "matched": 0, "waited": 15}
    }
    assert f"round:{round_.pk}/{day}|language:sw" in stored["fairness", "languages"]
    assert "my-uncle" not in english and "lc-heat" in english
    for text, names in ((english, ("Swahili", "Middle East")), (arabic, ("مطلوب", "السواحلية"))):
        assert [name for name in names if name not in text] == []
    assert "Swahili" not in arabic


def quote_of(member, clinic, coordinator, **fields):
    given = {"text": f"Words of {member.pk}.", "as_whom": "participant", "name": "", "in_reports": True, **fields}
    at = clinic.ends_at + timedelta(days=1)
    quote = give_quote(clinic=clinic, by=member, now=at, **given)
    publish_quote(quote=quote, seen_version=quote.version, by=coordinator, now=at)
    return quote


def test_a_quote_stands_there_as_long_as_its_author_wishes(client, coordinator, clinic):
    people = came(5, clinic)
    quotes = [quote_of(member, clinic, coordinator, in_reports=place != 4) for place, member in enumerate(people)]
    assert set(quotable()) == set(quotes[:4]), "one was given for the page of the clinic only"
    edition = make_edition("half", by=coordinator, now=NOW, quotes=list(quotable()))
    address = reverse("reports:edition", args=["half"])

    def shown():
        return {place for place, quote in enumerate(quotes) if quote.text in client.get(address).text}

    assert shown() == {0, 1, 2, 3}

    take_back_quote(clinic=clinic, by=people[0], now=NOW)
    erase_member(member=people[1], by=None, now=NOW)
    give_quote(clinic=clinic, text=quotes[2].text, as_whom="participant", name="", by=people[2], now=NOW)
    assert shown() == {3}

    give_quote(
        clinic=clinic, text="Other words.", as_whom="participant", name="", in_reports=True, by=people[3], now=NOW
    )
    again = Quote.objects.get(member=people[3])
    publish_quote(quote=again, seen_version=again.version, by=coordinator, now=NOW)
    assert shown() == set() and not quotes_of(edition), "words that nobody chose are not shown"
    with pytest.raises(DatabaseError, match="never_change"), transaction.atomic():
        EditionQuote.objects.create(edition=edition, quote=again, as_given_at=again.given_at)


@pytest.mark.django_db
def test_pages_of_editions_name_nobody_and_ask_as_often_for_many_rows(client, django_assert_max_num_queries):
    with time_machine.travel(NOW, tick=False):
        world = RandomWorld(21, size=24)
        Member.objects.update(name="Somebody Named")
        counts = []
        for figures in ([("participation", "summary", "people")], every_figure()):
            slug = f"all-{len(figures)}"
            edition = make_edition(slug, by=world.coordinator, now=NOW, figures=figures)
            with django_assert_max_num_queries(10) as asked:
                page = client.get(reverse("reports:edition", args=[slug]))
            counts.append(len(asked))
        for address in (reverse("reports:edition-list"), reverse("reports:edition", args=[slug])):
            text = client.get(address).text
            assert "Somebody Named" not in text and "@example.org" not in text
        client.force_login(world.coordinator)
        preview = client.get(
            reverse("admin:reports_edition_preview", args=[make_draft("d", by=world.coordinator, now=NOW).pk])
        )

    assert counts[1] - counts[0] <= 1, "the names of all skills are one more"
    assert page.status_code == preview.status_code == 200
    assert {HIDDEN} <= {
        cell for each in tables_of(edition, reader=None, now=NOW) for row in each.table.rows for cell in row.cells
    }
    assert not [cell for cell in rounded_cells(edition) if isinstance(cell, int) and cell % 5]
    assert all(row["key"] for each in edition.tables.all() for row in each.rows)
    for language in ("es", "ar", "fr", "pt"):
        with override(language):
            assert tables_of(edition, reader=None, now=NOW)[0].table.title


def test_what_is_chosen_at_the_desk_is_saved_and_what_is_wrong_stays_in_its_field(client, coordinator, clinic):
    client.force_login(coordinator)
    address = reverse("admin:reports_edition_new")
    since, until = {"since_month": "2", "since_year": "2026"}, {"until_month": "5", "until_year": "2026"}
    typed = {**since, **until, "slug": "half", "title_en": "Half", "figures": ["participation/summary/people"]}
    with time_machine.travel(NOW, tick=False):
        wrong = client.post(address, {**typed, "title_en": "", "introduction_fr": "Un mot"})
        right = client.post(address, typed, follow=True)
        twice = client.post(address, typed)
        for odd in ({"until_month": "7"}, {"until_month": "1"}, {"until_year": "2035"}, {"until_month": "x"}):
            refused = client.post(address, {**typed, "slug": "odd", **odd})
            assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["until"])
        draft = Edition.objects.get()
        change, look = (reverse(f"admin:reports_edition_{page}", args=[draft.pk]) for page in ("change", "preview"))
        newer = {**typed, "figures": ["participation/regions/*", "participation/summary/people"], "press": "look"}
        asked = client.post(change, {**newer, "introduction_en": "New words.", "version": draft.version})
        last_look = client.get(look).text
        assert not Edition.objects.get().is_published, "one press publishes nothing"
        draft.refresh_from_db()
        with pytest.raises(AddressTaken):
            make_draft("half", by=coordinator, now=NOW)
        Edition.objects.filter(pk=draft.pk).update(slug="meanwhile")
        clash = client.post(address, {**typed, "slug": "Ä"})
        published = client.post(reverse("admin:reports_edition_publish", args=[draft.pk]), {"version": draft.version})

    assert asked.url == look and "New words." in last_look and "8 figures" in last_look and "2 tables" in last_look
    assert "Español" in last_look and "/reports/half/" in last_look and "for good" in last_look
    assert "the letters a to z" in clash.text and "slug" not in clash.context["form"].errors["slug"][0]
    assert wrong.status_code == 422 and "Un mot" in wrong.text
    assert right.status_code == 200 and (draft.slug, draft.first_on.month, draft.last_on.month) == ("half", 2, 5)
    assert twice.status_code == 422
    assert published.url == reverse("reports:edition", args=["meanwhile"])


def test_published_editions_share_no_month_unless_they_are_of_the_same_time(client, coordinator, clinic):
    """January 8 (10), February 1 (hidden), March 8 (10), beside their sum 17 (15), leave 0 or 1 for February."""
    make = {"by": coordinator, "now": NOW}
    quarter, half = Period(date(2026, 1, 1), date(2026, 3, 31)), Period(date(2026, 1, 1), date(2026, 6, 30))
    for slug in ("quarter", "again"):
        edition = make_edition(slug, period=quarter, **make)
    make_edition("april", period=Period(date(2026, 4, 1), date(2026, 4, 30)), **make)
    draft = make_draft("half", period=half, **make)
    with pytest.raises(EditionRefused, match=r"1 (April|January) 2026 to"):
        publish_edition(edition=draft, seen_version=draft.version, by=coordinator, now=NOW)
    with pytest.raises(DatabaseError, match="share_no_month"), transaction.atomic():
        Edition.objects.filter(pk=draft.pk).update(published_at=NOW, published_by=coordinator)
    client.force_login(coordinator)
    values = {"since_month": "3", "since_year": "2026", "until_month": "5", "until_year": "2026", "title_en": "x"}
    with time_machine.travel(NOW, tick=False):
        page = client.post(
            reverse("admin:reports_edition_new"), {**values, "slug": "x", "figures": ["clinics/months/held"]}
        )
    assert page.status_code == 422 and "would tell small numbers" in page.text
    corrected = correct_edition(edition=edition, seen_version=edition.version, by=coordinator, now=NOW)
    publish_edition(edition=corrected, seen_version=corrected.version, by=coordinator, now=NOW)


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("reports_edition_ends_after_it_begins", lambda draft, _of: Edition.objects.update(last_on="2025-01-01")),
        ("reports_published_edition_says_by_whom", lambda draft, _of: Edition.objects.update(published_at=NOW)),
        ("reports_no_edition_corrects_itself", lambda draft, _of: Edition.objects.update(corrects=draft)),
        ("reports_one_correction_of_an_edition", lambda draft, _of: [correction_of(draft) for _twice in range(2)]),
        ("reports_one_text_of_an_edition_per_language", lambda draft, _of: EditionText.objects.update(language="fr")),
        ("reports_text_of_an_edition_can_be_seen", lambda draft, _of: EditionText.objects.update(title="")),
        (
            "reports_one_table_once_in_an_edition",
            lambda draft, _of: EditionTable.objects.update(report="clinics", table="months"),
        ),
        ("reports_table_of_an_edition_has_figures", lambda draft, _of: EditionTable.objects.update(figures=[])),
        (
            "reports_one_quote_once_in_an_edition",
            lambda draft, quote: [
                EditionQuote.objects.create(edition=draft, quote=quote, as_given_at=NOW) for _twice in range(2)
            ],
        ),
    ],
)
def test_the_database_keeps_the_rules_of_editions(coordinator, clinic, rule, broken):
    (member,) = came(1, clinic)
    quote = quote_of(member, clinic, coordinator)
    draft = make_draft("half", by=coordinator, now=NOW)

    with pytest.raises(DatabaseError, match=rule), transaction.atomic():
        broken(draft, quote)


def correction_of(draft):
    number = Edition.objects.count()
    days = {"first_on": draft.first_on, "last_on": draft.last_on}
    return Edition.objects.create(slug=f"c{number}", corrects=draft, made_by=draft.made_by, made_at=NOW, **days)

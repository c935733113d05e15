"""The kit of a clinic or a series: what is in it, that nobody is, and that the same rows make the same bytes."""

import csv
import io
import re
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from clinics.models import AgendaItem, AttendanceFigures, ChecklistItem, Clinic, ClinicResource, ClinicSeries
from clinics.tests.factories import LINK, START, make_channel, make_clinic, make_person, make_text, sign_up
from letsconnect.tests.everything import ADDRESS, WORD, make_somebody
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LANGUAGES = dict(settings.LANGUAGES)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as moment:
        yield moment


def ask(row, language="en", **headers):
    of = "series/" if isinstance(row, ClinicSeries) else ""
    return Client().get(f"/clinics/{of}{row.pk}/kit/{language}.zip", headers=headers)


def files(row, language="en"):
    response = ask(row, language)
    assert response.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def rows(text):
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def make_held(**fields):
    clinic = make_clinic(starts_at=NOW - 30 * DAY, state="held", **fields)
    AttendanceFigures.objects.create(clinic=clinic, fixed_at=NOW, people=18, regions=3, named={}, elsewhere=0)
    ClinicResource.objects.create(clinic=clinic, place=1, kind="recording", language="en", url="https://example.org/x")
    return clinic


def test_a_group_finds_all_it_needs_in_its_language():
    clinic = make_held()
    make_text(clinic, "ar", "طلب المال", summary="كيف")
    make_text(clinic, "fr", "Brouillon", state="draft")
    AgendaItem.objects.create(clinic=clinic, place=1, part="icebreaker", minutes=10)
    AgendaItem.objects.create(clinic=clinic, place=2, part="other", title="=1+1", minutes=65, speaker="Sol")
    AgendaItem.objects.create(clinic=clinic, place=3, part="summary", minutes=5)
    kit = files(clinic, "fr")

    assert rows(kit["agenda.csv"])[2:] == [["0:10", "65", "'=1+1"], ["1:15", "5", "Résumé"]]
    assert [name for name in kit if name.startswith("texts/")] == ["texts/ar.md", "texts/en.md"]
    assert kit["texts/ar.md"].startswith("# طلب المال\n")
    known = {row[0]: row[2] for row in rows(kit["figures.csv"])[1:] if row[2]}
    assert sorted(known.values()) == ["1", "20", "3"]  # one language, 18 people to the next five, three regions
    assert rows(kit["materials.csv"])[1][3] == "https://example.org/x"
    assert "agenda.md" in kit["README.md"]
    assert {
        f"{paper}/{code}/{name}.md" for paper in ["forms"] for code in LANGUAGES for name in ("sign-up", "feedback")
    } <= set(kit)
    assert {name.split("/")[1] for name in kit if name.startswith("emails/")} == set(LANGUAGES)
    assert "35 jours avant" in kit["checklist.md"]
    assert Calendar.from_ical(kit["clinic.ics"]).walk("VEVENT")[0]["SUMMARY"] == "Asking for money kindly"


def test_a_series_has_a_folder_for_each_clinic_and_what_is_the_same_once():
    series = ClinicSeries.objects.create(name="From idea to grant")
    for number in range(3):
        make_clinic(title=f"Part {number + 1}", starts_at=START + number * DAY, series=series)
    make_clinic(series=series, state="draft", title="Not told")
    make_clinic(series=series, state="cancelled", title="Called off")
    kit = files(series)

    assert {name.split("/")[0] for name in kit if name.startswith("clinic-")} == {"clinic-01", "clinic-02", "clinic-03"}
    assert "clinic-02: Part 2" in kit["README.md"]
    assert kit["clinic-03/texts/en.md"].startswith("# Part 3\n")
    assert "checklist.csv" in kit
    assert not re.search("Not told|Called off", " ".join(kit.values()))
    assert ask(ClinicSeries.objects.create(name="Empty")).status_code == 404


def test_the_emails_are_the_portals_own_to_people_and_links_that_do_not_exist():
    clinic = make_clinic()
    kit = {name: text for name, text in files(clinic).items() if name.startswith("emails/")}
    english = {name.split("/")[2]: text for name, text in kit.items() if name.startswith("emails/en/")}

    names = {name[3:].removesuffix(".txt") for name in english}
    assert {"announced", "clinic-moved", "still-waiting", "person-reminder", "person-moved"} <= names
    assert len(english) >= 21
    assert [name for name, text in english.items() if "Asking for money kindly" not in text] == []
    assert not [name for name, text in kit.items() if settings.SITE_URL in text or settings.CONTACT_EMAIL in text]
    links = {link for text in kit.values() for link in re.findall(r"https?://\S+", text)}
    assert {link.split("/")[2] for link in links} == {"example.org"}
    assert "2027" in " ".join(english.values())  # the date is an example, too


def test_the_same_rows_make_the_same_bytes_and_are_kept(clock):
    clinic = make_held()
    first = ask(clinic)
    clock.shift(40 * DAY)
    again = ask(clinic)

    assert first.content == again.content
    assert ask(clinic, if_none_match="x").status_code == 200
    assert Client().get(first.request["PATH_INFO"], headers={"if-none-match": first.headers["ETag"]}).status_code == 304
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert not first.cookies
    clinic.texts.update(title="Another title")
    assert ask(clinic).headers["ETag"] != first.headers["ETag"]


def test_a_series_of_twelve_takes_as_many_statements_as_one_clinic_whoever_comes():
    def statements(row):
        with CaptureQueriesContext(connection) as sent:
            assert ask(row).status_code == 200
        return len(sent)

    series = ClinicSeries.objects.create(name="Long")
    one = make_clinic(series=series, capacity=20)
    few = statements(one)
    sign_up(one, 9)
    assert statements(one) == few <= 3
    alone = statements(series)
    for number in range(11):
        make_person(make_clinic(series=series, starts_at=START + (number + 1) * DAY))
    assert statements(series) == alone == few + 1
    assert len(ask(series).content) < 400_000


def test_no_file_of_a_kit_names_anybody():
    member = make_somebody()
    series = ClinicSeries.objects.create(name="All")
    Clinic.objects.update(series=series)
    secret = "Quillfeather"
    for clinic in Clinic.objects.all():
        for role in ("host", "sharer", "helper"):
            make_person(clinic, role, address=f"{role}{clinic.pk}.{ADDRESS}", name=f"{WORD} {secret}")
        make_text(clinic, "pt", f"Com {WORD.upper()}", summary=f"{secret}: {WORD}.", preparation=WORD)
        AgendaItem.objects.create(
            clinic=clinic, place=30, part="other", title=f"{WORD} {secret} speaks", speaker=secret, minutes=5
        )
        ChecklistItem.objects.create(clinic=clinic, title=f"Call {WORD}", days=-3, assignee=make_coordinator())
        make_channel(clinic, "sw", name=secret)
    Clinic.objects.update(
        meeting_link=f"https://{secret}.example.org/",
        quiz_link=f"https://{secret}.example.org/",
        icebreaker=secret,
        partner=secret,
    )
    Clinic.objects.filter(pk__in=Clinic.objects.values("pk")[:2]).update(venue="in_person", place=f"Home of {secret}")
    kits = [
        files(row, language)
        for row in (series, *series.clinics.exclude(announced_at=None)[:3])
        for language in ("en", "ar")
    ]
    hidden = re.compile(f"{WORD}|{secret}|{ADDRESS}|{member.public_id}|{re.escape(LINK)}", re.IGNORECASE)

    found = {(name, *hidden.findall(text)) for kit in kits for name, text in kit.items() if hidden.search(text)}
    assert found == set()
    assert min(map(len, kits)) > 90
    assert "[…]" in kits[0]["clinic-01/texts/pt.md"]


SAID_OF_PEOPLE = [
    ("Ana Quispe shows it.", "[…] shows it."),
    ("With ANA QUISPE’s notes and ana_quispe.", "With […]’s notes and […]."),
    ("山田太郎さんが話します。山田さんも。", "[…]さんが話します。[…]さんも。"),
    ("مع ولآمنة وآمنة، بن سينا", "مع ول[…] و[…]، بن سينا"),
    ("للخطيب والخطيب وخطيب", "[…] و[…] وخطيب"),
    ("Jose Nunez, NÚÑEZ, Nun\u0303ez.", "[…], […], […]."),
    ("Host: Li; Bo too, ali and mali; li.", "Host: […]; […] too, ali and mali; li."),
    ("Banana of the del Bosque", "Banana of the del Bosque"),
    ("Write to zoe@example.org or @zoe_w, +51 987 654 321.", "Write to […] or […], […]."),
    ("Call 0987 654 321 on 01.12.2026 or 2026-12-01.", "Call […] on 01.12.2026 or 2026-12-01."),
    ("[[User:Zoe W|Zoe]], User_talk:Zoe, مستخدم:زوي", "[…], […], […]"),
    ("https://meta.wikimedia.org/wiki/User:Zoe (page), t.me/zoe", "[…] (page), […]"),
    ("Read https://meta.wikimedia.org/wiki/Grants first.", "Read https://meta.wikimedia.org/wiki/Grants first."),
]


def test_whoever_has_a_part_is_taken_out_of_every_text_however_it_is_spelt():
    series = ClinicSeries.objects.create(name="Winter with Ana Quispe")
    first, last = (make_held(series=series, title=title) for title in ("One", "Two"))
    for name in ("Ana Quispe", "山田太郎", "آمنة بن علي", "الخطيب", "José Núñez", "Li Bo", "Carla de la Cruz"):
        make_person(first, member=make_member(name=name))
    last.texts.update(summary="\n".join(text for text, _hidden in SAID_OF_PEOPLE))
    last.resources.update(title="Slides of Ana Quispe", url="https://example.org/SlidesByAna_Quispe.pdf")
    whole, alone = files(series), files(last)

    for summary in (whole["clinic-02/texts/en.md"], alone["texts/en.md"]):
        assert summary.split("\n")[2:-1] == [hidden for _text, hidden in SAID_OF_PEOPLE]
    assert rows(alone["materials.csv"])[1][2:4] == ["Slides of […]", "[…]"]
    assert "Winter with […]" in whole["README.md"]
    assert "Read the texts and titles once before you pass them on." in whole["README.md"]
    answer = Client().get(f"/api/clinics/{last.pk}.json").json()
    assert answer["texts"][0]["summary"].split("\n") == [hidden for _text, hidden in SAID_OF_PEOPLE]
    assert (answer["series"]["name"], answer["materials"][0]["url"]) == ("Winter with […]", None)

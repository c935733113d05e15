"""What programs read of the portal: held to its own description, without anybody in it, and the same for everybody."""

import json
import re
from datetime import date, datetime, timedelta
from random import Random
from urllib.parse import urlencode, urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from clinics.feedback.quoting import give_quote, publish_quote, take_back_quote
from clinics.models import AttendanceFigures, Clinic, ClinicResource, ClinicSeries
from clinics.tests.factories import START, make_attendance, make_channel, make_clinic, make_person, make_text, sign_up
from letsconnect.open_data.questions import NAMES
from letsconnect.tests.everything import ADDRESS, WORD, make_somebody
from registrations.models import Skill
from registrations.tests.factories import NOW, make_coordinator, make_member, make_skill
from reports.domain.periods import Period
from reports.domain.tables import FEW, HIDDEN
from reports.editions.making import correct_edition, publish_edition
from reports.models import Edition
from reports.tests.factories import every_figure, make_draft, make_edition

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as moment:
        yield moment


def ask(address="/api/clinics.json", *, member=None, method="get", **query):
    client = Client()
    if member:
        client.force_login(member)
    headers = query.pop("headers", {})
    return getattr(client, method)(address, query, headers=headers)


def listed(**query):
    return [clinic["id"] for clinic in ask(**query).json()["clinics"]]


def full_clinic(**fields):
    """One with a row in every table that the answer reads."""
    clinic = make_clinic(
        series=ClinicSeries.objects.create(name="From idea to grant"),
        for_whom="regions",
        regions=["SSA", "MENA"],
        **fields,
    )
    make_text(clinic, "ar", "طلب المال", summary="كيف", audience="الجميع", outcomes="ميزانية", preparation="ورقة")
    make_text(clinic, "fr", "Brouillon", state="draft")
    merged = make_skill("asking")
    Skill.objects.filter(pk=merged.pk).update(state="merged", merged_into=make_skill("fundraising"))
    clinic.skills.set([merged, make_skill("budgeting"), make_skill("my-uncle")])
    Skill.objects.filter(slug="my-uncle").update(state="suggested", family="")
    make_person(clinic, "interpreter", channel=make_channel(clinic, "ar"))
    make_channel(clinic, "es")
    make_clinic(edition_of=clinic, starts_at=clinic.starts_at + 12 * HOUR)
    return clinic


def held_clinic(**fields):
    clinic = full_clinic(
        starts_at=NOW - 3 * DAY, state="held", outcome="What came of it", outcome_language="en", **fields
    )
    common = {"clinic": clinic, "url": "https://example.org/x"}
    ClinicResource.objects.create(place=1, kind="recording", language="en", **common)
    ClinicResource.objects.create(
        place=2, kind="other", title="A tool", licence="own-words", licence_words="MIT", **common
    )
    ClinicResource.objects.create(place=3, kind="slides", language="fr", is_ready=False, **common)
    AttendanceFigures.objects.create(
        clinic=clinic, fixed_at=NOW, people=19, regions=4, named={"SSA": 7, "MENA": 6}, elsewhere=6
    )
    return clinic


# A validator for the words of JSON Schema that our document uses; a word it does not know fails.
KNOWN = {
    "type",
    "enum",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "anyOf",
    "$ref",
    "minimum",
    "maximum",
}
KNOWN |= {"pattern", "format", "description", "default"}
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
FORMATS = {
    "uri": lambda text: bool(urlsplit(text).scheme and urlsplit(text).netloc),
    "date": lambda text: bool(datetime.strptime(text, "%Y-%m-%d")),  # noqa: DTZ007
    "date-time": lambda text: text.endswith("Z") and bool(datetime.fromisoformat(text)),
}


def wrong_with(value, schema, document, at="$"):
    """What of a value is not as the schema says, each with its place."""
    assert set(schema) <= KNOWN, schema
    if "$ref" in schema:
        return wrong_with(value, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document, at)
    if "anyOf" in schema:
        tried = [wrong_with(value, each, document, at) for each in schema["anyOf"]]
        return [] if [] in tried else tried[0]
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if not any(isinstance(value, TYPES[name]) and isinstance(value, bool) == (name == "boolean") for name in types):
        return [f"{at} is {value!r}, no {types}"]
    wrong = []
    if isinstance(value, str):
        if "enum" in schema and value not in schema["enum"]:
            wrong.append(f"{at} is {value!r}")
        if "pattern" in schema and not re.search(schema["pattern"], value):
            wrong.append(f"{at} is {value!r}")
        if "format" in schema and not FORMATS[schema["format"]](value):
            wrong.append(f"{at} is no {schema['format']}")
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        wrong.append(f"{at} is {value}")
    if isinstance(value, list):
        wrong += [said for row in value for said in wrong_with(row, schema["items"], document, f"{at}[]")]
    if isinstance(value, dict):
        known, more = schema.get("properties", {}), schema.get("additionalProperties")
        wrong += [f"{at}.{name} is missing" for name in schema.get("required", []) if name not in value]
        for name, each in value.items():
            if name in known or isinstance(more, dict):
                wrong += wrong_with(each, known.get(name, more), document, f"{at}.{name}")
            else:
                wrong.append(f"{at}.{name} is not described")
    return wrong


def test_every_answer_is_as_its_description_says():
    document = ask("/api/openapi.json").json()
    full, held = full_clinic(), held_clinic()
    make_clinic(state="cancelled")
    answered = {"/api/clinics.json": ["?", "?per_page=2&page=2", "?when=past", "?when=never", "?page=999", "?x=1"]}
    make_edition("all", by=make_coordinator(), now=NOW, figures=every_figure(), texts={"en": ("All", "In short")})
    make_edition("bare", by=make_coordinator(), now=NOW, texts={"ar": ("كل شيء", "")})
    answered["/api/statistics.json"] = ["?", "?language=fr", "?language=de", "?page=2"]
    answered["/api/statistics/{slug}.json"] = ["all", "bare", "bare?language=ar", "all?x=1", "none"]
    answered["/api/clinics/{id}.json"] = [str(full.pk), str(held.pk), "0", "9" * 30]
    wrong, seen = [], set()
    for path, asked in answered.items():
        said = document["paths"][path]["get"]
        for words in asked:
            before, is_one, _after = path.partition("{")
            key, _mark, query = words.partition("?")
            response = ask(f"{before}{key}.json?{query}" if is_one else path + words)
            status = str(response.status_code)
            [(kind, content)] = said["responses"][status]["content"].items()
            assert response.headers["Content-Type"] == kind
            wrong += wrong_with(response.json(), content["schema"], document, f"{path}{words}")
            seen.add((path, status))

    assert wrong == []
    assert seen | {(path, "304") for path in answered} == {
        (path, status) for path, of in document["paths"].items() for status in of["get"]["responses"]
    }
    assert {each["name"] for each in document["paths"]["/api/clinics.json"]["get"]["parameters"]} == set(NAMES)
    of_editions = document["paths"]["/api/statistics/{slug}.json"]["get"]["parameters"][1]["schema"]["enum"]
    assert of_editions == ["en", "es", "ar", "fr", "pt"]
    assert document["openapi"] == "3.1.0"
    assert wrong_with({**ask(f"/api/clinics/{held.pk}.json").json(), "phase": "draft"}, {"$ref": "/Clinic"}, document)


def test_a_clinic_says_what_its_page_says_without_anybody():
    clinic = full_clinic(zone="Africa/Nairobi")
    said = ask(f"/api/clinics/{clinic.pk}.json").json()

    assert {text["language"]: text["title"] for text in said["texts"]} == {
        "ar": "طلب المال",
        "en": "Asking for money kindly",
    }
    assert said["texts"][0] | {"title": ""} == {
        **{"language": "ar", "direction": "rtl", "title": "", "summary": "كيف"},
        **{"audience": "الجميع", "outcomes": "ميزانية", "preparation": "ورقة"},
    }
    assert (said["phase"], said["seats"]) == ("open", {"all": 3, "left": 3})
    assert said["starts_at"] == f"{START:%Y-%m-%dT%H:%M:%SZ}"
    assert said["local"]["zone"] == "Africa/Nairobi"
    assert said["languages"] == {"spoken": "en", "interpreted": ["ar"]}  # nobody said yes to Spanish
    assert {skill["slug"] for skill in said["skills"]} == {"fundraising", "budgeting"}
    assert said["regions"] == ["MENA", "SSA"]
    assert said["same_at_other_hours"] == [Clinic.objects.get(edition_of=clinic).pk]
    assert (said["came"], said["materials"]) == (None, [])


def test_how_many_came_is_told_as_on_the_page_and_not_below_five():
    held = held_clinic()
    few = make_clinic(starts_at=NOW - DAY, state="held", head_count=4)
    said = ask(f"/api/clinics/{held.pk}.json").json()

    assert said["came"] == {
        "people": 19,
        "regions": 4,
        "by_region": [{"region": "SSA", "people": 7}, {"region": "MENA", "people": 6}],
        "from_other_regions": 6,
    }
    assert [(link["kind"], link["licence"], link["licence_url"] is None) for link in said["materials"]] == [
        ("recording", "cc-by-sa-4.0", False),
        ("other", "MIT", True),
    ]
    assert ask(f"/api/clinics/{few.pk}.json").json()["came"] is None


def test_the_list_takes_the_filters_of_the_public_one_and_is_read_page_by_page():
    coming = [make_clinic(starts_at=START + number * DAY, region="MENA", for_whom="region") for number in range(3)]
    past = [make_clinic(starts_at=NOW - (number + 1) * DAY, language="fr", floor_language="fr") for number in range(2)]
    make_clinic(state="draft")
    keys = [clinic.pk for clinic in (*reversed(coming), *past)]

    assert listed() == keys
    assert listed(when="coming") == keys[2::-1]
    assert listed(when="past", language="fr") == keys[3:]
    assert listed(region="MENA", q="kindly") == keys[:3]
    assert listed(skill="no-such-skill") == []
    read, address = [], "/api/clinics.json?per_page=2"
    while address:
        page = ask(address.removeprefix("http://testserver")).json()
        read += [clinic["id"] for clinic in page["clinics"]]
        address = page["next"] and "?".join(urlsplit(page["next"])[2:4]).strip("?")
    assert read == keys
    assert page["previous"].endswith("/api/clinics.json?per_page=2&page=2")
    assert page["number"] == 5
    assert ask(per_page="101").json()["parameter"] == "per_page"
    assert ask(page="4", per_page="2").status_code == 404
    assert "next" in ask(page="1").json()


def test_a_program_asks_again_with_the_version_and_from_any_site(clock):
    member = make_coordinator()
    clinic = make_clinic()
    address = f"/api/clinics/{clinic.pk}.json"
    first = ask(address)
    again = ask(address, headers={"if-none-match": first.headers["ETag"]})
    for response in (
        first,
        again,
        ask(),
        ask("/api/openapi.json"),
        ask("/api/none.json"),
        ask(page="x"),
        ask(address, method="head"),
    ):
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert not response.cookies
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert ask(address, method="head").content == b""
    asked = ask(address, method="options")
    assert (asked.status_code, asked.headers["Access-Control-Allow-Headers"]) == (204, "If-None-Match")
    assert ask(address, member=member).content == first.content
    assert "Access-Control-Allow-Origin" not in ask(reverse("clinics:clinic-list")).headers
    for method in ("post", "put", "delete"):
        refused = getattr(Client(), method)(address)
        assert (refused.status_code, refused.json()["status"], refused.headers["Allow"]) == (
            405,
            405,
            "GET, HEAD, OPTIONS",
        )
    clock.shift(START + 3 * HOUR - NOW)
    changed = ask(address, headers={"if-none-match": first.headers["ETag"]})
    assert (changed.status_code, changed.json()["phase"]) == (200, "over")


def test_an_edition_says_the_numbers_of_its_page_and_says_them_in_five_languages():
    """The page and the answer are read from what was frozen: row by row, cell by cell, and only what is published."""
    coordinator, clinic = make_coordinator(), make_clinic(starts_at=NOW - 20 * DAY, state="held")
    people = {"SSA": 12, "LAC": 13, "SA": 17, "MENA": 3}
    members = [
        make_attendance(clinic, make_member(region=region), joined_at=clinic.starts_at).member
        for region, number in people.items()
        for _each in range(number)
    ]
    given = {"text": "It was <b>kind</b>.", "as_whom": "other_name", "name": "Sol", "in_reports": True}
    quote = give_quote(clinic=clinic, by=members[0], now=NOW, **given)
    publish_quote(quote=quote, seen_version=quote.version, by=coordinator, now=NOW)
    period = Period(date(2026, 1, 1), date(2026, 12, 31))
    common = {"by": coordinator, "now": NOW, "period": period}
    edition = make_edition("year", figures=every_figure(), quotes=[quote], texts={"en": ("A year", "x")}, **common)
    correct_edition(edition=edition, seen_version=edition.version, by=coordinator, now=NOW)
    make_draft("secret-draft", texts={"en": ("Not to be known", "")}, **common)
    make_attendance(clinic, make_member(region="SSA"), joined_at=clinic.starts_at)

    [listed_edition] = ask("/api/statistics.json").json()["editions"]
    said = {language: ask("/api/statistics/year.json", language=language) for language in ("en", "ar")}
    numbers = {language: {} for language in said}
    for language, response in said.items():
        answer = response.json()
        page = Client().get(reverse("reports:edition", args=["year"]), headers={"accept-language": language})
        for table, each in zip(answer["tables"], page.context["tables"], strict=True):
            numbers[language][table["report"], table["table"]] = [
                (row["key"], row["values"], row["hidden"]) for row in table["rows"]
            ]
            shown = [[cell.value if cell in (HIDDEN, FEW) else cell for cell in row.cells] for row in each.table.rows]
            assert shown == [
                [
                    *row["names"],
                    *(
                        next((why for why in ("hidden", "few") if figure["key"] in row[why]), None)
                        or row["values"][figure["key"]]
                        for figure in table["figures"]
                    ),
                ]
                for row in table["rows"]
            ]
            for figure in table["figures"]:
                assert escape(figure["definition"]) in page.text and figure["key"] in page.text
        assert answer.items() >= {**listed_edition, "rounded_to": 5, "introduction": answer["introduction"]}.items()
        assert response.headers["Content-Language"] == answer["language"] == language
    regions = {row[0]: row[1]["people"] for row in numbers["en"]["participation", "regions"]}
    exact = {figure["key"] for table in answer["tables"] for figure in table["figures"] if figure["is_exact"]}
    counted = [
        value
        for table in numbers["en"].values()
        for row in table
        for key, value in row[1].items()
        if value and key not in exact
    ]

    assert numbers["en"] == numbers["ar"], "keys and numbers are of no language"
    assert (regions["region:SA"], regions["region:MENA"], regions["all"]) == (15, None, 45)
    months = {row[0]: row[1] for row in numbers["en"]["clinics", "months"]}
    assert months["all"]["held"] == 1 and "held" in exact, "one clinic is not none"
    assert counted and not [number for number in counted if number % 5 or number < 5]
    assert said["ar"].json()["tables"][0]["title"] != said["en"].json()["tables"][0]["title"]
    assert (listed_edition["slug"], listed_edition["corrected_by"]) == ("year", None), "its correction is a draft"
    assert ask("/api/statistics/secret-draft.json").status_code == ask("/api/statistics/year-2.json").status_code == 404
    assert "Not to be known" not in ask("/api/statistics.json").text
    assert answer["quotes"] == [{"text": "It was <b>kind</b>.", "said_by": "Sol"}]

    before = said["en"].headers["ETag"]
    assert ask("/api/statistics/year.json", headers={"if-none-match": before}).status_code == 304
    take_back_quote(clinic=clinic, by=members[0], now=NOW)
    again = ask("/api/statistics/year.json", headers={"if-none-match": before})
    assert (again.status_code, again.json()["quotes"]) == (200, []), "what is taken back leaves at once"
    draft = Edition.objects.get(slug="year-2")
    publish_edition(edition=draft, seen_version=draft.version, by=coordinator, now=NOW + HOUR)
    newest, former = ask("/api/statistics.json").json()["editions"]
    assert (newest["slug"], newest["corrects"], former["corrected_by"]) == ("year-2", "year", "year-2")


def statements(address):
    with CaptureQueriesContext(connection) as sent:
        assert ask(address).status_code == 200
    return len(sent)


def test_thirty_clinics_are_read_with_as_many_statements_as_three():
    def more(number):
        for count in range(number):
            clinic = make_clinic(starts_at=START + count * HOUR)
            clinic.skills.add(make_skill(f"skill-{number}-{count}"))
            make_person(clinic, "interpreter", channel=make_channel(clinic, "ar"))
            make_text(clinic, "fr", "Bonjour")

    more(3)
    sign_up(Clinic.objects.first(), 1)
    few = statements("/api/clinics.json")
    more(27)

    assert statements("/api/clinics.json") == few
    assert len(listed()) == 30
    assert few <= 4
    assert statements(f"/api/clinics/{Clinic.objects.first().pk}.json") <= 3


def test_no_odd_question_breaks_an_answer():
    make_clinic()
    die = Random(14)
    values = [
        "",
        "1",
        "0",
        "-1",
        "9" * 30,
        "coming",
        "ar",
        "MENA",
        "UTC",
        "\0",
        "%",
        "'",
        "é",
        "٣",
        "\ud800",
        "x" * 300,
        "a b",
        "../x",
    ]
    statuses = set()
    for _ in range(150):
        asked = [(die.choice((*NAMES, "x")), die.choice(values)) for _ in range(die.randrange(4))]
        query = urlencode([(name, value.encode("utf-8", "surrogatepass")) for name, value in asked])
        response = Client(raise_request_exception=False).get(f"/api/clinics.json?{query}")
        statuses.add(response.status_code)
        assert response.status_code in (200, 400, 404), asked
        assert json.loads(response.content)
    for rest in ("clinics/1", "clinics/-1.json", "clinics/x.json", f"clinics/{'9' * 40}.json", "a/b/c"):
        assert ask(f"/api/{rest}").json()["status"] == 404

    assert {200, 400, 404} >= statuses >= {200, 400}


SECRET = "Quillfeather"


def fill_secrets():
    """Mark whatever of a clinic is not for everybody, and whoever is at one."""
    Clinic.objects.update(
        meeting_link=f"https://{SECRET}.example.org/",
        quiz_link=f"https://{SECRET}.example.org/quiz",
        partner=SECRET,
        icebreaker=SECRET,
    )
    Clinic.objects.exclude(held_at=None).update(outcome=SECRET, outcome_language="en")
    Clinic.objects.filter(state="cancelled").update(cancel_reason=SECRET)
    ClinicResource.objects.filter(is_ready=False).update(title=SECRET, url=f"https://{SECRET}.example.org/")


def test_no_answer_holds_anything_of_anybody():
    member = make_somebody()
    held_clinic(), full_clinic(), make_clinic(state="cancelled")
    for clinic in Clinic.objects.all():
        for role in ("host", "sharer", "helper"):
            make_person(clinic, role, address=f"{role}{clinic.pk}.{ADDRESS}", name=WORD)
    make_person(make_clinic(starts_at=START + 40 * DAY), "host", member=member)
    make_text(make_clinic(state="draft"), "es", SECRET)
    make_text(full_clinic(), "pt", SECRET, state="draft")
    fill_secrets()
    make_edition("all", by=make_coordinator(name=WORD), now=NOW, figures=every_figure())
    addresses = ["/api/statistics.json", "/api/statistics/all.json", "/api/statistics/all.json?language=ar"]
    addresses += [f"/api/clinics/{key}.json" for key in Clinic.objects.values_list("pk", flat=True)]
    said = [
        ask(address).content.decode() for address in ("/api/clinics.json?per_page=100", "/api/openapi.json", *addresses)
    ]

    hidden = re.compile(f"{WORD}|{SECRET}|{ADDRESS}|{member.public_id}|meet\\.example", re.IGNORECASE)
    assert [hidden.findall(text) for text in said if hidden.search(text)] == []
    assert len(said) > 12

"""Lists of people who agreed elsewhere: read, shown line by line, and taken without passing over a refusal."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from letsconnect.base.encodings import UnreadableFile
from letsconnect.base.models import Act
from letsconnect.tests.at_once import at_once
from mailings.domain.consents import ConsentOutcome, ConsentRow, moment_of
from mailings.domain.subscriptions import BulkList
from mailings.models import Subscription, Suppression
from mailings.subscriptions.consent_files import MOST_ROWS, read_file
from mailings.subscriptions.consent_lists import take_consents, what_would_come
from mailings.subscriptions.leaving import leave
from mailings.tests.factories import make_subscription
from registrations.tests.factories import NOW, make_coordinator, make_member

pytestmark = pytest.mark.django_db
Outcome = ConsentOutcome
ADD = "admin:mailings_subscription_add"
HEADINGS = "Email,Language,Source,Date\n"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator)
    return client


def bring(desk, text, **given):
    content = text if isinstance(text, bytes) else text.encode()
    return desk.post(reverse(ADD), {"file": SimpleUploadedFile("list.csv", content), **given})


def press(desk, response, **given):
    return desk.post(reverse(ADD), {"read": response.context["read"], **given})


def consent(address="ana@example.org", number=2, language="fr", source="Sign-up sheet, Tunis"):
    return ConsentRow(number, address, language, source, datetime(2025, 5, 1, tzinfo=UTC))


def outcomes_of(text, **given):
    file = read_file(text.encode(), now=NOW, **given)
    return {number: outcome for number, _address, outcome in file.rejected}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-05-01", datetime(2025, 5, 1, tzinfo=UTC)),
        (" 2025/5/1 ", datetime(2025, 5, 1, tzinfo=UTC)),
        ("2025-05-01T10:00:00Z", datetime(2025, 5, 1, tzinfo=UTC)),
        ("2025.05.01 10:00 +0530", datetime(2025, 5, 1, tzinfo=UTC)),
        ("01/05/2025", Outcome.NO_DAY),
        ("2025-02-31", Outcome.NO_DAY),
        ("1999-01-01", Outcome.NO_DAY),
        ("0000-00-00", Outcome.NO_DAY),
        ("soon", Outcome.NO_DAY),
        ("", Outcome.NO_DAY),
    ],
)
def test_a_day_is_read_where_it_can_mean_one_day_only(text, moment):
    assert moment_of(text, now=NOW) == moment


def test_a_day_to_come_is_no_consent_but_tomorrow_may_have_begun_elsewhere():
    late = NOW.replace(hour=23)
    tomorrow = late + timedelta(days=1)

    assert moment_of(f"{tomorrow:%Y-%m-%d}", now=late) == late
    assert moment_of(f"{NOW + timedelta(days=2):%Y-%m-%d}", now=NOW) == Outcome.IN_FUTURE


def test_each_row_that_cannot_be_taken_says_why():
    rows = [
        "ana@example.org,fr,Sheet,2025-05-01",
        "nonsense,fr,Sheet,2025-05-01",
        "b@example.org,fr,,2025-05-01",
        "c@example.org,fr,Sheet,",
        "d@example.org,fr,Sheet,2999-01-01",
        "e@example.org,xx,Sheet,2025-05-01",
        "Ana@Example.org,,Sheet,2025-05-01",
        f"f@example.org,,{'x' * 201},2025-05-01",
        ",,,",
        "g@example.org,pt-BR,Sheet,2025-05-01",
        "h@example.org",
    ]
    file = read_file((HEADINGS + "\n".join(rows)).encode(), now=NOW)

    assert {number: outcome for number, _address, outcome in file.rejected} == {
        **{
            3: Outcome.NO_ADDRESS,
            4: Outcome.NO_SOURCE,
            5: Outcome.NO_DAY,
            6: Outcome.IN_FUTURE,
            7: Outcome.NO_SUCH_LANGUAGE,
            8: Outcome.DOUBLED,
        },
        **{9: Outcome.LONG_SOURCE, 12: Outcome.NO_SOURCE},
    }
    assert [(row.number, row.address, row.language) for row in file.consents] == [
        (2, "ana@example.org", "fr"),
        (11, "g@example.org", "pt"),
    ]


def test_a_row_after_a_broken_one_of_the_same_address_is_taken():
    text = HEADINGS + "ana@example.org,,Sheet,\nana@example.org,,Sheet,2025-05-01\n"

    assert [row.number for row in read_file(text.encode(), now=NOW).consents] == [3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_files_are_read_as_programs_write_them(encoding, separator):
    text = (
        separator.join(["Correo", "Fuente", "Fecha"])
        + "\r\n"
        + separator.join(["ana@example.org", '"Reunión, Bogotá"', "2025-05-01"])
    )
    file = read_file(text.encode(encoding), now=NOW)

    assert [row.source for row in file.consents] == ["Reunión, Bogotá"]
    assert bool(file.guess) is (encoding == "cp1252")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"name,town\nAna,Tunis\n", "Missing: address"),
        (b"", "first line"),
        (b"PK\x03\x04", "spreadsheet"),
        (b'email,source,date\nana@example.org,"Sheet,2025-05-01\n', "quotation mark"),
        (HEADINGS.encode() + b"x,,,\n" * (MOST_ROWS + 1), "10000 rows"),
        (b"x" * (1024 * 1024 + 1), "1 MB"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content, words):
    with pytest.raises(UnreadableFile, match=words):
        read_file(content, now=NOW)


def test_whoever_agreed_elsewhere_gets_the_newsletter_with_source_and_day(coordinator):
    outcomes = take_consents(consents=[consent()], by=coordinator, now=NOW)
    row = Subscription.objects.get()

    assert outcomes == [Outcome.TAKEN]
    assert (row.address, row.language, row.lists) == ("ana@example.org", "fr", [BulkList.NEWSLETTER])
    assert (row.source, row.source_text) == ("import", "Sign-up sheet, Tunis")
    assert row.agreed_at == row.confirmed_at == datetime(2025, 5, 1, tzinfo=UTC)
    assert list(Subscription.objects.to_write_to(BulkList.NEWSLETTER)) == [row]
    assert list(Act.objects.values_list("verb", "actor")) == [("import_consent", coordinator.pk)]


def test_a_second_time_changes_nothing(coordinator):
    take_consents(consents=[consent()], by=coordinator, now=NOW)

    assert take_consents(consents=[consent(source="Another")], by=coordinator, now=NOW) == [Outcome.SUBSCRIBED]
    assert Subscription.objects.get().source_text == "Sign-up sheet, Tunis"
    assert Act.objects.count() == 1


def test_what_was_said_here_or_stops_letters_is_never_passed_over(coordinator):
    left = make_subscription(address="left@example.org")
    leave(subscription=left, chosen=None, by=None, now=NOW)
    hidden = make_member(email="hidden@example.org")
    member_left = make_subscription(member=hidden)
    leave(subscription=member_left, chosen=None, by=hidden, now=NOW)
    Subscription.objects.filter(pk=member_left.pk).update(address="")  # their address was taken back since
    for scope in ("all", "bulk"):
        Suppression.objects.suppress([f"{scope}@example.org"], source="person", scope=scope, now=NOW)
    make_subscription(address="chose@example.org", wants_newsletter=False, wants_digest=True)
    make_subscription(address="paused@example.org", paused_at=NOW)
    make_subscription(address="old@example.org", state="unconfirmed", confirmed_at=None, source="old_form")
    make_member(email="closed@example.org", is_active=False)
    make_member(email="doubt@example.org", has_doubtful_address=True)
    names = ["left", "hidden", "all", "bulk", "chose", "paused", "old", "closed", "doubt"]
    before = list(Subscription.objects.order_by("pk").values())
    consents = [consent(f"{name}@example.org") for name in names]

    expected = what_would_come(consents)

    assert dict(zip(names, expected, strict=True)) == {
        **{
            "left": Outcome.REFUSED,
            "hidden": Outcome.REFUSED,
            "all": Outcome.SUPPRESSED,
            "bulk": Outcome.SUPPRESSED,
            "chose": Outcome.CHOSE,
        },
        **{"paused": Outcome.SUBSCRIBED, "old": Outcome.WAITING, "closed": Outcome.CLOSED, "doubt": Outcome.CLOSED},
    }
    assert take_consents(consents=consents, by=coordinator, now=NOW) == expected
    assert list(Subscription.objects.order_by("pk").values()) == before


def test_a_stranger_who_typed_an_address_keeps_nobody_out(coordinator):
    waiting = make_subscription(
        address="ana@example.org", state="unconfirmed", confirmed_at=None, asked_for=2, wants_newsletter=False
    )
    assert take_consents(consents=[consent()], by=coordinator, now=NOW) == [Outcome.TAKEN]
    waiting.refresh_from_db()

    assert (waiting.state, waiting.source, waiting.asked_for) == ("confirmed", "import", 2)
    assert waiting.lists == [BulkList.NEWSLETTER]


def test_the_consent_of_a_member_becomes_theirs(coordinator):
    ana = make_member(email="ana@example.org")
    wiki = make_member(email="wiki@example.org")
    wiki.emailaddress_set.update_or_create(email="wiki@example.org", defaults={"verified": False})

    take_consents(consents=[consent(), consent("wiki@example.org", 3)], by=coordinator, now=NOW)

    assert dict(Subscription.objects.values_list("address", "member")) == {
        "ana@example.org": ana.pk,
        "wiki@example.org": None,
    }


def test_a_look_at_a_long_list_costs_as_many_queries_as_one_at_a_short_one(desk):
    def queries(rows):
        text = HEADINGS + "".join(f"r{number}@example.org,,Sheet,2025-05-01\n" for number in range(rows))
        bring(desk, text)
        with CaptureQueriesContext(connection) as captured:
            assert bring(desk, text).context["taken"] == rows
        return len(captured)

    assert queries(3) == queries(30)


def test_the_page_says_what_would_come_and_then_does_it_once(desk, coordinator):
    make_subscription(address="left@example.org", state="left", confirmed_at=None, left_at=NOW, wants_newsletter=False)
    ana = make_member(email="ana@example.org")
    text = HEADINGS + "ana@example.org,,Sheet,2025-05-01\nleft@example.org,,Sheet,2025-05-01\nx,,,\n"

    shown = bring(desk, text)
    before = Subscription.objects.count()
    page = shown.content.decode()
    done = press(desk, shown)
    again = press(desk, shown)

    assert before == 1
    assert "Subscribe 1 person to the newsletter" in page
    assert shown.context["languages"] == [("the list names none: their own, if we know it", 1)]
    assert "has left: that is a refusal" in page and "left@example.org" in page
    assert (done.context["taken"], again.context["taken"]) == (1, 0)
    assert Subscription.objects.filter(source="import").count() == 1
    looks = apps.get_model("registrations", "Look").objects
    assert set(looks.values_list("member", "viewer", "kind")) == {(ana.pk, coordinator.pk, "letters")}


def test_whoever_leaves_between_the_look_and_the_button_is_not_subscribed(desk):
    shown = bring(desk, HEADINGS + "ana@example.org,,Sheet,2025-05-01\n")
    leave(subscription=make_subscription(address="ana@example.org"), chosen=None, by=None, now=NOW)

    assert press(desk, shown).context["taken"] == 0
    assert Subscription.objects.get().state == "left"


def test_the_report_is_a_file_in_which_no_cell_is_a_formula(desk):
    shown = bring(desk, HEADINGS + "=1+1,,Sheet,2025-05-01\nana@example.org,,Sheet,2025-05-01\n")
    report = press(desk, shown, report="1").content.decode("utf-8-sig")

    assert [row[:3] for row in csv.reader(io.StringIO(report))] == [
        ["Row", "Address", "Code"],
        ["2", "'=1+1", "no_address"],
        ["3", "ana@example.org", "taken"],
    ]
    assert not Subscription.objects.exists()


def test_the_report_after_the_button_says_what_came_of_it_and_not_what_would_come_of_it_again(desk):
    done = press(desk, bring(desk, HEADINGS + "ana@example.org,,Sheet,2025-05-01\n"))

    report = press(desk, done, report="1").content.decode("utf-8-sig")

    assert [row[2] for row in csv.reader(io.StringIO(report))] == ["Code", "taken"]


def test_what_the_desk_downloads_and_is_refused_is_in_the_readers_language(client):
    client.force_login(make_coordinator(language="es"))
    shown = bring(client, HEADINGS + "ana@example.org,,Sheet,2025-05-01\n")
    report = press(client, shown, report="1")
    guessed = bring(client, (HEADINGS + "ana@example.org,,Café,2025-05-01\n").encode("cp1252"))
    refused = bring(client, b"address,source\xff,date\n", encoding="shift_jis")

    assert list(csv.reader(io.StringIO(report.content.decode("utf-8-sig")))) == [
        ["Fila", "Dirección", "Código", "Qué resultó"],
        ["2", "ana@example.org", "taken", "recibe el boletín"],
    ]
    assert "Windows-1252 (Europa occidental)" in guessed.content.decode()
    assert "El archivo dice que es Shift JIS (japonés) pero no lo es" in refused.content.decode()


def test_a_page_that_is_forged_old_or_another_persons_does_nothing(desk, client):
    shown = bring(desk, HEADINGS + "ana@example.org,,Sheet,2025-05-01\n")
    desk.post(reverse(ADD), {"read": shown.context["read"][:-2]})
    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        late = press(desk, shown)
    client.force_login(make_coordinator())
    press(client, shown)

    assert "too old" in late.content.decode()
    assert not Subscription.objects.exists()


def test_the_list_of_readers_costs_the_same_for_three_and_for_thirty(desk):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(reverse("admin:mailings_subscription_changelist")).status_code == 200
        return len(captured)

    for _number in range(3):
        make_subscription()
    few = queries()
    for _number in range(17):
        make_subscription(member=make_member())
    for _number in range(10):
        make_subscription()
    assert queries() == few


@pytest.mark.django_db(transaction=True)
def test_two_who_bring_the_same_list_at_once_subscribe_each_address_once():
    coordinator = make_coordinator()
    consents = [consent(f"r{number}@example.org", number) for number in range(40)]

    taken = at_once(
        lambda: take_consents(consents=consents, by=coordinator, now=NOW),
        lambda: take_consents(consents=consents[::-1], by=coordinator, now=NOW),
    )

    assert sum(outcomes.count(Outcome.TAKEN) for outcomes in taken) == 40
    assert Subscription.objects.count() == Act.objects.filter(verb="import_consent").count() == 40


def test_the_list_of_subscriptions_says_in_which_language_letters_go(desk):
    french = make_subscription(member=make_member(language="fr"), language="en")
    portuguese = make_subscription(language="pt")

    page = desk.get(reverse("admin:mailings_subscription_changelist")).content.decode()
    in_french = desk.get(reverse("admin:mailings_subscription_changelist"), {"reads": "fr"})

    assert "Français</td>" in page and "Português</td>" in page and "English</td>" not in page
    assert in_french.context["cl"].result_count == 1
    for row, title in ((french, "Français, 2 March 2026"), (portuguese, "Português, 2 March 2026")):
        assert desk.get(reverse("admin:mailings_subscription_change", args=[row.pk])).context["subtitle"] == title

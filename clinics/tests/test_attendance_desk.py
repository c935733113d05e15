"""The tab of who was there: the list of a call, its review, ticks, the rest, and the list as a file."""

import csv
import io
import re
from datetime import timedelta
from zipfile import ZipFile

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.attendance.call_lists import bring_call_list, confirm_callers, finish_call_list, forget_old_lists
from clinics.attendance.ticking import count_others
from clinics.domain.attendance import CannotTick
from clinics.domain.clinics import NotYourClinic
from clinics.models import Attendance, CallList, CallListRow, OtherHeads, Rsvp
from clinics.models.attendance import CALL_LIST_KEPT_FOR
from clinics.tests.factories import LINK, START, make_clinic, make_person, sign_up
from letsconnect.base.models import Act
from letsconnect.tests.database import change, refuses
from registrations.models import Look, Member
from registrations.privacy.erasing import erase_member
from registrations.tests.factories import NOW, make_liaison, make_member, make_registration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_afterwards")]

AFTER = START + timedelta(hours=2)


@pytest.fixture
def _afterwards():
    with time_machine.travel(AFTER, tick=False):
        yield


@pytest.fixture
def liaison():
    return make_liaison("MENA")


@pytest.fixture
def clinic():
    return make_clinic(region="MENA", capacity=40)


def named(clinic, *names):
    """New members who have a seat, by these names and proved addresses."""
    members = [rsvp.member for rsvp in sign_up(clinic, len(names))]
    for member, name in zip(members, names, strict=True):
        Member.objects.filter(pk=member.pk).update(name=name)
        EmailAddress.objects.create(user=member, email=member.email, verified=True)
    return [Member.objects.get(pk=member.pk) for member in members]


def url(clinic):
    return reverse("admin:clinics_clinic_attendance", args=[clinic.pk])


def press(client, clinic, do, **data):
    return client.post(url(clinic), {"do": do, **data})


def bring(client, clinic, text, name="report.csv"):
    return press(client, clinic, "bring", file=SimpleUploadedFile(name, text.encode(), content_type="text/csv"))


def test_a_list_is_matched_by_address_and_name_and_each_is_confirmed(client, clinic, liaison):
    ana, bo, one, two = named(clinic, "Ana María López", "Bo", "Kim", "Kim")
    client.force_login(liaison)
    text = f"Name,Email,Duration\nMobile,{ana.email},90\nes – Bo (he/him),,80\nkim,,70\nNobody,nobody@example.org,5\n"

    brought = bring(client, clinic, text)
    page = client.get(url(clinic)).content.decode()
    rows = {row.name: row.pk for row in CallListRow.objects.all()}

    assert brought.status_code == 302
    for member in (ana, bo):
        assert f'<option value="{member.pk}" selected>' in page
    assert page.count("selected>") == 2 and "there are several" in page
    assert "by their address" in page and "by their name" in page
    press(client, clinic, "confirm", list=CallList.objects.get().pk, **{
        f"row-{rows['Mobile']}": ana.pk, f"row-{rows['es – Bo (he/him)']}": bo.pk, f"row-{rows['kim']}": two.pk,
        f"row-{rows['Nobody']}": "",
    })  # fmt: skip

    attended = {row.member: (row.in_call_at, row.in_call_by, row.minutes_in_call) for row in Attendance.objects.all()}
    assert attended == {ana: (AFTER, liaison, 90), bo: (AFTER, liaison, 80), two: (AFTER, liaison, 70)}
    assert [row.name for row in CallListRow.objects.all()] == ["Nobody"]
    press(client, clinic, "finish", list=CallList.objects.get().pk, number="1")
    assert not CallList.objects.exists() and OtherHeads.objects.get().number == 1
    assert not Attendance.objects.has_come(clinic, one)
    assert {"bring_call_list", "finish_call_list"} <= set(Act.objects.on(clinic).values_list("verb", flat=True))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Colour\nred\n", "headings of a list of participants"),
        ('Name\n"Ana\n', "never closed"),
        ("Name\n", "nobody under them"),
    ],
)
def test_a_file_that_is_none_is_refused_at_its_field_and_keeps_nothing(client, clinic, liaison, text, says):
    client.force_login(liaison)
    response = bring(client, clinic, text)

    assert response.status_code == 422 and says in response.content.decode()
    assert not CallList.objects.exists()
    assert press(client, clinic, "bring").status_code == 422


def test_a_file_that_is_too_large_is_refused(client, clinic, liaison):
    client.force_login(liaison)

    assert "larger than 2 MB" in bring(client, clinic, "Name\n" + "x" * (2 * 1024**2)).content.decode()


def test_rows_that_are_not_understood_are_said_and_the_rest_is_there(client, clinic, liaison):
    named(clinic, "Ana")
    client.force_login(liaison)
    bring(client, clinic, "Name,Email,Duration\nAna,,soon\n,,5\n")

    page = client.get(url(clinic)).content.decode()

    assert "Row 2: “soon” is no length of time." in page and "Row 3 names nobody." in page
    assert CallListRow.objects.get().name == "Ana"


def form_of(page, brought):
    """What a browser would send of the review of a list: every field, as it is filled in."""
    form = page[page.index(f'name="list" value="{brought.pk}"') :].partition("</form>")[0]
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\d*)"', form))
    for select in form.split("<select ")[1:]:
        chosen = re.search(r'value="(\d+)" selected', select)
        sent[re.search(r'name="(row-\d+)"', select)[1]] = chosen[1] if chosen else ""
    return sent | {"list": str(brought.pk)}


def test_a_list_of_many_is_reviewed_in_parts_and_nothing_chosen_is_lost_on_the_way(
    client, clinic, liaison, django_assert_max_num_queries
):
    """A form may have a thousand fields: the whole list in one could never be confirmed."""
    members = Member.objects.bulk_create(Member(name=f"Person {number}", language="en") for number in range(300))
    Rsvp.objects.bulk_create(Rsvp(clinic=clinic, member=member, state="cancelled", made_at=NOW) for member in members)
    client.force_login(liaison)
    strangers = "".join(f"Stranger {number}\n" for number in range(150))
    bring(client, clinic, "Name\n" + strangers + "".join(f"{member.name}\n" for member in members))
    brought = CallList.objects.get()

    with django_assert_max_num_queries(100):
        page = client.get(url(clinic)).content.decode()
    sent = form_of(page, brought)
    assert len(sent) < 250 and "These are 1 to 200 of 450." in page
    places, parts = url(clinic), 0
    while "next" in sent:
        with django_assert_max_num_queries(100):
            places = client.post(url(clinic), {"do": "next", **sent}).url
        page, parts = client.get(places).content.decode(), parts + 1
        sent = form_of(page, brought)
    assert client.post(url(clinic), {"do": "confirm", **sent}).status_code == 302

    assert (parts, Attendance.objects.of(clinic).count(), CallListRow.objects.count()) == (2, 300, 150)
    page = client.get(url(clinic)).content.decode()
    assert 'name="number" min="0" max="100000" value="150"' in page and "These are" not in page


def test_who_was_chosen_is_still_chosen_where_the_list_is_refused(client, clinic, liaison):
    ana, _bo = named(clinic, "Ana", "Bo")
    client.force_login(liaison)
    bring(client, clinic, "Name\nA phone\nBo\nSomebody\n")
    phone, by_name, somebody = CallListRow.objects.all()
    stranger = named(make_clinic(), "Stranger")[0]

    refused = press(client, clinic, "confirm", list=phone.call_list_id, here="2", **{
        f"row-{phone.pk}": ana.pk, f"row-{by_name.pk}": "", f"row-{somebody.pk}": stranger.pk,
    })  # fmt: skip

    assert refused.status_code == 422
    sent = form_of(refused.content.decode(), phone.call_list)
    assert (sent[f"row-{phone.pk}"], sent[f"row-{by_name.pk}"]) == (str(ana.pk), "")


def test_of_two_rows_of_one_person_the_longer_counts(client, clinic, liaison):
    ana = named(clinic, "Ana")[0]
    client.force_login(liaison)
    bring(client, clinic, "Name,Duration\nAna,50\nA phone,70\n")
    rows = {f"row-{row.pk}": ana.pk for row in CallListRow.objects.all()}

    answer = press(client, clinic, "confirm", list=CallList.objects.get().pk, **rows)

    assert Attendance.objects.get().minutes_in_call == 70 and not CallList.objects.exists()
    assert "1 person was there." in client.get(answer.url).content.decode()


def test_whoever_proved_an_address_of_the_list_was_there_although_they_never_signed_up(client, clinic, liaison):
    ana, wiki_only = (make_member() for _ in range(2))
    EmailAddress.objects.create(user=ana, email="ada@example.org", verified=True)
    EmailAddress.objects.create(user=wiki_only, email=wiki_only.email, verified=False)
    client.force_login(liaison)
    bring(client, clinic, f"Name,Email,Duration\nAda,ada@example.org,65\nSol,{wiki_only.email},5\nAda at work,,5\n")
    page, brought = client.get(url(clinic)).content.decode(), CallList.objects.get()
    by_address, unproved, third = brought.rows.all()

    assert f'<option value="{ana.pk}" selected>' in page and page.count("by their address") == 1
    assert f'value="{wiki_only.pk}"' not in page and Look.objects.about(ana).exists()
    for row in (unproved, third):
        assert press(client, clinic, "confirm", list=brought.pk, **{f"row-{row.pk}": ana.pk}).status_code == 422
    press(client, clinic, "confirm", list=brought.pk, **{f"row-{by_address.pk}": ana.pk})

    attendance = Attendance.objects.get()
    assert (attendance.member, attendance.minutes_in_call) == (ana, 65)
    press(client, clinic, "not_in_call", guest=f"came-{attendance.pk}")
    assert not Attendance.objects.exists()


def test_a_host_notes_who_never_signed_up_learns_nothing_by_it_and_the_desk_says_who_it_is(client, clinic, liaison):
    ana, host, note = (
        make_member(),
        make_person(clinic, "host").member,
        reverse("clinics:walk-in-note", args=[clinic.pk]),
    )
    client.force_login(host)
    pages = [client.post(note, {"address": text}, follow=True) for text in (ana.email.upper(), "nobody@example.org")]
    client.post(note, {"address": ana.email})
    refused = client.post(note, {"address": "no address"})

    assert [page.content.decode().count("Noted.") for page in pages] == [1, 1]
    assert "2 people are noted so" in pages[1].content.decode()
    assert not any(ana.name in page.content.decode() for page in pages) and not Attendance.objects.exists()
    assert refused.status_code == 422 and 'value="no address"' in refused.content.decode()
    client.force_login(make_person(clinic, "sharer").member)
    assert client.post(note, {"address": ana.email}).status_code == 404
    client.force_login(liaison)
    page, noted = client.get(url(clinic)).content.decode(), CallList.objects.get()
    assert "Addresses that hosts and helpers noted" in page and [row.address for row in noted.rows.all()] == [
        ana.email,
        "nobody@example.org",
    ]
    again = {"clinic": clinic, "brought_by": host, "brought_at": AFTER, "read": 0, "is_of_the_door": True}
    refuses("clinics_one_list_of_the_door", lambda: CallList.objects.create(**again))
    press(client, clinic, "confirm", list=noted.pk, **{f"row-{noted.rows.first().pk}": ana.pk})
    assert Attendance.objects.get().member == ana
    assert Act.objects.on(clinic).filter(verb="note_walk_in").count() == 2


def test_nobody_is_confirmed_who_is_not_of_the_clinic(client, clinic, liaison):
    named(clinic, "Ana")
    stranger = named(make_clinic(), "Stranger")[0]
    client.force_login(liaison)
    bring(client, clinic, "Name\nAna\n")
    row = CallListRow.objects.get()

    refused = press(client, clinic, "confirm", list=row.call_list_id, **{f"row-{row.pk}": stranger.pk})

    assert refused.status_code == 422 and "not among the people" in refused.content.decode()
    assert not Attendance.objects.exists() and CallListRow.objects.exists()


def test_a_list_is_of_those_who_look_after_the_clinic_only(client, clinic, liaison):
    brought = bring_call_list(clinic=clinic, content=b"Name\nAna\n", by=liaison, now=AFTER)
    other = make_liaison("SA")
    for refused in (other, make_person(clinic, "host").member):
        with pytest.raises(NotYourClinic):
            bring_call_list(clinic=clinic, content=b"Name\nAna\n", by=refused, now=AFTER)
        with pytest.raises(NotYourClinic):
            finish_call_list(call_list=brought, others=0, by=refused, now=AFTER)
    client.force_login(other)
    assert client.get(url(clinic)).status_code == 404


def test_a_list_is_gone_after_thirty_days_and_when_it_was_the_wrong_file(client, clinic, liaison):
    bring_call_list(clinic=clinic, content=b"Name\nAna\n", by=liaison, now=AFTER)
    kept = bring_call_list(clinic=clinic, content=b"Name\nBo\n", by=liaison, now=AFTER + timedelta(days=1))

    assert forget_old_lists(AFTER + CALL_LIST_KEPT_FOR - timedelta(seconds=1)) == 0
    assert forget_old_lists(AFTER + CALL_LIST_KEPT_FOR) == 2  # with its row
    assert list(CallList.objects.all()) == [kept]
    client.force_login(liaison)
    press(client, clinic, "drop", list=kept.pk)
    assert not CallList.objects.exists()
    assert press(client, clinic, "drop", list=kept.pk).status_code == 422


def test_whoever_is_erased_is_in_no_list_and_in_no_note(clinic, liaison):
    ana = named(clinic, "Ana María López")[0]
    make_registration(member=ana, name="Ana of Lima", wikimedia_username="AnaTold")
    SocialAccount.objects.create(user=ana, provider="mediawiki", uid="7", extra_data={"username": "AnaWiki"})
    EmailAddress.objects.create(user=ana, email="other@example.org", verified=True)
    EmailAddress.objects.create(user=ana, email="unproved@example.org", verified=False)
    make_person(clinic, "sharer", member=ana, name="Anita")
    known = ("Ana Maria Lopez", "es - ANA of lima (she/her)", "AnaWiki", "anatold", "ANITA")
    text = "Name,Email,Duration\n" + "".join(f"{name},,5\n" for name in known)
    text += f"Mobile,{ana.email},5\nPhone,other@example.org,5\nTablet,unproved@example.org,5\n,{ana.email}@x,5\nBo,,5\n"
    bring_call_list(clinic=clinic, content=text.encode(), by=liaison, now=AFTER)

    erase_member(member=ana, by=ana, now=AFTER)

    assert [row.name for row in CallListRow.objects.all()] == ["Bo"]
    assert ana.email not in str(CallList.objects.get().notes)


def test_ticks_and_the_rest_are_noted_and_taken_back_at_the_desk(client, clinic, liaison):
    going = sign_up(clinic, 1)[0]
    client.force_login(liaison)
    key = f"seat-{going.pk}"

    press(client, clinic, "tick", guest=key)
    assert Attendance.objects.get().ticked_by == liaison
    press(client, clinic, "others", number="3")
    assert "Together: 4." in client.get(url(clinic)).content.decode()
    press(client, clinic, "untick", guest=key)
    assert not Attendance.objects.exists()
    for pressed in ({"do": "tick", "guest": "seat-0"}, {"do": "others", "number": "x"}, {"do": "dance"}):
        assert client.post(url(clinic), pressed).status_code == 422


def test_nobody_overwrites_the_number_of_the_rest_that_somebody_else_wrote_meanwhile(client, clinic, liaison):
    host = make_person(clinic, "host").member
    client.force_login(liaison)
    bring(client, clinic, "Name\nA phone\n")
    brought = CallList.objects.get()
    count_others(clinic=clinic, number=6, by=host, now=AFTER)

    for do in ("finish", "others"):
        refused = press(client, clinic, do, list=brought.pk, number="1", seen="0")
        assert refused.status_code == 422 and "wrote another number meanwhile" in refused.content.decode()
        assert 'name="seen" value="6"' in refused.content.decode()
    client.force_login(host)
    client.post(reverse("clinics:others-count", args=[clinic.pk]), {"number": "2", "seen": "0"})
    assert OtherHeads.objects.get().number == 6 and CallList.objects.exists()

    client.post(reverse("clinics:others-count", args=[clinic.pk]), {"number": "7", "seen": "6"})
    client.force_login(liaison)
    assert 'max="100000" value="7"></div>' in client.get(url(clinic)).content.decode()
    press(client, clinic, "finish", list=brought.pk, number="7", seen="6")  # it is what stands there already
    assert OtherHeads.objects.get().number == 7 and not CallList.objects.exists()


def test_what_a_list_said_can_be_taken_back(client, clinic, liaison):
    ana = named(clinic, "Ana")[0]
    client.force_login(liaison)
    bring(client, clinic, "Name\nAna\n")
    row = CallListRow.objects.get()
    press(client, clinic, "confirm", list=row.call_list_id, **{f"row-{row.pk}": ana.pk})
    assert not CallList.objects.exists()  # nobody is left in it

    press(client, clinic, "not_in_call", guest=f"seat-{clinic.rsvps.get().pk}")

    assert not Attendance.objects.exists()


def test_the_list_as_a_file_has_names_channels_and_states_and_no_contact_and_no_formula(client, clinic, liaison):
    ana, _amal = named(clinic, "=1+1", "أمل")
    Attendance.objects.create(clinic=clinic, member=ana, joined_at=AFTER)
    make_person(clinic, address="sol@example.org", name="Sol")
    client.force_login(liaison)

    content = press(client, clinic, "csv").content.decode("utf-8-sig")
    sheet = ZipFile(io.BytesIO(press(client, clinic, "xlsx").content)).read("xl/worksheets/sheet1.xml").decode()

    rows = list(csv.reader(io.StringIO(content)))
    assert rows[1:] == [
        ["Sol", "sharer", "", "", "1", ""],
        ["'=1+1", "", "English", "going", "1", ""],
        ["أمل", "", "English", "going", "0", ""],  # as it was typed, with nothing unseen around it
    ]
    for private in (ana.email, "sol@example.org", str(ana.public_id), LINK):
        assert private not in content and private not in sheet
    assert "=1+1" in sheet and "<f>" not in sheet
    assert [act.became for act in Act.objects.filter(verb="export_attendance").order_by("pk")] == ["csv", "xlsx"]
    assert {look.viewer for look in Look.objects.about(ana)} == {liaison}


def test_the_tab_takes_as_many_queries_for_many_as_for_few(client, clinic, liaison):
    client.force_login(liaison)

    def count(number):
        members = named(clinic, *[f"Person {number} {one}" for one in range(number)])
        text = "Name\n" + "".join(f"{member.name}\n" for member in members)
        CallList.objects.all().delete()
        bring_call_list(clinic=clinic, content=text.encode(), by=liaison, now=AFTER)
        client.get(url(clinic))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(clinic)).status_code == 200
        return len(captured)

    assert count(3) == count(25)


def test_before_the_start_nothing_is_noted_and_the_list_can_be_taken_along(client, clinic, liaison):
    client.force_login(liaison)
    with time_machine.travel(NOW, tick=False):
        client.force_login(liaison)
        assert "can be noted from" in client.get(url(clinic)).content.decode()
        assert press(client, clinic, "csv").status_code == 200
        assert bring(client, clinic, "Name\nAna\n").status_code == 422


def test_a_list_of_a_clinic_that_was_cancelled_meanwhile_is_confirmed_no_more(clinic, liaison):
    (ana,) = named(clinic, "Ana")
    brought = bring_call_list(clinic=clinic, content=b"Name\nAna\n", by=liaison, now=AFTER)
    row = brought.rows.get().pk
    change(clinic, state="cancelled", cancel_reason="Nobody came.")()

    with pytest.raises(CannotTick):
        confirm_callers(call_list=brought, chosen={row: ana.pk}, by=liaison, now=AFTER)
    assert not Attendance.objects.exists()

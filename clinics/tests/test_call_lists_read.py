"""Lists of participants as the programs for calls write them, read without a database."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinics.domain.attendance import CallListRefused
from clinics.domain.call_lists import LARGEST, MOST_ROWS, Caller, duration_in_minutes, names_in, read_call_list

ZOOM = """\ufeffMeeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants
851 1234 5678,"Asking, kindly",03/09/2026 11:40:00 AM,03/09/2026 02:05:00 PM,host@example.org,146,3

Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent,In Waiting Room
"Ana (Ana María López)",Ana@Example.org,03/09/2026 11:58:00 AM,03/09/2026 12:30:00 PM,32,Yes,Y,No
"Ana (Ana María López)",,03/09/2026 12:35:00 PM,03/09/2026 02:00:00 PM,85,Yes,Y,No
Bo,,03/09/2026 12:00:00 PM,03/09/2026 02:00:00 PM,120,Yes,Y,No
Nosy,,03/09/2026 11:50:00 AM,03/09/2026 12:00:00 PM,10,Yes,Y,Yes
"""
MEET = """First name,Last name,Email,Duration,Time joined,Time exited
Ana María,López,ana@example.org,1 hr 57 min,12:00 PM,2:00 PM
Bo,,,2 hr,12:00 PM,2:00 PM
"""
TEAMS = """1. Summary
Meeting title\tAsking kindly
Attended participants\t2
Start time\t3/9/26, 11:55:00 AM

2. Participants
Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole
Ana María López\t3/9/26, 11:58:10 AM\t3/9/26, 2:00:02 PM\t1h 57m 12s\tana@example.org\t\tAttendee
Bo (Unverified)\t3/9/26, 12:00:00 PM\t3/9/26, 2:00:00 PM\t2h\t\t\tAttendee

3. In-Meeting Activities
Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole
Ana María López\t3/9/26, 11:58:10 AM\t3/9/26, 12:30:00 PM\t31m 50s\tana@example.org\tAttendee
"""
TEAMS_OLD = """Full Name\tUser Action\tTimestamp
Ana María López\tJoined\t3/9/2026, 11:58:00 AM
Ana María López\tLeft\t3/9/2026, 12:30:00 PM
Bo\tJoined before\t3/9/2026, 11:55:00 AM
Ana María López\tJoined\t3/9/2026, 12:35:00 PM
Ana María López\tLeft\t3/9/2026, 2:00:00 PM
"""
BIG_BLUE_BUTTON = """Name,Moderator,Activity Score,Duration,Talk Time,Webcam Time,Messages,Join,Left
Ana María López,FALSE,2.4,01:57:00,00:03:10,00:00:00,4,"Mon Mar 9, 2026 12:00","Mon Mar 9, 2026 13:57"
Bo,TRUE,5,02:00:00,00:30:00,01:00:00,0,"Mon Mar 9, 2026 12:00","Mon Mar 9, 2026 14:00"
"""
JITSI = """name;email;join time;leave time
Ana María López;ana@example.org;2026-03-09 12:00:00;2026-03-09 13:57:00
Bo;;2026-03-09 23:00:00;2026-03-10 01:00:00
"""
IN_ARABIC = """الاسم,البريد الإلكتروني,المدة
سعاد,suad@example.org,1:57:00
"""


def told(content, encoding="utf-8"):
    found = read_call_list(content if isinstance(content, bytes) else content.encode(encoding))
    return [(one.name, one.address, one.minutes) for one in found.callers]


ANA = ("Ana María López", "ana@example.org", 117)


@pytest.mark.parametrize(
    ("content", "encoding", "people"),
    [
        (ZOOM, "utf-8", [("Ana (Ana María López)", "ana@example.org", 117), ("Bo", "", 120)]),
        (MEET, "utf-8", [ANA, ("Bo", "", 120)]),
        (MEET, "cp1252", [ANA, ("Bo", "", 120)]),
        (TEAMS, "utf-16", [ANA, ("Bo (Unverified)", "", 120)]),
        (TEAMS, "utf-16-le", [ANA, ("Bo (Unverified)", "", 120)]),
        (TEAMS.replace("\n", "\r\n"), "utf-8-sig", [ANA, ("Bo (Unverified)", "", 120)]),
        (TEAMS_OLD, "utf-16", [("Ana María López", "", 117), ("Bo", "", None)]),
        (BIG_BLUE_BUTTON, "utf-8", [("Ana María López", "", 117), ("Bo", "", 120)]),
        (JITSI, "utf-8", [ANA, ("Bo", "", 120)]),
        (IN_ARABIC, "utf-8", [("سعاد", "suad@example.org", 117)]),
        ("Name\nAna\nBo\n", "utf-8", [("Ana", "", None), ("Bo", "", None)]),
        ("Email\nana@example.org\n", "utf-8", [("", "ana@example.org", None)]),
    ],
)
def test_the_lists_of_the_usual_programs_are_read(content, encoding, people):
    assert told(content, encoding) == people


ZOOM_WEBINAR = """Attendee Report
Attended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes)
Yes,Ana,ana@example.org,03/09/2026 12:00:00 PM,03/09/2026 12:45:00 PM,45
No,Bo,bo@example.org,--,--,--
"""


@pytest.mark.parametrize("no", ["No", "no", "Non", "Não", "لا", "FALSE"])
def test_who_registered_and_did_not_come_is_nobody_in_the_call(no):
    found = read_call_list(ZOOM_WEBINAR.replace("\nNo,", f"\n{no},").encode())

    assert [(one.name, one.minutes) for one in found.callers] == [("Ana", 45)]
    assert found.notes == []


@pytest.mark.parametrize("heading", ["Nombre (nombre original)", "Nom (nom d’origine)", "Nome (nome original)"])
def test_names_are_found_whatever_stands_behind_them_in_brackets(heading):
    assert told(f"{heading},Email\nAna,ana@example.org\n") == [("Ana", "ana@example.org", None)]


def test_two_people_of_one_name_and_two_addresses_stay_two():
    assert told("Name,Email\nAna,a@example.org\nAna,b@example.org\nAna,\n") == [
        ("Ana", "a@example.org", None),
        ("Ana", "b@example.org", None),
        ("Ana", "", None),
    ]


def test_what_is_not_understood_is_said_with_its_row_and_the_rest_is_kept():
    found = read_call_list(b"Name,Email,Duration\nAna,ana@nowhere@twice,soon\n,,5 min\nBo,,10 min\n")

    assert [(one.row, one.name, one.address, one.minutes) for one in found.callers] == [
        (2, "Ana", "", None),
        (4, "Bo", "", 10),
    ]
    assert found.notes == [
        "Row 2: “ana@nowhere@twice” is no address.",
        "Row 2: “soon” is no length of time.",
        "Row 3 names nobody.",
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b" \r\n\r\n", "empty"),
        (b"PK\x03\x04" + b"x" * 50, "save it as CSV first"),
        (b"Name\nAna\x00\n", "damaged or no text"),
        (b"Colour,Size\nred,5\n", "headings of a list of participants"),
        (
            b"Meeting ID,Topic,User Email,Duration (Minutes)\n1,x,h@example.org,5\n",
            "headings of a list of participants",
        ),
        (b"Name,Email\n", "nobody under them"),
        (b'Name,Email\nAna,"ana@example.org\nBo,bo@example.org\n', "row 2 is never closed"),
        (b"Name\n" + b"x\n" * (MOST_ROWS + 1), f"more than {MOST_ROWS} rows"),
        (b"Name\n" + b"x" * LARGEST, "larger than 2 MB"),
    ],
)
def test_what_is_no_such_list_is_refused_with_the_reason(content, why):
    with pytest.raises(CallListRefused, match=why):
        read_call_list(content)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("65", 65), ("65.4", 65), ("1:05:20", 65), ("05:20", 5), ("1 hr 5 min", 65), ("1h 5m 20s", 65), ("45m", 45),
        ("30s", 0), ("2 h", 120), ("1.5 h", 90), ("1,5h", 90), ("1 j 2 h", 1560), ("", None),
        ("soon", None), ("99999999", 2880),
        ("9" * 400, 2880), ("9" * 6000 + "h", 2880), ("9" * 400 + ":00:00", 2880),
    ],
)  # fmt: skip
def test_lengths_of_time_are_read_as_programs_write_them(text, minutes):
    assert duration_in_minutes(text) == minutes


def test_a_name_is_found_beside_what_people_write_with_it():
    assert names_in("ES – Ana María López (she/her)") == ["es ana maria lopez she her", "es ana maria lopez", "she her",
                                                           "es", "ana maria lopez"]  # fmt: skip
    assert "ana" in names_in("Ana (Ana María López)") and "ana maria lopez" in names_in("Ana (Ana María López)")
    assert names_in("ليلى (AR)")[1] == names_in("لَيلى")[0]


@given(st.binary(max_size=400))
def test_whatever_is_brought_is_read_or_refused(content):
    try:
        found = read_call_list(content)
    except CallListRefused:
        return
    assert all(isinstance(one, Caller) and (one.name or one.address) for one in found.callers)


@given(st.text("Name,Email;\t\n\"'0:@x ()Ana", max_size=300))
def test_whatever_text_is_brought_is_read_or_refused(text):
    with suppress(CallListRefused):
        read_call_list(f"Name,Email,Duration\n{text}".encode())

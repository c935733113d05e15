"""Every free text of every table is marked; each person finds the marks that are theirs to read, and no other."""

from html import unescape
from itertools import count

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.socialaccount.models import SocialApp, SocialToken
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.urls import reverse

from clinics.models import (
    AgendaItem,
    AgendaTemplate,
    AgendaTemplateItem,
    AttendanceFigures,
    CallList,
    CallListRow,
    ChecklistTemplateItem,
    ClinicHourChoice,
    ClinicSeries,
)
from clinics.tests.factories import make_clinic, make_need
from clinics.tests.resource_factories import make_resource
from letsconnect.base import acts, personal_columns
from letsconnect.base.models import Act, ActReason, MassAct, MassActRow
from letsconnect.tests.everything import ADDRESS, make_somebody
from mailings.models import Letter, SubscriptionRequest, Suppression
from mailings.tests.factories import make_sent_newsletter
from matching.domain.matches import ClosedWhy, MatchState
from matching.models import Exclusion, Match, RoundReplay, Session
from matching.tests.factories import make_match, make_request
from matching.tests.feedback_factories import make_hour, say
from matching.tests.session_factories import make_session
from registrations.domain.registrations import Source
from registrations.models import (
    Group,
    GroupAlias,
    ImportedRow,
    ImportUpload,
    Member,
    Registration,
    RoleName,
    SensitiveTally,
    Skill,
    SkillMerge,
    SkillName,
)
from registrations.privacy.proved_addresses import proved_by
from registrations.tests.factories import NOW, make_coordinator, make_registration
from reports.tests.factories import make_draft
from trust.models import Report, TrustSeat
from trust.reports.handling import keep_note, send_report

PAGE = reverse("registrations:my-data")
# Words that code reads, ids and digests of other things; addresses are how rows are found.
CODES = {
    *(
        "about_type",
        "became",
        "code",
        "detail",
        "floor_language",
        "kind",
        "language",
        "left_out",
        "object_type",
        "option",
        "provider",
    ),
    *("provider_id", "public_id", "slug", "step", "uid", "verb", "version", "was", "wikidata_id", "zone"),
}
DJANGO = {"admin", "auth", "contenttypes", "sessions"}


def is_free(field):
    is_text = isinstance(field, models.CharField | models.TextField | models.JSONField)
    return is_text and not isinstance(field, models.EmailField) and not field.choices and field.name not in CODES


def our_and_allauths():
    return [model for model in apps.get_models() if model._meta.app_label not in DJANGO]


def marked(field, old, mark):
    if isinstance(field, models.JSONField):
        return {**old, "said": mark} if isinstance(old, dict) else [*(old or []), {"said": mark}]
    return f"https://{mark}.example.org/" if field.name.endswith(("_link", "url")) else mark


def mark_everything():
    """Write a mark of its own into each free column of each row; return what each mark stands in."""
    marks, numbers = {}, count()
    for model in our_and_allauths():
        free = [field for field in model._meta.concrete_fields if is_free(field)]
        for row in list(model._base_manager.values("pk", *(field.name for field in free))):
            told = {}
            for field in free:
                mark = f"qz{next(numbers):05d}zq"
                told[mark] = (field.name, marked(field, row[field.name], mark))
            # All at once; where a row refuses, each by itself: an open match has no note of its end, a clinic that
            # goes on no reason why not.
            if not write(model, row["pk"], told):
                told = {mark: one for mark, one in told.items() if write(model, row["pk"], {mark: one})}
            marks |= {mark: (model, row["pk"], name) for mark, (name, _value) in told.items()}
    return marks


def write(model, pk, told):
    """Write the marks into the row; say whether it took them."""
    try:
        with transaction.atomic():
            model._base_manager.filter(pk=pk).update(**dict(told.values()))
    except IntegrityError:
        return False
    return True


@pytest.fixture
def world(db):
    """Two people of one match, each with more than the other may know, the desk, and the trust team."""
    one = make_somebody()
    coordinator = make_coordinator()
    match = Match.objects.get(state=MatchState.CONNECTED, sharer__member=one)
    other = match.learner.member
    _tell_more_of_the_pair(match, one, other, coordinator)
    _leave_an_import_unclaimed(coordinator)
    _fill_the_rest(one, other, coordinator)
    team = TrustSeat.objects.exclude(member=one).first().member
    people = {"one": one, "other": other, "desk": coordinator, "team": team}
    return people | {"marks": mark_everything()}


def _tell_more_of_the_pair(match, one, other, coordinator):
    for closed_by, by in ((one, "one"), (other, "other"), (coordinator, "desk")):
        ended = make_match(
            MatchState.DECLINED, skill=f"declined-by-{by}", learner=match.learner, sharer=match.sharer,
            closed_by=closed_by, closed_why=ClosedWhy.NOT_THE_PERSON, closed_note="x", made_why="x",
        )  # fmt: skip
        acts.record(by=closed_by, verb="decline_match", on=ended, now=NOW, reason="x")
        make_session("cancelled", match=make_match(
            MatchState.ENDED, skill=f"ended-by-{by}", learner=match.learner, sharer=match.sharer, closed_by=closed_by,
        ), call_link="https://x.example.org/", cancelled_note="x")  # fmt: skip
    say(make_hour(match=match), match.side_of(other), note="x", thanks="x")
    make_request(learner=match.learner, sharer=match.sharer, skill="asked-by-other", place=2)
    make_request(learner=match.sharer, sharer=match.learner, skill="asked-by-one", place=2)
    pair = sorted((match.learner, match.sharer), key=lambda person: person.pk)
    Exclusion.objects.create(person=pair[0], other=pair[1], reason="x", made_by=coordinator, made_at=NOW)
    for about, who in ((match.learner, other), (match.sharer, one)):
        acts.record(by=coordinator, verb="note", on=about, now=NOW, reason="in confidence")
        acts.record(by=coordinator, verb="note", on=who, now=NOW, reason="in confidence")
        acts.record(by=coordinator, verb="note", on=who, now=NOW, reason="for them", reason_is_for_them=True)
        acts.record(by=who, verb="note", on=who, now=NOW, reason="their own")
    report = send_report(by=other, about=one, who="x", description="x", now=NOW)
    keep_note(report=report, text="x", by=TrustSeat.objects.exclude(member=one).first().member, now=NOW)


def _leave_an_import_unclaimed(coordinator):
    left = make_registration(
        member=None, source=Source.IMPORT, imported_address=ADDRESS, name="x", offers=["left"], wishes=["left-wish"],
        state="declined", reviewed_at=NOW, reviewed_by=coordinator, review_note="x", group_other="x",
    )  # fmt: skip
    ImportedRow.objects.create(registration=left, raw={"Name": "x"}, imported_at=NOW)
    acts.record(by=coordinator, verb="note", on=left, now=NOW, reason="in confidence")


def _fill_the_rest(one, other, coordinator):
    """A row of each table that nothing above makes."""
    ImportUpload.objects.create(
        file_name="x", size=1, content=b"x", uploaded_by=coordinator, uploaded_at=NOW, asked_at=NOW
    )
    RoundReplay.objects.create(round=Match.objects.first().round, data=b"x")
    Suppression.objects.suppress([ADDRESS], source="bounce", now=NOW)
    SubscriptionRequest.objects.create(address="x", network="x", made_at=NOW)
    make_sent_newsletter()
    SensitiveTally.objects.create(year=2026, question="gender", option="woman")
    GroupAlias.objects.create(group=Group.objects.get(slug="x"), text="x")
    RoleName.objects.get_or_create(role_id=Registration.objects.get(member=one).role_id, language="en", text="x")
    make_clinic(state="cancelled", cancel_reason="x")
    make_clinic(state="held", outcome="x", outcome_language="en")
    clinic = make_clinic(venue="in_person", place="x", series=ClinicSeries.objects.create(name="x"))
    AgendaItem.objects.create(clinic=clinic, place=1, part="other", title="x", minutes=5, speaker="x")
    AttendanceFigures.objects.create(clinic=clinic, fixed_at=NOW, people=9, regions=1, named={"MENA": 5}, elsewhere=0)
    brought = CallList.objects.create(clinic=clinic, brought_by=coordinator, brought_at=NOW, read=1)
    CallListRow.objects.create(call_list=brought, row=2, name="x", address="x@example.org")
    template = AgendaTemplate.objects.get_or_create(format="clinic")[0]
    AgendaTemplateItem.objects.create(template=template, place=99, part="other", title="x", minutes=5)
    ChecklistTemplateItem.objects.create(title="x", days=-1)
    ClinicHourChoice.objects.create(
        clinic=clinic, starts_at=clinic.starts_at, minutes=120, chosen_at=NOW, chosen_by=coordinator, reasons={}
    )
    make_need(words="x")
    make_resource(clinic, title="x", licence="own-words", licence_words="x")
    act = MassAct.objects.create(kind="x", by=coordinator, note="x", reason="x", state="running", asked_at=NOW)
    MassActRow.objects.create(act=act, object_id=1, seen_version="x", outcome="refused", reason="x")
    source, target = Skill.objects.order_by("pk")[:2]
    SkillMerge.objects.create(source=source, target=target, asked_by=coordinator, asked_at=NOW, failure="x")
    make_draft("x", by=coordinator, now=NOW)
    app = SocialApp.objects.create(provider="mediawiki", name="x", client_id="x")
    account = one.socialaccount_set.get()
    SocialToken.objects.create(app=app, account=account, token="x", token_secret="x")
    EmailConfirmation.objects.create(email_address=EmailAddress.objects.get(user=one), key="x")


def test_every_free_column_of_every_table_bears_a_mark(world):
    assert len(world["marks"]) > 300
    bearing = {(model._meta.label, name) for model, _pk, name in world["marks"].values()}
    free = {
        (model._meta.label, field.name)
        for model in our_and_allauths()
        for field in filter(is_free, model._meta.concrete_fields)
    }

    assert free - bearing == set(), "make a row of it above"


def files_of(client, member):
    client.force_login(member)
    return {
        "page": unescape(client.get(PAGE).content.decode()),
        "html": unescape(client.get(reverse("registrations:data-download", args=["html"])).content.decode()),
        "json": client.get(reverse("registrations:data-download", args=["json"])).content.decode(),
    }


class Reader:
    """Somebody, and what the walks ask about them for every mark, asked once."""

    def __init__(self, member):
        self.member = member
        self.proved = proved_by(member)
        self.through = [one.pk for one in self.proved.unclaimed]
        self.names = names_known_to(member)
        self.own = Registration.objects.filter(member=member).first()


def names_known_to(member):
    """Whom the person has to do with by name: their matches, requests, blocks, who looked, who did something."""
    matches = Match.objects.for_member(member)
    known = {member.pk}
    for match in matches:
        known |= {match.learner.member_id, match.sharer.member_id}
    own = Registration.objects.filter(member=member).values_list("pk", flat=True)
    known |= set(Act.objects.filter(
        Q(object_type="registrations.member", object_id=member.pk)
        | Q(object_type="registrations.registration", object_id__in=own)
    ).values_list("actor", flat=True))  # fmt: skip
    known |= set(member.looks.values_list("viewer", flat=True)) | set(
        member.blocks_made.values_list("blocked", flat=True)
    )
    known |= set(
        Member.objects.filter(registration__requests_about__learner__member=member).values_list("pk", flat=True)
    )
    known |= set(Report.objects.filter(reporter=member).values_list("about", flat=True))
    return known - {None}


def is_for(reader, model, row, name):
    """Say, by columns.toml and the few rules that are not there, whether a mark is the person's to read."""
    member = reader.member
    if model._meta.app_label in ("account", "socialaccount"):
        return getattr(row, "user_id", None) == member.pk
    if model is Member and name == "name":
        return row.pk in reader.names
    if model is Registration and name == "name" and row.member_id:
        return row.member_id in reader.names
    if model is ActReason:
        own = reader.own
        is_about = row.act.object_type == "registrations.member" and row.act.object_id == member.pk
        is_about |= own and row.act.object_type == "registrations.registration" and row.act.object_id == own.pk
        return bool(is_about and (row.is_for_them or row.act.actor_id == member.pk))
    if model is Session and name == "call_link" and row.match.state != MatchState.CONNECTED:
        return False
    table = personal_columns.table_of(model)
    if model is Letter:
        is_theirs = row.member_id == member.pk or (row.member is None and row.address == member.email)
        return is_theirs and "owner" in table.shown_to[name]
    return "everyone" in table.shown_to[name] or name in table.columns_for(row, member, through=reader.through)


def test_each_finds_what_is_theirs_and_nothing_else(client, world):
    """In one world for all four, which takes longer to make than to look at."""
    for who in ("one", "other", "desk", "team"):
        files = files_of(client, world[who])
        check_what_is_told(world[who], world["marks"], files)


def check_what_is_told(member, marks, files):
    reader = Reader(member)
    others = Member.objects.exclude(pk=member.pk).exclude(email=None).values_list("email", flat=True)
    rows = {}
    for kind, content in files.items():
        assert leaks(reader, marks, content, rows) == [], (kind, member)
        assert [email for email in others if email in content] == [], (kind, member)
    told = {mark for mark in marks if mark in files["json"]}
    # Programs are told the key of a skill, a group or a role, people what it is called.
    public = {mark for mark, (model, _pk, _name) in marks.items() if model in (SkillName, Group, RoleName)}
    assert told - public == {mark for mark in marks if mark in files["html"]} - public, member
    assert missing(reader, marks, told) == [], member
    check_confidences(member, marks, told, rows)


def row_of(model, pk, rows):
    """The row, read once however many of its columns bear a mark."""
    if (model, pk) not in rows:
        rows[model, pk] = model._base_manager.get(pk=pk)
    return rows[model, pk]


def leaks(reader, marks, content, rows):
    """What stands in a page or a file and is not the person's to read."""
    found = []
    for mark in (mark for mark in marks if mark in content):
        model, pk, name = marks[mark]
        if not is_for(reader, model, row_of(model, pk, rows), name):
            found.append(f"{model.__name__}.{name}")
    return found


def missing(reader, marks, told):
    """What is personal and declared for the person, and not in their file."""
    member, mine = reader.member, {}
    lost = []
    for mark, (model, pk, name) in marks.items():
        if model._meta.app_label in ("account", "socialaccount") or mark in told:
            continue
        table = personal_columns.table_of(model)
        if model not in mine:
            mine[model] = {row.pk: row for row in reader.proved.rows_of(table)} if table.owners else {}
        row = mine[model].get(pk)
        is_link = model is Session and name == "call_link" and row and row.match.state != MatchState.CONNECTED
        if (
            row
            and name in table.personal
            and name in table.columns_for(row, member, through=reader.through)
            and not is_link
        ):
            lost.append(f"{table.model.__name__}.{name}")
    return lost


CONFIDED = [
    ("Exclusion", "reason", set()),
    ("Exclusion", "lifted_why", set()),
    ("Match", "made_why", set()),
    ("Match", "reasons", set()),
    ("Note", "text", set()),
    ("Feedback", "note", {"own"}),
    ("SharerRequest", "why", {"own"}),
    ("TopicRequest", "why", {"own"}),
    ("Report", "description", {"own"}),
    ("Letter", "answer", set()),
    ("Letter", "reason", set()),
    ("CalendarFeed", "fingerprint", set()),
    ("SocialToken", "token", set()),
    ("EmailConfirmation", "key", set()),
    ("ImportUpload", "lines", set()),
    ("Round", "preview", set()),
    ("ImportedKey", "digest", set()),
    ("KeptAnswers", "browser", set()),
]


WRITERS = {
    "Feedback": lambda row: row.registration.member_id,
    "SharerRequest": lambda row: row.learner.member_id,
    "TopicRequest": lambda row: row.member_id,
    "Report": lambda row: row.reporter_id,
}


def check_confidences(member, marks, told, rows):
    """By hand, so that a wrong word in columns.toml does not make a wrong answer right."""
    whose, met = {(table, column): words for table, column, words in CONFIDED}, set()
    for mark, (model, pk, name) in marks.items():
        column, row = (model.__name__, name), row_of(model, pk, rows)
        if column in whose:
            met.add(column)
            writer = WRITERS[column[0]](row) if whose[column] else None
            assert (mark in told) == (writer == member.pk), (column, pk)
        if column == ("Match", "closed_note"):
            assert (mark in told) == (row.closed_by_id == member.pk and member.pk in people_of(row))
        if column == ("Session", "call_link"):
            assert (mark in told) == (row.match.state == MatchState.CONNECTED and member.pk in people_of(row))
        if model is ActReason and not row.is_for_them and row.act.actor_id != member.pk:
            assert mark not in told
    assert met == set(whose)


def people_of(row):
    return {row.learner.member_id, row.sharer.member_id}

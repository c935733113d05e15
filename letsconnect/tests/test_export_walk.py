"""Every free text of every table is marked; each person finds the marks that are theirs to read, and no other."""

from html import unescape

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.socialaccount.models import SocialApp, SocialToken
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.urls import reverse

from clinics.tests.factories import make_clinic
from letsconnect.base import acts, personal
from letsconnect.base.models import Act, ActReason
from letsconnect.tests.everything import ADDRESS, make_somebody
from letsconnect.trust.actions import keep_note, send_report
from letsconnect.trust.models import Report, TrustSeat
from mailings.models import Letter, Suppression
from matching.domain import ClosedWhy, MatchState
from matching.models import Exclusion, Match, RoundReplay, Session
from matching.tests.after_factories import make_hour, say
from matching.tests.factories import make_match, make_request
from matching.tests.session_factories import make_session
from registrations.domain import Source
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
from registrations.proved import proved_by
from registrations.tests.factories import NOW, make_coordinator, make_registration

PAGE = reverse("registrations:my-data")
# Words that code reads, ids and digests of other things; addresses are how rows are found.
CODES = {
    *("about_type", "became", "code", "detail", "kind", "language", "left_out", "object_type", "option", "provider"),
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
    return f"https://{mark}.example.org/" if field.name.endswith("_link") else mark


def mark_everything():
    """Write a mark of its own into each free column of each row; return what each mark stands in."""
    marks = {}
    for model in our_and_allauths():
        for field in filter(is_free, model._meta.concrete_fields):
            for pk, old in list(model._base_manager.values_list("pk", field.name)):
                mark = f"qz{len(marks):05d}zq"
                try:
                    with transaction.atomic():
                        model._base_manager.filter(pk=pk).update(**{field.name: marked(field, old, mark)})
                    marks[mark] = (model, pk, field.name)
                except IntegrityError:
                    continue  # an open match has no note of its end, a clinic that goes on no reason why not
    return marks


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
    Exclusion.objects.create(one=pair[0], other=pair[1], reason="x", made_by=coordinator, made_at=NOW)
    for about, who in ((match.learner, other), (match.sharer, one)):
        acts.record(by=coordinator, verb="note", on=about, now=NOW, reason="in confidence")
        acts.record(by=coordinator, verb="note", on=who, now=NOW, reason="in confidence")
        acts.record(by=coordinator, verb="note", on=who, now=NOW, reason="for them", reason_is_for_them=True)
        acts.record(by=who, verb="note", on=who, now=NOW, reason="their own")
    report = send_report(by=other, about=one, who="x", what="x", now=NOW)
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
    SensitiveTally.objects.create(year=2026, question="gender", option="woman")
    GroupAlias.objects.create(group=Group.objects.get(slug="x"), text="x")
    RoleName.objects.get_or_create(role_id=Registration.objects.get(member=one).role_id, language="en", text="x")
    make_clinic(state="cancelled", cancel_reason="x")
    source, target = Skill.objects.order_by("pk")[:2]
    SkillMerge.objects.create(source=source, target=target, asked_by=coordinator, asked_at=NOW, failure="x")
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


def is_for(member, model, row, name):
    """Say, by columns.toml and the few rules that are not there, whether a mark is the person's to read."""
    if model._meta.app_label in ("account", "socialaccount"):
        return getattr(row, "user_id", None) == member.pk
    if model is Member and name == "name":
        return row.pk in names_known_to(member)
    if model is Registration and name == "name" and row.member_id:
        return row.member_id in names_known_to(member)
    if model is ActReason:
        own = Registration.objects.filter(member=member).first()
        is_about = row.act.object_type == "registrations.member" and row.act.object_id == member.pk
        is_about |= own and row.act.object_type == "registrations.registration" and row.act.object_id == own.pk
        return bool(is_about and (row.is_for_them or row.act.actor_id == member.pk))
    if model is Session and name == "call_link" and row.match.state != MatchState.CONNECTED:
        return False
    table = personal.table_of(model)
    if model is Letter:
        is_theirs = row.member_id == member.pk or (row.member is None and row.address == member.email)
        return is_theirs and "owner" in table.shown_to[name]
    through = [one.pk for one in proved_by(member).unclaimed]
    return "everyone" in table.shown_to[name] or name in table.columns_for(row, member, through=through)


@pytest.mark.parametrize("who", ["one", "other", "desk", "team"])
def test_each_finds_what_is_theirs_and_nothing_else(client, world, who):
    member, marks = world[who], world["marks"]
    files = files_of(client, member)

    for kind, content in files.items():
        assert leaks(member, marks, content) == [], kind
        others = Member.objects.exclude(pk=member.pk).exclude(email=None).values_list("email", flat=True)
        assert [email for email in others if email in content] == [], kind
    told = {mark for mark in marks if mark in files["json"]}
    # Programs are told the key of a skill, a group or a role, people what it is called.
    public = {mark for mark, (model, _pk, _name) in marks.items() if model in (SkillName, Group, RoleName)}
    assert told - public == {mark for mark in marks if mark in files["html"]} - public
    assert missing(member, marks, told) == []
    check_confidences(member, marks, told)


def leaks(member, marks, content):
    """What stands in a page or a file and is not the person's to read."""
    found = []
    for mark in (mark for mark in marks if mark in content):
        model, pk, name = marks[mark]
        if not is_for(member, model, model._base_manager.get(pk=pk), name):
            found.append(f"{model.__name__}.{name}")
    return found


def missing(member, marks, told):
    """What is personal and declared for the person, and not in their file."""
    proved = proved_by(member)
    through = [one.pk for one in proved.unclaimed]
    lost = []
    for mark, (model, pk, name) in marks.items():
        if model._meta.app_label in ("account", "socialaccount") or mark in told:
            continue
        table = personal.table_of(model)
        row = proved.rows_of(table).filter(pk=pk).first() if table.owners else None
        is_link = model is Session and name == "call_link" and row and row.match.state != MatchState.CONNECTED
        if row and name in table.personal and name in table.columns_for(row, member, through=through) and not is_link:
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
    ("Report", "what", {"own"}),
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
    "Report": lambda row: row.reporter_id,
}


def check_confidences(member, marks, told):
    """By hand, so that a wrong word in columns.toml does not make a wrong answer right."""
    whose, met = {(table, column): words for table, column, words in CONFIDED}, set()
    for mark, (model, pk, name) in marks.items():
        column, row = (model.__name__, name), model._base_manager.get(pk=pk)
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

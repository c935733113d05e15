"""Portals full of chance, small enough that a test can count everything by hand."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from django.db import IntegrityError, transaction

from clinics.domain.clinics import ClinicFormat, ClinicState, ForWhom
from clinics.domain.feedback import OPTIONS
from clinics.domain.people import AnswerState, ClinicRole
from clinics.models import Channel, ChannelSum, Clinic, FeedbackTally, OtherHeads, Rsvp
from clinics.tests.factories import make_attendance, make_channel, make_clinic, make_person
from letsconnect.base.models import Act
from matching.domain.feedback import Verdict
from matching.domain.matches import MatchState
from matching.domain.sessions import SessionState
from matching.models import SessionOutcome
from matching.tests.factories import make_match, make_round
from matching.tests.session_factories import make_session
from registrations.domain.registrations import BabelLevel, GroupKind, Region, RegistrationState
from registrations.models import Group, Member, Offer, Registration, SpokenLanguage, Wish
from registrations.tests.factories import make_agreement, make_coordinator, make_skill
from reports.catalogue import ReportQuestion
from reports.domain.periods import Period

BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
NOW = BEGINS + timedelta(days=181)
PERIOD = Period(date(2026, 2, 10), date(2026, 6, 20))
LANGUAGES = ("en", "ar", "sw", "qu", "fr")


class RandomWorld:
    """People, sessions and clinics of half a year; ``size`` is about how many people there are."""

    def __init__(self, seed: int, *, size: int = 30) -> None:
        self.random, self.size = Random(seed), size
        self.coordinator = make_coordinator()
        with transaction.atomic():
            self.groups = [
                Group.objects.create(slug=f"g{seed}-{number}", name=f"G{number}", kind=kind, is_active=number % 4 != 0)
                for number, kind in enumerate([*GroupKind.values, *GroupKind.values])
            ]
            self.members = [self._member(seed, number) for number in range(size)]
            self.registrations = [row for member in self.members if (row := self._registration(member))]
            self._sessions()
            self._clinics()

    @property
    def asked(self) -> ReportQuestion:
        return ReportQuestion(PERIOD, self.coordinator, NOW)

    def moment(self, *, first: int = 0, last: int = 200) -> datetime:
        return BEGINS + timedelta(minutes=self.random.randrange(first * 1440, last * 1440))

    def _region(self) -> str:
        return self.random.choice([Region.SSA, Region.SSA, Region.SSA, Region.MENA, Region.MENA, Region.LAC, ""])

    def _member(self, seed: int, number: int) -> Member:
        return Member.objects.create_user(
            email=f"w{seed}-{number}@example.org",
            region=self._region(),
            country=self.random.choice(["", "TN", "KE", "PE"]),
        )

    def _registration(self, member: Member) -> Registration | None:
        if self.random.random() < 0.3:
            return None
        state = self.random.choice([*RegistrationState.values, *[RegistrationState.APPROVED] * 6])
        begun = self.moment(last=170)
        handed_in = None if state == RegistrationState.DRAFT else begun + timedelta(hours=self.random.randrange(99))
        is_imported = self.random.random() < 0.2
        reviewed = handed_in and state != RegistrationState.SUBMITTED
        reviewed_at = handed_in + timedelta(hours=self.random.randrange(400)) if reviewed else None
        row = Registration.objects.create(
            member=member,
            state=state,
            region=self._region(),
            country=self.random.choice(["", "TN", "KE"]),
            group=self.random.choice([None, *self.groups]),
            made_at=begun,
            changed_at=begun,
            submitted_at=handed_in,
            source="import" if is_imported else "form",
            claimed_at=self.moment() if is_imported else None,
            reviewed_at=reviewed_at,
            reviewed_by=self.coordinator if reviewed_at else None,
        )
        if handed_in and self.random.random() < 0.7:  # the others are older than the log of acts
            self._act(row, "submit_registration", RegistrationState.SUBMITTED, handed_in)
            if reviewed_at:
                self._act(row, "review_registration", state, reviewed_at)
                if self.random.random() < 0.3:
                    row.submitted_at = reviewed_at + timedelta(hours=9)
                    row.save(update_fields=["submitted_at"])
                    self._act(row, "submit_registration", RegistrationState.SUBMITTED, row.submitted_at)
        for code in self.random.sample(LANGUAGES, self.random.choice([0, 1, 1, 2])):
            level = self.random.choice([BabelLevel.NATIVE, BabelLevel.NATIVE, BabelLevel.BASIC])
            SpokenLanguage.objects.create(registration=row, code=code, level=level)
        return row

    def _act(self, row: Registration, verb: str, became: str, at: datetime) -> None:
        Act.objects.create(
            actor=None, verb=verb, object_type="registrations.registration", object_id=row.pk, became=became, at=at
        )

    def wish(self, row: Registration) -> None:
        """Let somebody who may be matched wish one of three skills, and share another."""
        wished, shared = self.random.sample(["maps", "money", "wikidata"], 2)
        Wish.objects.create(registration=row, skill=make_skill(wished))
        Offer.objects.create(registration=row, skill=make_skill(shared))
        make_agreement(row.member)

    def _sessions(self) -> None:
        if len(self.registrations) < 2:
            return
        round_, skill = make_round("published", published_by=self.coordinator), make_skill("wikidata")
        for _each in range(self.size):
            learner, sharer = self.random.sample(self.registrations, 2)
            asked_at = self.moment(last=150)
            state = self.random.choice([MatchState.COMPLETED, MatchState.COMPLETED, MatchState.DECLINED])
            moments = {name: asked_at for name in ("proposed_at", "approved_at", "asked_at", "answer_by", "closed_at")}
            if state == MatchState.COMPLETED:
                yes = asked_at + timedelta(days=3)
                moments |= {"learner_accepted_at": yes, "sharer_accepted_at": yes, "connected_at": yes}
            match = make_match(
                state,
                round=round_,
                skill=skill,
                learner=learner,
                sharer=sharer,
                approved_by=self.coordinator,
                closed_by=self.coordinator,
                **moments,
            )
            if state != MatchState.COMPLETED:
                continue
            for number in range(self.random.choice([0, 1, 1, 2])):
                starts_at = asked_at + timedelta(days=4 + 9 * number + self.random.randrange(9))
                try:
                    with transaction.atomic():
                        session = make_session(
                            SessionState.CONFIRMED,
                            match=match,
                            starts_at=starts_at,
                            made_at=asked_at,
                            confirmed_at=asked_at,
                        )
                except IntegrityError:  # somebody is in another session then
                    continue
                if self.random.random() < 0.8:
                    verdict = self.random.choice([Verdict.MET, Verdict.MET, Verdict.MISSED, Verdict.UNKNOWN])
                    SessionOutcome.objects.create(
                        session=session,
                        asked_at=NOW,
                        settled_at=NOW,
                        verdict=verdict,
                        learner_absent=verdict == Verdict.MISSED,
                    )

    def _clinics(self) -> None:
        for number in range(self.size // 4):
            starts_at = self.moment()
            state = self.random.choice(
                [*[ClinicState.HELD] * 3, ClinicState.ARCHIVED, ClinicState.ANNOUNCED, ClinicState.CANCELLED]
            )
            for_whom = self.random.choice(ForWhom.values)
            clinic = make_clinic(
                starts_at=starts_at,
                title=f"C{number}",
                state=state,
                format=self.random.choice([ClinicFormat.CLINIC, ClinicFormat.CLINIC, ClinicFormat.COMMUNITY_CALL]),
                for_whom=for_whom,
                region=Region.SSA if for_whom == ForWhom.REGION else "",
                regions=[Region.SSA, Region.LAC] if for_whom == ForWhom.REGIONS else [],
                announced_at=starts_at - timedelta(days=20),
                minutes=60,
            )
            if state == ClinicState.CANCELLED:
                continue
            for member in self.random.sample(self.members, self.random.randrange(len(self.members) // 2 + 1)):
                make_attendance(clinic, member, joined_at=starts_at)
            self._seats(clinic, channel=make_channel(clinic, "fr") if number % 2 else None)
            for role in (ClinicRole.SHARER, ClinicRole.HOST, ClinicRole.HELPER):
                answer = self.random.choice([AnswerState.ACCEPTED, AnswerState.ACCEPTED, AnswerState.DECLINED])
                if self.random.random() < 0.3:
                    address = self.random.choice(["sol@example.org", "luz@example.org", "owner@example.org"])
                    make_person(clinic, role, answer, address=address)
                else:
                    make_person(clinic, role, answer, member=self.random.choice(self.members))

    def _seats(self, clinic: Clinic, *, channel: Channel | None) -> None:
        places = enumerate(self.random.sample(self.members, self.random.randrange(len(self.members) + 1)), start=1)
        Rsvp.objects.bulk_create(
            Rsvp(
                clinic=clinic,
                member=member,
                made_at=clinic.starts_at - timedelta(days=3),
                seated_at=clinic.starts_at - timedelta(days=3),
                **({"state": "going", "seat": place} if self.random.random() < 0.8 else {"state": "cancelled"}),
                channel=self.random.choice([None, channel]),
            )
            for place, member in places
        )
        if self.random.random() < 0.5:
            OtherHeads.objects.create(clinic=clinic, number=3, counted_at=NOW, counted_by=self.coordinator)
        if self.random.random() < 0.3 and clinic.held_at:
            clinic.head_count = self.random.randrange(40)
            clinic.save(update_fields=["head_count"])
        if self.random.random() < 0.2:
            ChannelSum.objects.bulk_create(
                ChannelSum(clinic=clinic, language=code, count=self.random.randrange(1, 30)) for code in ("en", "qu")
            )
        for question, options in OPTIONS.items():
            counts = {option: self.random.randrange(-3, 12) for option in options}
            FeedbackTally.objects.bulk_create(
                FeedbackTally(clinic=clinic, question=question, option=option, count=count)
                for option, count in counts.items()
                if count > 0
            )

"""The lines of the home page: of what waits, of the calendar, and of what one could do."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from clinics.cards import Title, titles_of
from clinics.domain.clinics import ClinicState, RsvpState
from clinics.domain.people import ClinicRole
from letsconnect.base.pieces import Piece, link_to
from letsconnect.base.templatetags.when import when_here
from letsconnect.home.reading import ClinicLine, ClinicPart, Stored, side_of
from letsconnect.home.what_comes_first import Thing, ThingKind
from matching.domain.matches import MatchState
from matching.models.feedback import SessionLine
from matching.models.matches import MatchLine
from matching.models.people import NamedPerson
from matching.words import reasons
from registrations.models import Member
from registrations.participation.next_round import OutOfRounds
from registrations.skills.names import names_of

_OF_MATCHES = (ThingKind.ANSWER_MATCH, ThingKind.PROPOSE_HOUR)
_OF_SESSIONS = (ThingKind.JOIN_SESSION, ThingKind.CHOOSE_HOUR, ThingKind.ADD_LINK, ThingKind.TELL_SESSION)
_PAGES = {
    ThingKind.JOIN_SESSION: "matching:match-detail",
    ThingKind.ANSWER_MATCH: "matching:match-detail",
    ThingKind.CHOOSE_HOUR: "matching:match-detail",
    ThingKind.PROPOSE_HOUR: "matching:session-propose",
    ThingKind.ADD_LINK: "matching:match-detail",
    ThingKind.TELL_SESSION: "matching:feedback-give",
    ThingKind.JOIN_CLINIC: "clinics:clinic-join",
    ThingKind.CLAIM_SEAT: "clinics:clinic-detail",
    ThingKind.ANSWER_CLINIC: "clinics:person-mine",
}
_PAGES_OF_NO_ROW = {
    ThingKind.AGREE: "registrations:agreement-list",
    ThingKind.AGREE_SOON: "registrations:agreement-list",
    ThingKind.READ_REPORTS: "trust:report-list",
    ThingKind.OPEN_TODAY: "admin:index",
    ThingKind.CHANGE_REGISTRATION: "registrations:registration-edit",
    ThingKind.CONTINUE_REGISTRATION: "registrations:registration-edit",
    ThingKind.REGISTER: "registrations:registration-edit",
}


class Lines:
    """The lines for one reader; the names of skills and the titles of clinics they need are read at once."""

    def __init__(self, stored: Stored, *, also_named: Iterable[int], lack: OutOfRounds) -> None:
        self._stored, self.member, self._lack = stored, stored.member, lack
        skills = {
            match.heir for match in (*stored.matches, *stored.to_answer.values(), *stored.without_an_hour.values())
        }
        skills |= {session.heir for session in (*stored.ahead.values(), *stored.to_choose.values())}
        self._skills: Mapping[int, str] = names_of(skills | set(also_named))
        spoken = {part.clinic: part.floor_language for part in (*stored.parts.values(), *stored.asked.values())}
        clinics = (*stored.mine.values(), *stored.open_clinics, *stored.over)
        self._titles: Mapping[int, Title] = titles_of(
            spoken | {clinic.key: clinic.floor_language for clinic in clinics}
        )

    @property
    def skills(self) -> Mapping[int, str]:
        return self._skills

    def thing(self, thing: Thing, *, is_first: bool) -> Piece:
        """Return what waits in words, with the link by which it is done; the first is a button."""
        texts = {"name": "", "skill": "", "title": "", "moment": "", "role": ""}
        side, key = "", thing.key
        if thing.kind in _OF_MATCHES:
            match = self._stored.to_answer.get(key) or self._stored.without_an_hour[key]
            side = side_of(match, self.member)
            texts |= {"name": _name(reasons.name_of(_other(match, self.member))), "skill": self._skills[match.heir]}
            texts["moment"] = when_here(match.answer_by) if thing.kind == ThingKind.ANSWER_MATCH else ""
        elif thing.kind in _OF_SESSIONS:
            session = self._session(key)
            moment = date_format(session.met_on) if session.met_on else when_here(session.starts_at)
            texts |= {"name": _name(reasons.name_of(_other(session, self.member))), "moment": moment}
            texts["skill"] = self._skills.get(session.heir, "")
            key = key if thing.kind == ThingKind.TELL_SESSION else session.match
        elif thing.kind == ThingKind.ANSWER_CLINIC:
            part = self._stored.asked[key]
            texts |= {"title": self._titles[part.clinic].text, "moment": when_here(part.starts_at)}
            texts["role"] = str(ClinicRole(part.role).label)
        elif thing.kind in (ThingKind.JOIN_CLINIC, ThingKind.CLAIM_SEAT):
            clinic = self._stored.mine.get(key) or self._stored.parts[key]
            texts |= {"title": self._titles[key].text, "moment": when_here(thing.due or clinic.starts_at)}
        elif thing.kind == ThingKind.OPEN_TODAY:
            text = ngettext("%(count)d matter waits at the desk.", "%(count)d matters wait at the desk.", thing.count)
            texts["name"] = text % {"count": thing.count}
        page = _PAGES_OF_NO_ROW.get(thing.kind)
        if thing.kind == ThingKind.GET_INTO_ROUNDS:
            side, texts["lack"] = self._lack.step, self._lack.text
            texts["link"] = reverse("registrations:registration-step", args=[side])
        else:
            texts["link"] = reverse(page) if page else link_to(_PAGES[thing.kind], key)
        return Piece(shape={"kind": thing.kind.value, "side": side, "is_first": is_first}, texts=texts)

    def _session(self, key: int) -> SessionLine:
        stored = self._stored
        return stored.ahead.get(key) or stored.to_choose.get(key) or stored.to_tell[key]

    def calendar(self, things: Iterable[Thing]) -> list[Piece]:
        """Return the hours of two people and the clinics together, in the order of time.

        What has begun stands among the ``things`` that wait; a seat that is only offered is none yet.
        """
        begun = {(thing.kind, thing.key) for thing in things}
        entries = sorted(self._entries(), key=lambda entry: entry[0])
        return [piece for _at, key, kind, piece in entries if (kind, key) not in begun]

    def _entries(self) -> Iterator[tuple[datetime, int, ThingKind, Piece]]:
        stored = self._stored
        for key, session in stored.ahead.items():
            if session.starts_at is not None:
                yield session.starts_at, key, ThingKind.JOIN_SESSION, self._of_session(session)
        for key, clinic in stored.mine.items():
            if clinic.my_state != RsvpState.OFFERED:
                yield clinic.starts_at, key, ThingKind.JOIN_CLINIC, self._of_clinic(clinic)
        for key, part in stored.parts.items():
            yield part.starts_at, key, ThingKind.JOIN_CLINIC, self._of_part(part)

    def _of_session(self, session: SessionLine) -> Piece:
        texts = {
            "link": link_to("matching:match-detail", session.match),
            "name": _name(reasons.name_of(_other(session, self.member))),
            "skill": self._skills[session.heir],
            "moment": when_here(session.starts_at),
        }
        return Piece(shape={"kind": "session"}, texts=texts)

    def _of_clinic(self, clinic: ClinicLine) -> Piece:
        is_cancelled = clinic.state == ClinicState.CANCELLED
        state = ClinicState.CANCELLED.label if is_cancelled else RsvpState(clinic.my_state or "").label
        return self._entry("clinics:clinic-detail", clinic.key, clinic.key, clinic.starts_at, said=str(state))

    def _of_part(self, part: ClinicPart) -> Piece:
        role = str(ClinicRole(part.role).label)
        return self._entry("clinics:person-mine", part.key, part.clinic, part.starts_at, said=role)

    def _entry(self, page: str, key: int, clinic: int, starts_at: datetime, *, said: str) -> Piece:
        texts = {"link": link_to(page, key), "moment": when_here(starts_at), "said": said}
        return Piece(
            shape={"kind": "clinic", **_has_text(self._titles[clinic])}, texts=texts | _of_title(self._titles[clinic])
        )

    def other_matches(self, things: Iterable[Thing]) -> list[Piece]:
        """Return the matches of which nothing else on the page speaks."""
        stored = self._stored
        sessions = (*stored.ahead.values(), *stored.to_choose.values(), *stored.to_tell.values())
        spoken_of = {session.match for session in sessions}
        spoken_of |= {thing.key for thing in things if thing.kind in _OF_MATCHES}
        return [self._of_match(line) for line in stored.matches if line.key not in spoken_of]

    def _of_match(self, line: MatchLine) -> Piece:
        texts = {
            "link": link_to("matching:match-detail", line.key),
            "name": _name(reasons.name_of(_other(line, self.member))),
            "skill": self._skills[line.heir],
            "moment": when_here(line.answer_by),
        }
        shape = {"is_asked": line.state == MatchState.ASKED, "state": str(MatchState(line.state).label)}
        return Piece(shape=shape, texts=texts)

    def open_clinics(self) -> list[Piece]:
        clinics = self._stored.open_clinics
        return [clinic_line(clinic, self._titles[clinic.key], moment=when_here(clinic.starts_at)) for clinic in clinics]

    def over(self) -> list[Piece]:
        """Return the clinics of which they can say how it was, and have a certificate."""
        return [self._of_over(clinic) for clinic in self._stored.over]

    def _of_over(self, clinic: ClinicLine) -> Piece:
        texts = {
            "feedback": link_to("clinics:feedback-give", clinic.key),
            "certificate": link_to("clinics:certificate-mine", clinic.key),
            "title": self._titles[clinic.key].text,
            "moment": when_here(clinic.starts_at),
        }
        return Piece(shape={}, texts=texts)


def clinic_line(clinic: ClinicLine, title: Title, *, moment: str) -> Piece:
    """Return the line of a clinic that is open to everybody."""
    texts = {
        "link": link_to("clinics:clinic-detail", clinic.key),
        "starts_at": timezone.localtime(clinic.starts_at).isoformat(),
        "moment": moment,
    }
    return Piece(shape=_has_text(title), texts=texts | _of_title(title))


def _has_text(title: Title) -> dict[str, bool]:
    return {"has_text": bool(title.language)}


def _of_title(title: Title) -> dict[str, str]:
    return {"title": title.text, "text_language": title.language, "text_direction": title.direction}


def _other(line: MatchLine | SessionLine, member: Member) -> NamedPerson:
    return line.sharer if side_of(line, member) == "learner" else line.learner


def _name(name: str) -> SafeString:
    """Return a name for a sentence whose direction may be another one."""
    return format_html("<bdi>{}</bdi>", name)

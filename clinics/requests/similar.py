"""Find the open requests that are about what somebody is about to ask for, so that they can support one instead."""

from clinics.models import TopicRequest, TopicRequestQuerySet
from clinics.requests.asking import WishedTopic
from letsconnect.base.languages import chain
from registrations.models import Member
from registrations.skills import finding
from registrations.skills.ranking import Name, Ranking

MOST_SHOWN, MOST_COMPARED, SKILLS_MEANT = 5, 500, 3


def similar_requests(topic: WishedTopic, *, by: Member, language: str) -> list[TopicRequest]:
    """Return the requests that go on and are about the same, best first; not those that ``by`` wants already.

    A skill is the same in every language, because people may understand several. Words are compared as a search
    compares them: with the words of others, and with the skills that they may mean.
    """
    others = TopicRequest.objects.going_on().exclude(supports__member=by)
    typed = topic.skill.name_in(language) if topic.skill is not None else topic.words
    skills = [topic.skill.pk] if topic.skill is not None else _skills_meant(typed, language)
    keys = [key for skill in skills for key in others.about(skill).order_by("-pk").values_list("pk", flat=True)]
    keys += _in_like_words(typed, others.filter(skill=None).order_by("-pk"), language)
    shown = list(dict.fromkeys(keys))[:MOST_SHOWN]
    rows = TopicRequest.objects.with_names().counting_supporters().in_bulk(shown)
    return [rows[key] for key in shown]


def _skills_meant(typed: str, language: str) -> list[int]:
    return [skill.skill_id for skill in finding.search(typed, language=language, limit=SKILLS_MEANT)]


def _in_like_words(typed: str, requests: TopicRequestQuerySet, language: str) -> list[int]:
    rows = requests.values_list("pk", "language", "words")[:MOST_COMPARED]
    ranking = Ranking([Name(key, code, words) for key, code, words in rows])
    return [hit.skill_id for hit in ranking.search(typed, languages=chain(language), limit=MOST_SHOWN)]

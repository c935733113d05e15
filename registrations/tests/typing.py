"""What a browser sends of one step of the registration."""

from django.contrib.auth import SESSION_KEY
from django.urls import reverse
from django.utils import timezone

from registrations import documents
from registrations.answers import sensitive
from registrations.answers.forms import steps
from registrations.answers.forms.fields import VERSION
from registrations.domain.facts import fingerprint
from registrations.models import Eligibility, Member, Registration, Role
from registrations.tests import factories
from registrations.views.registration import facts_of

OVERVIEW = reverse("registrations:registration-edit")


def url(step):
    return reverse("registrations:registration-step", args=[step])


def rows(name, lines):
    """The fields of the rows of one kind."""
    data = {f"{name}-TOTAL_FORMS": len(lines), f"{name}-INITIAL_FORMS": 0}
    for number, line in enumerate(lines):
        data |= {f"{name}-{number}-{key}": value for key, value in line.items()}
    return data


def versions_shown():
    """What the step of agreements sends besides its ticks: the versions that are in force today."""
    in_force = documents.in_force(on=timezone.now().date())
    return {f"{VERSION}{document}": version for document, version in in_force.items()}


def typed(step):
    """An honest person's answers to one screen or card."""
    role, _made = Role.objects.get_or_create(slug="volunteer")
    group = {"group_id": "", "group_other": "", "group_searched": ""}
    languages = rows("languages", [{"code": "ar", "level": 6, "is_preferred": "False"}])
    return {
        "you": lambda: {"name": "Amina", "country": "TN", "region": "", **group, **languages},
        "skills": lambda: {"skill_text": "", **offers_typed("wikidata"), **wishes_typed("budgeting")},
        "hours": lambda: {
            "zone": "Africa/Tunis",
            **rows("windows", [{"day": "weekdays", "start": "18:00", "end": "20:00"}]),
        },
        "hand-in": lambda: {"agrees_to_conduct": "on", "agrees_to_privacy": "on", **versions_shown()},
        "about-skills": lambda: {**offers_typed("wikidata"), **wishes_typed("budgeting")},
        "places": lambda: {"can_help": 2, "can_learn_from": 1},
        "region": lambda: {"region": "", "region_wish": "either"},
        "spoken": lambda: languages,
        "findable": dict,
        "away": lambda: {"away_until": ""},
        "contact": lambda: {"contact_way": "email", "contact_text": ""},
        "group": lambda: group,
        "work": lambda: {"role_id": role.pk, "topics": ["education"], "topic_other": "Oral history"},
        "newsletter": dict,
        "gender-age": lambda: {"gender": "", "gender_words": "", "age": ""},
    }[step]()


def offers_typed(*slugs):
    """The rows of skills to share, as the page sends them."""
    keys = [factories.make_skill(slug).pk for slug in slugs]
    return rows("offers", [{"skill": key, "level": 2} for key in keys])


def wishes_typed(*slugs):
    """The rows of skills to learn, as the page sends them."""
    keys = [factories.make_skill(slug).pk for slug in slugs]
    return rows("wishes", [{"skill": key, "priority": 3, "why": "For our next grant"} for key in keys])


NEEDED = ("you", "skills", "hours")


def opened(client, step):
    """Open a step and return what its form remembers of the facts it shows."""
    return client.get(url(step)).context["page"].seen


def remembered(client, step):
    """Return the same as `opened` does, for whoever is signed in, without drawing the page."""
    return remembered_by(Member.objects.get(pk=client.session[SESSION_KEY]), step)


def remembered_by(member, step):
    """Return the same for a member."""
    shown = steps.step_named(step, Eligibility.objects.current().rules)
    facts = sensitive.answers_of(member) if shown.is_apart else facts_of(member, Registration.objects.of(member))
    return fingerprint(facts, shown.facts)


def save(client, step, *, seen=None, go="on", **changes):
    """Send a step as typed, with some fields changed; opened just before unless ``seen`` says otherwise."""
    seen = remembered(client, step) if seen is None else seen
    return client.post(url(step), {**typed(step), "seen": seen, "go": go, **changes})


def fill_in(client, *, without=()):
    for step in NEEDED:
        if step not in without:
            assert save(client, step).status_code == 302


def submit(client, **changes):
    """Agree to both documents and hand it in, as read back right before."""
    registration = Registration.objects.of(Member.objects.get(pk=client.session[SESSION_KEY]))
    return save(client, "hand-in", **{"version": registration.version if registration else 0, **changes})

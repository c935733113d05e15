"""What a browser sends of one step of the registration."""

from django.contrib.auth import SESSION_KEY
from django.urls import reverse
from django.utils import timezone

from registrations import documents
from registrations.answers import sensitive
from registrations.answers.forms import steps
from registrations.answers.forms.fields import VERSION
from registrations.domain.facts import fingerprint
from registrations.models import Member, Registration, Role
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
    """An honest person's answers to one step."""
    if step == "languages":
        return rows("languages", [{"code": "ar", "level": 6}])
    if step == "share":
        return rows("offers", [{"skill": factories.make_skill("wikidata").pk, "level": 2}])
    if step == "learn":
        why = "For our next grant"
        return rows("wishes", [{"skill": factories.make_skill("budgeting").pk, "priority": 3, "why": why}])
    if step == "when":
        return {"zone": "Africa/Tunis"} | rows("windows", [{"day": "weekdays", "start": "18:00", "end": "20:00"}])
    role, _made = Role.objects.get_or_create(slug="volunteer")
    return {
        "who": {
            "name": "Amina",
            "country": "TN",
            "region": "",
            "group_id": "",
            "group_other": "",
            "group_searched": "",
            "role_id": role.pk,
            "topics": ["education"],
            "topic_other": "Oral history",
        },
        "how-much": {
            "can_help": 2,
            "can_learn_from": 1,
            "region_wish": "either",
            "away_until": "",
            "contact_way": "email",
            "contact_text": "",
        },
        "consents": {"agrees_to_conduct": "on", "agrees_to_privacy": "on", **versions_shown()},
        "statistics": {"gender": "", "gender_words": "", "age": ""},
    }[step]


NEEDED = ("who", "languages", "share", "learn", "when", "how-much", "consents")


def opened(client, step):
    """Open a step and return what its form remembers of the facts it shows."""
    return client.get(url(step)).context["page"].seen


def remembered(client, step):
    """Return the same as `opened` does, for whoever is signed in, without drawing the page."""
    member, shown = Member.objects.get(pk=client.session[SESSION_KEY]), steps.BY_NAME[step]
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


def submit(client):
    registration = client.get(OVERVIEW).context["registration"]
    return client.post(OVERVIEW, {"version": registration.version if registration else 0})

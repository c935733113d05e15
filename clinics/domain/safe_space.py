"""The rules of a safe space: those that hold at every clinic, in full, and the three that are said again beside it."""

from django.utils.translation import gettext_lazy as _

SHORT = (
    _("Respect each other, and leave room for those who are new."),
    _("Nobody has to give a real name, or to be seen. Take no pictures and no recordings."),
    _("What somebody tells of themselves stays in the room."),
)
ASKED = (
    _(
        "Speak and listen with respect. People come from many places, with many ways to speak and much "
        "or little experience."
    ),
    _(
        "Leave room for others. If you speak often, wait a moment; if you are new, your question is the "
        "one that others have, too."
    ),
    _("Speak slowly and in short sentences: somebody interprets you, and somebody hears you in their third language."),
    _(
        "Use the name by which somebody wants to be called. Ask nobody for their real name, their face "
        "or the place where they live."
    ),
    _(
        "Take no picture and no recording of your own. If the clinic is recorded, its host says so "
        "before it begins. You may keep your camera off and ask in writing."
    ),
    _("What somebody tells of themselves stays in the room. Take home what you learned, not who said it."),
    _("Do not pass on the link to the call."),
)
NOT_ACCEPTED = (
    _(
        "Insults and mockery. Talking anybody down for who they are, where they come from, what they "
        "believe or how they speak."
    ),
    _("Harassment of any kind, unwanted advances, and messages that go on after somebody asked for them to stop."),
    _("Threats, and publishing what is private of somebody, or threatening to."),
    _("Disturbing the clinic on purpose, and selling or recruiting for something else."),
)

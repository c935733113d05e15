"""The clinics of the demo: their words, and when each begins, counted from the moment at which the demo is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from clinics.agendas.writing import AgendaEntry
from clinics.domain.agendas import AgendaPart
from clinics.domain.clinics import ClinicFormat, ForWhom
from clinics.domain.resources import Licence
from clinics.resources.writing import ResourceEntry

FIRST_SHARER, SECOND_SHARER = "first sharer", "second sharer"  # in an agenda: whoever the demo asks to share
KEPT = "https://archive.example.org"  # where the demo keeps recordings and slides
SERIES = "Podcasts from the first idea"
Words = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class DemoClinic:
    """One demo clinic: it starts ``days`` from now, at ``hour`` o'clock in ``zone``; or else after ``starts_in``."""

    words: Words
    signed_up: int
    days: int = 0
    hour: int = 0
    zone: str = "UTC"
    starts_in: timedelta | None = None
    first: int = 0  # the place in the list of members of the one who signs up first
    capacity: int = 30
    facts: Mapping[str, object] = field(default_factory=dict)
    series: str = ""
    agenda: tuple[AgendaEntry, ...] = ()
    icebreaker: str = ""
    quiz_link: str = ""
    skills: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()  # the languages of texts that are not ready
    outcome: str = ""  # in English, of one that was held
    links: tuple[ResourceEntry, ...] = ()  # to what is kept of it
    finds_hour: bool = False  # the best within three days of its day, with the reasons for it

    def begins(self, now: datetime) -> datetime:
        """Return the start, on the clock of its zone; what begins within a day begins at a full five minutes."""
        local = now.astimezone(ZoneInfo(self.zone))
        if self.starts_in is None:
            return (local + timedelta(days=self.days)).replace(hour=self.hour, minute=0, second=0, microsecond=0)
        begins = local.replace(second=0, microsecond=0) + self.starts_in
        return begins + timedelta(minutes=-begins.minute % 5)


GRANTS = DemoClinic(
    days=16,
    hour=15,
    zone="UTC",
    finds_hour=True,
    signed_up=4,
    skills=("proposal-writing", "budgeting"),
    agenda=(
        AgendaEntry(AgendaPart.ICEBREAKER, 10),
        AgendaEntry(AgendaPart.INTRODUCTION, 10),
        AgendaEntry(AgendaPart.PRESENTATION, 35, speaker=FIRST_SHARER),
        AgendaEntry(AgendaPart.CASE_STUDY, 20, "The budget that was too round", SECOND_SHARER),
        AgendaEntry(AgendaPart.QUESTIONS, 25),
        AgendaEntry(AgendaPart.SUMMARY, 10),
    ),
    icebreaker="What is the smallest sum that made something possible for you?",
    words={
        "en": ("Writing a grant proposal that gets read", "From an idea to two clear pages, with real examples."),
        "es": ("Cómo escribir una propuesta que se lea", "De una idea a dos páginas claras, con ejemplos reales."),
        "fr": (
            "Écrire une demande de subvention qu’on lit",
            "De l’idée à deux pages claires, exemples en main.",
        ),
        "pt": ("Como escrever uma proposta que seja lida", "De uma ideia a duas páginas claras, com exemplos."),
        "ar": ("كتابة طلب منحة يُقرأ", "من فكرة إلى صفحتين واضحتين، مع أمثلة حقيقية."),
    },
)
LIBRARIES = DemoClinic(
    days=9,
    hour=18,
    zone="America/Bogota",
    first=12,
    signed_up=9,
    skills=("organizing-edit-a-thons", "partnership-building"),
    capacity=6,
    facts={"floor_language": "es", "for_whom": ForWhom.REGION, "region": "LAC"},
    drafts=("pt",),
    words={
        "es": (
            "Editatones con bibliotecas",
            "Cómo preparar, hacer y contar un editatón con una biblioteca.",
        ),
        "en": ("Edit-a-thons with libraries", "How to prepare, run and report an edit-a-thon with a library."),
        "pt": (
            "Maratonas de edição com bibliotecas",
            "Como preparar, realizar e relatar uma maratona com uma biblioteca.",
        ),
    },
)
NEWCOMERS = DemoClinic(
    days=1,
    hour=18,
    zone="Africa/Cairo",
    signed_up=4,
    skills=("volunteer-retention", "training-newcomers"),
    facts={"for_whom": ForWhom.REGIONS, "regions": ["MENA", "SSA"]},
    words={
        "en": ("Keeping newcomers after the first edit", "What made new editors stay, told by three groups."),
        "ar": ("كيف يبقى المحررون الجدد", "ما الذي جعل المحررين الجدد يبقون، كما ترويه ثلاث مجموعات."),
    },
)
LEXEMES = DemoClinic(
    days=-12,
    hour=14,
    zone="Asia/Kathmandu",
    signed_up=8,
    skills=("wikidata-lexemes",),
    facts={"format": ClinicFormat.COMMUNITY_CALL, "minutes": 60},
    links=(
        ResourceEntry("recording", f"{KEPT}/lexemes-en.webm", "en", "Lexemes for small languages"),
        ResourceEntry("recording", f"{KEPT}/lexemes-fr.webm", "fr", "Les lexèmes pour les petites langues"),
        ResourceEntry("recording", f"{KEPT}/lexemes-ar.webm", "ar", "المعجميات للغات الصغيرة"),
        ResourceEntry("slides", f"{KEPT}/lexemes-en.pdf", "en", licence=Licence.CC0),
        ResourceEntry("slides", f"{KEPT}/lexemes-es.pdf", "es", licence=Licence.CC0),
        ResourceEntry("toolkit", f"{KEPT}/lexeme-forms", title="Lexeme forms"),
        ResourceEntry("notes", f"{KEPT}/lexemes-notes", "en", is_ready=False),
    ),
    agenda=(
        AgendaEntry(AgendaPart.ICEBREAKER, 10),
        AgendaEntry(AgendaPart.NEWS, 10),
        AgendaEntry(AgendaPart.PRESENTATION, 20, "Twenty lexemes of Newar", "Rajesh of Patan"),
        AgendaEntry(AgendaPart.QUESTIONS, 15),
        AgendaEntry(AgendaPart.SUMMARY, 5),
    ),
    icebreaker="Which word of your language has no translation?",
    quiz_link="https://quiz.example.org/lexemes",
    outcome=(
        "We entered the first twenty lexemes of Newar together, and found out that three other communities miss "
        "the same forms.\n\nThe next call is about sounds: bring a word that you can say aloud."
    ),
    words={
        "en": ("Lexemes for small languages", "First steps with lexicographical data on Wikidata."),
        "fr": ("Les lexèmes pour les petites langues", "Premiers pas avec les données lexicographiques."),
    },
)
PHOTOS = DemoClinic(  # at the doors
    starts_in=timedelta(minutes=20),
    signed_up=6,
    capacity=12,
    skills=("wikimedia-commons",),
    agenda=(
        AgendaEntry(AgendaPart.ICEBREAKER, 10),
        AgendaEntry(AgendaPart.PRESENTATION, 40, "Ten lists of missing pictures", SECOND_SHARER),
        AgendaEntry(AgendaPart.QUESTIONS, 50),
        AgendaEntry(AgendaPart.SUMMARY, 20),
    ),
    icebreaker="Which place near you has no picture yet?",
    words={
        "en": ("Photos that articles are missing", "How to find them, take them and put them in, with a telephone."),
        "ar": ("صور تنقص المقالات", "كيف نجدها ونلتقطها ونضيفها، بهاتف فقط."),
        "es": ("Fotos que faltan en los artículos", "Cómo encontrarlas, hacerlas y ponerlas, con un teléfono."),
        "fr": ("Les photos qui manquent aux articles", "Les trouver, les prendre, les placer, avec un téléphone."),
    },
)
SURVEYS = DemoClinic(  # full, and within a day: a seat that is given back is offered
    starts_in=timedelta(hours=22),
    first=4,
    signed_up=5,
    capacity=5,
    skills=("surveys",),
    words={
        "en": ("Surveys that people answer", "Five questions are enough, if they are the right ones."),
        "ar": ("استبيانات يجيب عنها الناس", "خمسة أسئلة تكفي، إن كانت هي الأسئلة الصحيحة."),
        "fr": ("Des enquêtes auxquelles on répond", "Cinq questions suffisent, si ce sont les bonnes."),
    },
)
STREAMS = DemoClinic(  # cancelled
    days=6,
    hour=10,
    zone="Asia/Jakarta",
    signed_up=3,
    facts={"for_whom": ForWhom.REGIONS, "regions": ["ESEAP", "SA"]},
    words={
        "en": ("Streaming an edit-a-thon", "What you need, and what you can do without."),
        "ar": ("بث تحرير جماعي", "ما يلزم، وما يمكن الاستغناء عنه."),
    },
)
FIRST_PODCAST = DemoClinic(
    days=20,
    hour=16,
    zone="Africa/Lagos",
    first=2,
    signed_up=4,
    series=SERIES,
    skills=("podcasting",),
    words={
        "en": ("Podcasts 1: from an idea to a plan", "Whom it is for, how long it is, and what it costs."),
        "ar": ("البودكاست 1: من الفكرة إلى الخطة", "لمن هو، وكم مدته، وكم يكلف."),
    },
)
SECOND_PODCAST = DemoClinic(
    days=27,
    hour=16,
    zone="Africa/Lagos",
    first=2,
    signed_up=3,
    series=SERIES,
    skills=("podcasting",),
    words={
        "en": ("Podcasts 2: recording and cutting", "With free programs, in a quiet room or in a wardrobe."),
        "ar": ("البودكاست 2: التسجيل والمونتاج", "ببرامج حرة، في غرفة هادئة أو في خزانة ثياب."),
    },
)
PROVERBS = DemoClinic(  # in the archive
    days=-45,
    hour=17,
    zone="Africa/Accra",
    signed_up=5,
    skills=("wikimedia-commons",),
    outcome="Forty proverbs in six languages were spoken in and are kept with their sound.",
    links=(
        ResourceEntry("recording", f"{KEPT}/proverbs-en.webm", "en", "Recording proverbs"),
        ResourceEntry("notes", f"{KEPT}/proverbs-notes", "en"),
    ),
    words={
        "en": ("Recording proverbs", "How to record what elders say, and ask them first."),
        "ar": ("تسجيل الأمثال", "كيف نسجل ما يقوله كبارنا، بعد أن نستأذنهم."),
    },
)
PLANS = (
    GRANTS,
    LIBRARIES,
    NEWCOMERS,
    LEXEMES,
    PHOTOS,
    SURVEYS,
    STREAMS,
    FIRST_PODCAST,
    SECOND_PODCAST,
    PROVERBS,
)

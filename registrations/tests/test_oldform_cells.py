"""Every kind of cell in every spelling we know: what is certain, what is guessed, and what must never be an answer."""

from datetime import UTC, datetime

import pytest

from registrations.oldform.reading import (
    countries,
    groups,
    identities,
    languages,
    names,
    numbers,
    roles,
    skills,
    text,
    timestamps,
    windows,
    yesno,
    zones,
)
from registrations.oldform.reading.cells import Certainty
from registrations.oldform.reading.timestamps import Order
from registrations.reference.countries import COUNTRIES
from registrations.reference.groups import groups as seed_groups
from registrations.reference.languages import LANGUAGES
from registrations.reference.skills import skills as seed_skills

U, G, X, B = Certainty.UNDERSTOOD, Certainty.GUESSED, Certainty.UNREAD, Certainty.BLANK
NOW = datetime(2026, 11, 22, tzinfo=UTC)
SKILLS = skills.SkillIndex.of(
    [
        (word, seed.slug)
        for seed in seed_skills()
        for word in [*seed.names.values(), *(word for words in seed.synonyms.values() for word in words)]
    ],
    [(word, seed.slug) for seed in seed_skills() for word in seed.related],
)
GROUPS = groups.index_of((name, seed.slug) for seed in seed_groups() for name in (seed.name, *seed.aliases))


def made(cell):
    return cell.certainty, cell.value


@pytest.mark.parametrize(
    ("told", "certainty", "code"),
    [
        ("India", U, "IN"),
        ("india", U, "IN"),
        ("IN", U, "IN"),
        ("Bharat", U, "IN"),
        ("भारत", U, "IN"),
        ("🇮🇳", U, "IN"),
        ("egypt ", U, "EG"),
        ("مصر", U, "EG"),
        ("مَصر", U, "EG"),
        ("المغرب", U, "MA"),
        ("Maroc", U, "MA"),
        ("Deutschland", U, "DE"),
        ("Alemania", U, "DE"),
        ("Allemagne", U, "DE"),
        ("Brasil", U, "BR"),
        ("U.S.A.", U, "US"),
        ("Estados Unidos", U, "US"),
        ("UK", U, "GB"),
        ("República Checa", U, "CZ"),
        ("Palestina", U, "PS"),
        ("United Republic of Tanzania", U, "TZ"),
        ("Bolivia (Plurinational State of)", U, "BO"),
        ("Viet Nam", U, "VN"),
        ("Cote d'Ivoire", U, "CI"),
        ("Côte d’Ivoire", U, "CI"),
        ("Türkiye", U, "TR"),
        ("KEN", U, "KE"),
        ("日本", U, "JP"),
        ("Saint Helena, Ascension, and Tristan da Cunha", U, "SH"),
        ("Antigua & Barbuda", U, "AG"),
        ("Niger", U, "NE"),
        ("Nigeria", U, "NG"),
        ("Dominica", U, "DM"),
        ("República Dominicana", U, "DO"),
        ("DRC", U, "CD"),
        ("n/a", U, None),
        ("-", U, None),
        ("Columbia", G, "CO"),
        ("Georgia", G, "GE"),
        ("Guinea", G, "GN"),
        ("Congo", G, "CG"),
        ("CA", G, "CA"),
        ("NA", G, "NA"),
        ("Korea", G, "KR"),
        ("Republic of China", G, "TW"),
        ("Lagos, Nigeria", G, "NG"),
        ("Kingdom of Spain", G, "ES"),
        ("India / Nepal", G, "IN"),
        ("Nigera", X, None),
        ("Austrlia", X, None),
        ("No", X, None),
        ("Atlanta, Georgia", X, None),
        ("Georgia (USA)", X, None),
        ("Earth", X, None),
        ("Wakanda", X, None),
        ("Latveria", X, None),
        ("Ruritania", X, None),
        ("XX", X, None),
        ("ZZ", X, None),
        ("999", X, None),
        ("Mars/Olympus", X, None),
        ('=HYPERLINK("http://example.org","x")', X, None),
        ("   ", B, None),
    ],
)
def test_a_country(told, certainty, code):
    assert made(countries.read(told)) == (certainty, code)


@pytest.mark.parametrize("code", sorted(COUNTRIES))
def test_every_country_of_the_table_is_read_by_its_name(code):
    cell = countries.read(COUNTRIES[code].name)

    assert cell.value == code
    assert cell.certainty == (G if code in {"GE", "GN", "WS"} else U)


@pytest.mark.parametrize(
    ("told", "certainty", "spoken"),
    [
        ("Kiswahili-5, Français (1), English-5", U, {"sw": 5, "fr": 1, "en": 5}),
        ("日本語 (native); english-basic", U, {"ja": 6, "en": 1}),
        ("Odia (basic) / اردو (N) / Nepali-N", U, {"or": 1, "ur": 6, "ne": 6}),
        ("Oriya-2 | বাংলা-3\nहिन्दी (N)", U, {"or": 2, "bn": 3, "hi": 6}),
        ("Bahasa Indonesia-basic", U, {"id": 1}),
        ("Moroccan Arabic-3; Arabic-native", U, {"ary": 3, "ar": 6}),
        ("pt-br-4, en-N, es-419 (2)", U, {"pt": 4, "en": 6, "es": 2}),
        ("PT-2, EN (4), FR-3", U, {"pt": 2, "en": 4, "fr": 3}),
        ("Filipino (3)", U, {"tl": 3}),
        ("shqip (native), Yorùbá-1, Català-N", U, {"sq": 6, "yo": 1, "ca": 6}),
        ("English: native", U, {"en": 6}),
        ("English native", U, {"en": 6}),
        ("native English speaker", U, {"en": 6}),
        ("English (4) Spanish (N)", U, {"en": 4, "es": 6}),
        ("español (avanzado); inglés (básico)", U, {"es": 3, "en": 1}),
        ("Français (langue maternelle), anglais (intermédiaire)", U, {"fr": 6, "en": 2}),
        ("العربية (لغة أم)، الإنجليزية (متوسط)", U, {"ar": 6, "en": 2}),
        ("Português (língua materna)", U, {"pt": 6}),
        ("{{#babel:en-4|fr-2}}", U, {"en": 4, "fr": 2}),
        ("Turkish – 2", U, {"tr": 2}),
        ("English-5; EN-5", U, {"en": 5}),
        ("English (0)", U, {"en": 0}),
        ("n/a", U, {}),
        ("Kiswahili-fluent", G, {"sw": 4}),
        ("Inglés", G, {"en": 2}),
        ("English and French", G, {"en": 2, "fr": 2}),
        ("العربية والفرنسية", G, {"ar": 2, "fr": 2}),
        ("English (fluent), english (basic)", G, {"en": 4}),
        ("English (B2)", G, {"en": 3}),
        ("Mandarin (native)", G, {"zh": 6}),
        ("zh-tw (N)", G, {"zh": 6}),
        ("Chinese (Cantonese)", G, {"yue": 2}),
        ("Portugués (Brasil) - nativo", G, {"pt": 6}),
        ("Tamazight (3)", G, {"zgh": 3}),
        ("Englsh (3)", G, {"en": 3}),
        ("war-3", G, {"war": 3}),
        ("Elvish (N), English (2)", X, {"en": 2}),
        ("Klingon (5)", X, {}),
        ("English (6)", X, {}),
        ("English (999)", X, {}),
        ("English (spoken by my aunt)", X, {}),
        ("999", X, {}),
        ("Earth", X, {}),
        ("", B, None),
    ],
)
def test_languages(told, certainty, spoken):
    assert made(languages.read(told)) == (certainty, spoken)


def test_a_code_of_the_table_is_read_as_its_language_or_not_at_all():
    unread = set()
    for code in LANGUAGES:
        cell = languages.read(f"{code} (3)")
        if cell.certainty is X:
            unread.add(code)
        else:
            assert cell.value == {code: 3}
            assert cell.certainty is U or len(code) == 3

    assert unread == {"ga", "ho"}  # Ga is a language too, and not Irish; so is Ho


@pytest.mark.parametrize(
    ("told", "certainty", "shown"),
    [
        ("Mon, Wed 18:00-20:30", U, "Mon 18:00–20:30, Wed 18:00–20:30"),
        ("Fri 22:00-02:00", U, "Fri 22:00–+02:00"),
        ("Sun 22:00-02:00", U, "Mon 00:00–02:00, Sun 22:00–24:00"),
        ("Sun 18:00-24:00", U, "Sun 18:00–24:00"),
        ("Tue 19:00-21:00; Thu 19:00-21:00", U, "Tue 19:00–21:00, Thu 19:00–21:00"),
        ("Sat-Sun 10:00-14:00", U, "Sat 10:00–14:00, Sun 10:00–14:00"),
        ("Sat–Sun 10:00—14:00", U, "Sat 10:00–14:00, Sun 10:00–14:00"),
        ("Fri-Mon 6pm-9pm", U, "Mon 18:00–21:00, Fri 18:00–21:00, Sat 18:00–21:00, Sun 18:00–21:00"),
        ("Mon-Wed, Fri 18-20", U, "Mon 18:00–20:00, Tue 18:00–20:00, Wed 18:00–20:00, Fri 18:00–20:00"),
        ("Mon, Wed-Fri 18-20", U, "Mon 18:00–20:00, Wed 18:00–20:00, Thu 18:00–20:00, Fri 18:00–20:00"),
        ("Mondays and Wednesdays from 6pm to 9pm", U, "Mon 18:00–21:00, Wed 18:00–21:00"),
        ("between 18:00 and 20:00 on Mondays", U, "Mon 18:00–20:00"),
        ("Mon 2-4 PM", U, "Mon 14:00–16:00"),
        ("Mon 2-4 p.m.", U, "Mon 14:00–16:00"),
        ("12pm-2pm Mon", U, "Mon 12:00–14:00"),
        ("Fri 11pm-1am", U, "Fri 23:00–+01:00"),
        ("Mon 9-12 and 14-17", U, "Mon 09:00–12:00, Mon 14:00–17:00"),
        ("Mon 18:00-20:00, Wed 19:00-21:00", U, "Mon 18:00–20:00, Wed 19:00–21:00"),
        ("18:00-20:00 Mon, Wed", U, "Mon 18:00–20:00, Wed 18:00–20:00"),
        ("Mon 18:00-20:00; Mon 19:00-21:00", U, "Mon 18:00–21:00"),
        ("Lun-Vie 18:00 a 20:00", U, ", ".join(f"{day} 18:00–20:00" for day in ("Mon", "Tue", "Wed", "Thu", "Fri"))),
        ("miércoles y sábados 19:00-21:00", U, "Wed 19:00–21:00, Sat 19:00–21:00"),
        ("mar et jeu 18h-20h30", U, "Tue 18:00–20:30, Thu 18:00–20:30"),
        ("du samedi au dimanche de 10h à 12h", U, "Sat 10:00–12:00, Sun 10:00–12:00"),
        ("segunda-feira e quarta-feira 19h às 21h", U, "Mon 19:00–21:00, Wed 19:00–21:00"),
        ("الاثنين والأربعاء ١٨:٠٠-٢٠:٠٠", U, "Mon 18:00–20:00, Wed 18:00–20:00"),
        ("السبت ٦ م - ٩ م", U, "Sat 18:00–21:00"),
        ("Montag und Mittwoch 18-20 Uhr", U, "Mon 18:00–20:00, Wed 18:00–20:00"),
        ("n/a", U, ""),
        ("Saturday mornings", G, "Sat 09:00–12:00"),
        ("mardi et jeudi soir", G, "Tue 18:00–21:00, Thu 18:00–21:00"),
        ("sextas à noite", G, "Fri 19:00–22:00"),
        ("weekends", G, "Sat 10:00–18:00, Sun 10:00–18:00"),
        ("weekends 10:00-14:00", G, "Sat 10:00–14:00, Sun 10:00–14:00"),
        ("Sat evening 6-9", G, "Sat 18:00–21:00"),
        ("Sat after 7pm", G, "Sat 19:00–22:00"),
        ("Mon 6-9", G, "Mon 06:00–09:00"),
        ("Mon 9-5", G, "Mon 09:00–17:00"),
        ("les mercredis après-midi", G, "Wed 14:00–18:00"),
        ("Mon 18:10-20:05", G, "Mon 18:15–20:00"),
        ("Mon 18:00", G, "Mon 18:00–19:00"),
        ("25:00-99:99", X, ""),
        ("Sat 24:00-02:00", X, ""),
        ("Mon 18:00-18:00", X, ""),
        ("Mon 20:00-18:00", X, ""),
        ("Mon 13pm-15pm", X, ""),
        ("not Mondays", X, ""),
        ("any day except Friday", X, ""),
        ("anytime but Sundays", X, ""),
        ("sauf le lundi", X, ""),
        ("Mon 18:00-20:00 UTC", X, ""),
        ("Mon-Wed-Fri 18-20", X, ""),
        ("Moonday 18:00-20:00", X, ""),
        ("Mon 18:00-20:00; whatever the moon says", X, "Mon 18:00–20:00"),
        ("999", X, ""),
        ("-1", X, ""),
        ("3", X, ""),
        ("6-9", X, ""),
        ("=Mon 18:00-20:00", X, ""),
    ],
)
def test_windows(told, certainty, shown):
    cell = windows.read(told)

    assert (cell.certainty, windows.show(cell.value or [])) == (certainty, shown)


@pytest.mark.parametrize(
    "told",
    ["anytime", "any time", "24/7", "flexible", "en cualquier momento", "à tout moment", "qualquer hora", "في أي وقت"],
)
def test_any_time_is_a_guess_of_waking_hours_every_day(told):
    cell = windows.read(told)

    assert cell.certainty is G
    assert cell.value == [(day * 1440 + 540, day * 1440 + 1260) for day in range(7)]


@pytest.mark.parametrize(
    "told", ["weekday evenings", "evenings on weekdays", "les soirs de semaine", "entre semana por la noche"]
)
def test_weekday_evenings_are_guessed_by_the_week_of_the_country(told):
    days = {start // 1440 for start, _ in windows.read(told).value}
    in_egypt = {start // 1440 for start, _ in windows.read(told, country="EG").value}

    assert windows.read(told).certainty is G
    assert days == {0, 1, 2, 3, 4}
    assert in_egypt == {0, 1, 2, 3, 6}


def test_evenings_and_weekends_are_two_things():
    value = windows.read("evenings and weekends").value

    assert (18 * 60, 21 * 60) in value
    assert (5 * 1440 + 10 * 60, 5 * 1440 + 21 * 60) in value


@pytest.mark.parametrize(
    ("told", "country", "certainty", "zone"),
    [
        ("Africa/Lagos", None, U, "Africa/Lagos"),
        ("africa/lagos ", "NG", U, "Africa/Lagos"),
        ("Africa/Dar es Salaam", "TZ", U, "Africa/Dar_es_Salaam"),
        ("Asia/Calcutta", "IN", U, "Asia/Kolkata"),
        ("Europe/Kiev", "UA", U, "Europe/Kyiv"),
        ("America/Buenos_Aires", "AR", U, "America/Argentina/Buenos_Aires"),
        ("Africa/Accra", "GH", U, "Africa/Accra"),
        ("Australia/Lord_Howe", "AU", U, "Australia/Lord_Howe"),
        ("UTC", None, U, "UTC"),
        ("UTC+5:30", "IN", G, "Asia/Kolkata"),
        ("GMT+5.5", "IN", G, "Asia/Kolkata"),
        ("+0530", "IN", G, "Asia/Kolkata"),
        ("UTC+5:45", "NP", G, "Asia/Kathmandu"),
        ("UTC−3", "BR", G, "America/Sao_Paulo"),
        ("UTC+1", "DE", G, "Europe/Berlin"),
        ("UTC+2", "DE", G, "Europe/Berlin"),
        ("GMT", "GH", G, "Africa/Accra"),
        ("IST", "IN", G, "Asia/Kolkata"),
        ("CET", "FR", G, "Europe/Paris"),
        ("West Africa Time", "NG", G, "Africa/Lagos"),
        ("(UTC+01:00) West Central Africa", "NG", G, "Africa/Lagos"),
        ("Nairobi time", "KE", G, "Africa/Nairobi"),
        ("Lisboa", "PT", G, "Europe/Lisbon"),
        ("القاهرة", "EG", G, "Africa/Cairo"),
        ("UTC+5:30", None, X, None),
        ("UTC+5:30", "DE", X, None),
        ("UTC+25", "IN", X, None),
        ("UTC+5:17", "IN", X, None),
        ("IST", "IE", X, None),
        ("Mars/Olympus", "IN", X, None),
        ("Earth", None, X, None),
        ("999", "IN", X, None),
        ("-1", "IN", X, None),
    ],
)
def test_a_zone(told, country, certainty, zone):
    assert made(zones.read(told, country=country)) == (certainty, zone)


def test_a_blank_zone_is_taken_from_a_country_that_has_one():
    assert zones.only_zone("NG") == "Africa/Lagos"
    assert zones.only_zone("BR") == ""
    assert zones.only_zone(None) == ""


@pytest.mark.parametrize(
    ("told", "certainty", "number"),
    [
        ("0", U, 0),
        ("4", U, 4),
        ("one", U, 1),
        ("dos", U, 2),
        ("ثلاثة", U, 3),
        ("٣", U, 3),
        ("３", U, 3),
        ("1.0", U, 1),
        ("2 per month", U, 2),
        ("4 sessions/month", U, 4),
        ("deux fois par mois", U, 2),
        ("20", U, 20),
        ("n/a", U, None),
        ("a few", G, 3),
        ("2-3", G, 2),
        ("1 or 2", G, 1),
        ("once a week", G, 4),
        ("about 2", G, 2),
        ("2+", G, 2),
        ("1.5", G, 1),
        ("2,00", U, 2),
        ("none", G, 0),
        ("999", X, None),
        ("-1", X, None),
        ("−1", X, None),
        ("1e9", X, None),
        ("21", X, None),
        ("1,000", X, None),
        ("as many as you like", X, None),
        ("=1+1", X, None),
    ],
)
def test_a_number_of_sessions(told, certainty, number):
    assert made(numbers.read(told)) == (certainty, number)


@pytest.mark.parametrize(
    ("told", "certainty", "answer"),
    [("Yes", U, True), ("Sí", U, True), ("Oui", U, True), ("نعم", U, True), ("yes", U, True), ("No", U, False),
     ("Não", U, False), ("Maybe", G, False), ("Quizás", G, False), ("peut-être", G, False), ("x", G, True),
     ("yes but only in spring", X, None), ("999", X, None)],
)  # fmt: skip
def test_yes_or_no(told, certainty, answer):
    assert made(yesno.read(told)) == (certainty, answer)


@pytest.mark.parametrize(
    ("told", "certainty", "answer"),
    [("Yes", U, True), ("I agree", U, True), ("Acepto", U, True), ("J’accepte", U, True), ("أوافق", U, True),
     ("No", U, False), ("I do not agree", U, False), ("Maybe", X, None), ("x", X, None), ("1", X, None),
     ("yes, except the third point", X, None)],
)  # fmt: skip
def test_consent_is_never_guessed(told, certainty, answer):
    assert made(yesno.read_consent(told)) == (certainty, answer)


@pytest.mark.parametrize(
    ("told", "certainty", "slugs"),
    [
        ("Video editing", U, ["video-editing"]),
        ("proposal  writing", U, ["proposal-writing"]),
        ("Wikidata! | Wiki data | WIKIDATA", U, ["wikidata"]),
        ("social-media;Social Media management", U, ["social-media"]),
        ("Redes sociales\nEspacios seguros", U, ["social-media", "safe-spaces"]),
        ("formation des débutants, Animation de groupe", U, ["training-newcomers", "facilitation"]),
        ("facilitating, safe space, Grant writing", U, ["facilitation", "safe-spaces", "proposal-writing"]),
        ("التيسير، وسائل التواصل الاجتماعي", U, ["facilitation", "social-media"]),
        ("Wikidata and OpenRefine", U, ["wikidata", "openrefine"]),
        ("Culture & heritage", U, ["culture-and-heritage"]),
        ("none", U, []),
        ("Theory of change", G, ["logic-models"]),
        ("Video editting", G, ["video-editing"]),
        ("Wikidata (advanced)", G, ["wikidata"]),
        ("Wikidata, juggling", X, ["wikidata"]),
        (",,,;;;", X, []),
        ("everything", X, []),
        ("999", X, []),
        ("=cmd|' /C calc'!A0", X, []),
    ],
)
def test_skills(told, certainty, slugs):
    assert made(skills.read(told, SKILLS)) == (certainty, slugs)


@pytest.mark.parametrize(
    ("told", "certainty", "slug", "words"),
    [
        ("Wikimedia Chile", U, "wikimedia-chile", ""),
        ("  wikimedia   CHILE ", U, "wikimedia-chile", ""),
        ('"WikiWomen""s User Group"', U, "wikiwomens-user-group", ""),
        ('"Wikimedia Community User Group Côte d""Ivoire"', U, "wikimedia-community-user-group-cote-divoire", ""),
        ("Wikimedia Deutschland", U, "wikimedia-germany", ""),
        ("Art and Feminism", U, "art-feminism", ""),
        ("I edit alone", U, "", ""),
        ("Independent", U, "", ""),
        ("none", U, "", ""),
        ("مستقلة", U, "", ""),
        ("Our town wiki club", G, "", "Our town wiki club"),
        ("نادي ويكي", G, "", "نادي ويكي"),
        ("WikiClub; Open Mapping community", G, "", "WikiClub; Open Mapping community"),
        ("Our club; Wikimedia Chile", G, "wikimedia-chile", "Our club"),
        ("Wikimedia Chlie", G, "wikimedia-chile", ""),
    ],
)
def test_a_group(told, certainty, slug, words):
    assert made(groups.read(told, GROUPS)) == (certainty, groups.GroupAnswer(slug, words))


@pytest.mark.parametrize(
    "told", ['=HYPERLINK("http://example.org","x")', "@SUM(A1)", "club; =1+1", "<b>club</b>", "x" * 151, "1234"]
)
def test_what_is_no_group_is_not_taken_over(told):
    assert made(groups.read(told, GROUPS)) == (X, None)


@pytest.mark.parametrize(
    ("told", "certainty", "slug"),
    [
        ("Executive director", U, "executive-director"),
        ("Volunteer organizer mostly outside user groups", U, "volunteer-organizer"),
        ("Individual volunteer who edits", U, "individual-editor"),
        ("Paid staff of an affiliate or user group", U, "paid-staff"),
        ("Volunteer staff of an affiliate or user group", U, "volunteer-staff"),
        ("BOARD MEMBER", U, "board-member"),
        ("Miembro de la junta", U, "board-member"),
        ("Treasurer", G, "board-member"),
        ("Bord member", G, "board-member"),
        ("Volunteer", X, None),
        ("King of Spain", X, None),
    ],
)
def test_a_role(told, certainty, slug):
    assert made(roles.read(told)) == (certainty, slug)


@pytest.mark.parametrize(
    ("told", "certainty", "address"),
    [
        ("PARTICIPANT@EXAMPLE.ORG ", U, "participant@example.org"),
        ("Ana <ana@example.org>", U, "ana@example.org"),
        ("n/a", U, ""),
        ("ana(at)example.org", G, "ana@example.org"),
        ("ana at example dot org", G, "ana@example.org"),
        ("ana@example", X, None),
        ("ana@example.org, bob@example.org", X, None),
        ("participant@example.org\r\nBcc: everyone@example.org", X, None),
        ("999", X, None),
    ],
)
def test_an_address(told, certainty, address):
    assert made(identities.read_address(told)) == (certainty, address)


@pytest.mark.parametrize(
    ("told", "certainty", "username"),
    [
        (" participant1_0003", U, "Participant1 0003"),
        ("Participant1-0001", U, "Participant1-0001"),
        ("User:Ana_Pérez", U, "Ana Pérez"),
        ("https://meta.wikimedia.org/wiki/User:Ana", U, "Ana"),
        ("مستخدم:سارة", U, "سارة"),
        ("<script>alert(1)</script>", X, None),
        ("ana@example.org", X, None),
        ("127.0.0.1", X, None),
        ("x" * 300, X, None),
    ],
)
def test_a_username(told, certainty, username):
    assert made(identities.read_username(told)) == (certainty, username)


@pytest.mark.parametrize("told", ["x" * 101, "=1+1", "<b>Ana</b>", "12345", "+cmd"])
def test_what_is_no_name_is_not_taken_over(told):
    assert made(identities.read_name(told)) == (X, None)


@pytest.mark.parametrize(
    ("told", "certainty", "moment"),
    [
        ("2023/05/19 15:54:00", U, datetime(2023, 5, 19, 15, 54, tzinfo=UTC)),
        ("2023/02/28 2:19:00", U, datetime(2023, 2, 28, 2, 19, tzinfo=UTC)),
        ("2023-05-19T15:54:00Z", U, datetime(2023, 5, 19, 15, 54, tzinfo=UTC)),
        ("2022/03/13 7:57:00 PM GMT+1", U, datetime(2022, 3, 13, 18, 57, tzinfo=UTC)),
        ("19/05/2023 15:54", U, datetime(2023, 5, 19, 15, 54, tzinfo=UTC)),
        ("5/19/2023 15:54", U, datetime(2023, 5, 19, 15, 54, tzinfo=UTC)),
        ("May 19, 2023 3:54 PM", U, datetime(2023, 5, 19, 15, 54, tzinfo=UTC)),
        ("19 mai 2023 à 15:54", U, datetime(2023, 5, 19, 15, 54, tzinfo=UTC)),
        ("19 de mayo de 2023", U, datetime(2023, 5, 19, tzinfo=UTC)),
        ("45065.5", G, datetime(2023, 5, 19, 12, tzinfo=UTC)),
        ("05/06/2023", X, None),
        ("2023/02/30", X, None),
        ("2023/05/19 25:00:00", X, None),
        ("2099/01/01", X, None),
        ("1900/01/01", X, None),
        ("yesterday", X, None),
        ("999", X, None),
    ],
)
def test_when_a_row_was_written(told, certainty, moment):
    assert made(timestamps.read(told, order=Order.UNDECIDED, now=NOW)) == (certainty, moment)


@pytest.mark.parametrize(
    ("column", "order"),
    [
        (["05/06/2023", "13/06/2023"], Order.DAY_FIRST),
        (["05/06/2023", "06/13/2023"], Order.MONTH_FIRST),
        (["05/06/2023", "13/06/2023", "06/13/2023"], Order.UNDECIDED),
        (["05/06/2023", "2023/05/13"], Order.UNDECIDED),
    ],
)
def test_the_file_tells_whether_the_day_comes_first(column, order):
    assert timestamps.order_of(column) is order


def test_by_the_file_an_ambiguous_date_is_a_guess():
    assert made(timestamps.read("05/06/2023", order=Order.DAY_FIRST, now=NOW)) == (G, datetime(2023, 6, 5, tzinfo=UTC))
    assert made(timestamps.read("05/06/2023", order=Order.MONTH_FIRST, now=NOW)) == (
        G,
        datetime(2023, 5, 6, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("one", "other", "is_near"),
    [("columbia", "colombia", True), ("nigera", "nigeria", True), ("wakanda", "rwanda", False), ("mali", "malo", False),
     ("recieve", "receive", True), ("ruritania", "mauritania", False), ("nigerias", "nigeria", True),
     ("engenharia", "engneharai", False), ("malta", "malta", True)],
)  # fmt: skip
def test_a_slip_is_one_letter_in_a_word_of_five_or_more(one, other, is_near):
    assert text.near(one, [other, "zzzzzzz"]) == ({other} if is_near else set())


@pytest.mark.parametrize(
    ("one", "other", "is_near"),
    [("organizzing contesst", "organizing contest", True), ("organizzing contessst", "organizing contest", False),
     ("budgetplans", "budgtplan", False), ("budgetplansx", "budgtplansx", True), ("budgetplanss", "budgtplan", False),
     ("x" * 60, "x" * 58, True), ("x" * 61, "x" * 61, False)],
)  # fmt: skip
def test_two_slips_are_allowed_from_twelve_letters_and_nothing_beyond_sixty(one, other, is_near):
    assert bool(text.near(one, [other])) is is_near


def test_a_name_added_later_is_a_slip_away_too():
    index = names.Names()
    index.add("Chile", "CL")
    assert index.close_to("Nigera") == set()

    index.add("Nigeria", "NG")

    assert index.close_to("Nigera") == {"NG"}


def test_a_guess_always_says_what_was_made_of_it():
    for told in ("weekends", "anytime", "after 7pm", "Mon 6-9"):
        assert windows.read(told).note
    for told in ("Columbia", "Georgia"):
        assert countries.read(told).note


@pytest.mark.parametrize("told", ["👍", "✗", "☐", "❤️"])
def test_a_picture_is_an_answer_that_nobody_read(told):
    for read in (yesno.read, yesno.read_consent, countries.read, roles.read, numbers.read, languages.read):
        assert read(told).certainty is Certainty.UNREAD


def test_an_address_whose_local_part_cannot_be_sent_to_is_refused_in_those_words():
    assert "before the @" in identities.read_address("josé@example.org").note
    assert identities.read_address("josé@exam ple").note == "not an address"

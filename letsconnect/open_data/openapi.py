"""What the addresses for programs answer, in the words of OpenAPI 3.1. A test holds every answer to it."""

from typing import Any

from django.conf import settings

from clinics.domain.clinics import ClinicFormat, ClinicPhase, ForWhom, Venue
from clinics.domain.listing import Which
from clinics.domain.resources import LICENCE_PAGES, Licence, ResourceKind
from clinics.listing.filters import MOST_TYPED
from letsconnect.base.links import absolute
from letsconnect.open_data.answers import KEPT_BY_CACHES, PROBLEM
from letsconnect.open_data.questions import MOST_PAGES, MOST_PER_PAGE, USUAL_PER_PAGE
from letsconnect.open_data.statistics import LANGUAGE
from registrations.domain.registrations import Region

VERSION = "1.1.0"
LICENCE = {"name": Licence.BY_SA.label, "url": LICENCE_PAGES[Licence.BY_SA]}
Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer", "minimum": 0}
_LINK: Schema = {"type": "string", "format": "uri"}
_LINK_OR_NONE: Schema = {"type": ["string", "null"], "format": "uri"}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_LANGUAGE: Schema = {"type": "string", "description": "A language as BCP 47 writes it, such as ar or pt-BR."}
_REGION: Schema = {"type": "string", "enum": list(Region.values)}
_NONE: Schema = {"type": "null"}


def document() -> Schema:
    """Return the whole document. It is in English: programs and who writes them read it."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{settings.SITE_NAME}: public data",
            "version": VERSION,
            "description": (
                "Clinics that were announced, as their public pages tell of them, without anything about a person; and "
                "statistics of the programme, as they were published. "
                "No sign-in, no key, read only. Every moment is in UTC; “local” is the clock on the wall of the zone "
                f"in which it was planned. Answers may be kept for {int(KEPT_BY_CACHES.total_seconds())} seconds; "
                "after that send the ETag as If-None-Match, and get 304 where nothing has changed. "
                "Fields may be added; none is taken away or changes its meaning within version 1."
            ),
            "license": LICENCE,
        },
        "servers": [{"url": settings.SITE_URL}],
        "paths": {
            "/api/clinics.json": {"get": _list_clinics()},
            "/api/clinics/{id}.json": {"get": _get_clinic()},
            "/api/statistics.json": {"get": _list_editions()},
            "/api/statistics/{slug}.json": {"get": _get_edition()},
        },
        "components": {
            "schemas": {
                "Clinic": CLINIC,
                "Clinics": CLINICS,
                "Edition": EDITION,
                "Editions": EDITIONS,
                "Problem": _PROBLEM,
            }
        },
        "externalDocs": {"url": absolute("api"), "description": "The same for people, with examples"},
    }


def _list_clinics() -> Schema:
    return {
        "operationId": "listClinics",
        "summary": "Clinics, page by page: those to come soonest first, otherwise latest first",
        "parameters": [
            _parameter("when", {"type": "string", "enum": list(Which.values)}, "To come (running ones too), or over."),
            _parameter("language", _LANGUAGE, "Spoken, interpreted or recorded in this language."),
            _parameter("region", _REGION, "Made for the people of this region. Anybody may come all the same."),
            _parameter("skill", _TEXT, "The slug of a skill; what was merged into it, and its parts, count too."),
            _parameter("evenings", {"type": "string", "enum": ["1"]}, "Only those that begin in the evening."),
            _parameter("zone", _TEXT, "By whose clock evenings are counted, such as Africa/Tunis; UTC without it."),
            _parameter("q", {"type": "string", "maxLength": MOST_TYPED}, "Words in titles, summaries and materials."),
            _parameter("page", {"type": "integer", "minimum": 1, "maximum": MOST_PAGES}, "Which page; 1 without it."),
            _parameter(
                "per_page",
                {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": USUAL_PER_PAGE},
                "How many clinics a page has.",
            ),
        ],
        "responses": {
            "200": _answer("One page of clinics.", "Clinics"),
            "304": {"description": "Nothing has changed since the version in If-None-Match."},
            "400": _refusal("A parameter is unknown, comes twice, or says what cannot be understood."),
            "404": _refusal("There is no such page of the list."),
        },
    }


def _get_clinic() -> Schema:
    identity = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
    return {
        "operationId": "getClinic",
        "summary": "One clinic",
        "parameters": [identity],
        "responses": {
            "200": _answer("The clinic.", "Clinic"),
            "304": {"description": "Nothing has changed since the version in If-None-Match."},
            "404": _refusal("There is no such clinic, or it was not announced."),
        },
    }


def _list_editions() -> Schema:
    return {
        "operationId": "listEditions",
        "summary": "Published editions of statistics, the newest first",
        "parameters": [_in_language()],
        "responses": {
            "200": _answer("All editions.", "Editions"),
            "304": {"description": "Nothing has changed since the version in If-None-Match."},
            "400": _refusal("A parameter is unknown, comes twice, or names a language that is not there."),
        },
    }


def _get_edition() -> Schema:
    slug = {"name": "slug", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}}
    return {
        "operationId": "getEdition",
        "summary": "One edition: its numbers as they were published, and what each of them counts",
        "parameters": [slug, _in_language()],
        "responses": {
            "200": _answer("The edition.", "Edition"),
            "304": {"description": "Nothing has changed since the version in If-None-Match."},
            "400": _refusal("A parameter is unknown, comes twice, or names a language that is not there."),
            "404": _refusal("There is no such edition, or it is not published."),
        },
    }


def _in_language() -> Schema:
    languages = {"type": "string", "enum": list(dict(settings.LANGUAGES)), "default": settings.LANGUAGE_CODE}
    return _parameter(LANGUAGE, languages, "The language of all words. Keys are the same in each.")


def _parameter(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": description}


def _answer(description: str, schema: str) -> Schema:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    etag = {"schema": {"type": "string"}, "description": "The version of this answer."}
    return {"description": description, "headers": {"ETag": etag}, "content": content}


def _refusal(description: str) -> Schema:
    return {"description": description, "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def _object(properties: dict[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def _list_of(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def _one_of(values: Any, description: str) -> Schema:
    return {"type": "string", "enum": [str(value) for value in values], "description": description}


_TEXTS = _object(
    {
        "language": _LANGUAGE,
        "direction": {"type": "string", "enum": ["ltr", "rtl", "auto"]},
        "title": _TEXT,
        "summary": _TEXT,
        "audience": {**_TEXT, "description": "Who it is for; may be empty."},
        "outcomes": {**_TEXT, "description": "What one will learn; may be empty."},
        "preparation": {**_TEXT, "description": "What to prepare; may be empty."},
    }
)
_SKILL = _object(
    {
        "slug": _TEXT,
        "names": {"type": "object", "additionalProperties": _TEXT, "description": "Its name by language."},
    }
)
_MATERIAL = _object(
    {
        "kind": _one_of(ResourceKind.values, "What it is."),
        "language": {"type": ["string", "null"], "description": "Null where it is in several languages."},
        "title": _TEXT,
        "url": {**_LINK_OR_NONE, "description": "Null where it names somebody: the page of the clinic has it."},
        "licence": {**_TEXT, "description": "A short name, or the licence in words."},
        "licence_url": _LINK_OR_NONE,
    }
)
_CAME = _object(
    {
        "people": {"type": "integer", "minimum": 5},
        "regions": {"type": ["integer", "null"], "description": "From how many regions, where that is told."},
        "by_region": _list_of(_object({"region": _REGION, "people": {"type": "integer", "minimum": 5}})),
        "from_other_regions": {"type": ["integer", "null"], "description": "From all regions that are not named."},
    }
)
CLINIC = _object(
    {
        "id": {"type": "integer", "minimum": 1},
        "self": _LINK,
        "page": {**_LINK, "description": "The page for people, where one signs up."},
        "calendar": {**_LINK, "description": "The same as an iCalendar file."},
        "format": _one_of(ClinicFormat.values, "What kind of meeting it is."),
        "phase": _one_of(
            [phase for phase in ClinicPhase.values if phase != ClinicPhase.DRAFT],
            "open: people can sign up; full: they can wait for a seat; closed: sign-up is over; live; over; cancelled.",
        ),
        "starts_at": _MOMENT,
        "ends_at": _MOMENT,
        "minutes": _NUMBER,
        "local": {
            **_object(
                {
                    "date": {"type": "string", "format": "date"},
                    "time": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"},
                    "zone": {**_TEXT, "description": "An IANA time zone."},
                }
            ),
            "description": "The start on the wall of the zone in which it was planned.",
        },
        "sign_up_closes_at": _MOMENT,
        "seats": {
            "anyOf": [_object({"all": _NUMBER, "left": _NUMBER}), _NONE],
            "description": "Told as long as people can sign up.",
        },
        "venue": _one_of(Venue.values, "Whether one joins a call. Its link is given to those with a seat only."),
        "languages": {
            **_object({"spoken": _LANGUAGE, "interpreted": _list_of(_LANGUAGE)}),
            "description": "Into “interpreted” somebody has said yes to interpret.",
        },
        "for_whom": _one_of(ForWhom.values, "For whom it is made; anybody may come."),
        "regions": _list_of(_REGION),
        "texts": {**_list_of(_TEXTS), "description": "What it is about, in each language in which that is ready."},
        "skills": _list_of(_SKILL),
        "series": {"anyOf": [_object({"id": {"type": "integer"}, "name": _TEXT}), _NONE]},
        "same_at_other_hours": {
            **_list_of({"type": "integer"}),
            "description": "Ids of the same clinic at other hours.",
        },
        "materials": {**_list_of(_MATERIAL), "description": "Recordings, slides and more, once it was held."},
        "came": {
            "anyOf": [_CAME, _NONE],
            "description": "How many came, once that was counted. Numbers below five are not told.",
        },
        "announced_at": {"type": ["string", "null"], "format": "date-time"},
    }
)
CLINICS = _object(
    {
        "clinics": _list_of({"$ref": "#/components/schemas/Clinic"}),
        "number": {**_NUMBER, "description": "How many there are on all pages together."},
        "page": {"type": "integer", "minimum": 1},
        "per_page": {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE},
        "next": _LINK_OR_NONE,
        "previous": _LINK_OR_NONE,
        "licence": _object({"name": _TEXT, "url": _LINK}),
    }
)
_WORDS = _object(
    {"text": _TEXT, "language": _LANGUAGE, "direction": {"type": "string", "enum": ["ltr", "rtl", "auto"]}}
)
_EDITION_OF_LIST = {
    "slug": _TEXT,
    "self": _LINK,
    "page": {**_LINK, "description": "The page for people."},
    "title": _WORDS,
    "period": _object({"first_day": {**_TEXT, "format": "date"}, "last_day": {**_TEXT, "format": "date"}}),
    "published_at": _MOMENT,
    "corrects": {"type": ["string", "null"], "description": "The slug of the edition that this one corrects."},
    "corrected_by": {
        "type": ["string", "null"],
        "description": "The slug of the edition to read instead: this one was corrected.",
    },
}
_FIGURE = _object(
    {
        "key": {**_TEXT, "description": "Stays the same as long as the figure counts the same."},
        "label": _TEXT,
        "definition": {**_TEXT, "description": "What it counts."},
        "is_exact": {"type": "boolean", "description": "It counts no people and is not rounded."},
    }
)
_ROW = _object(
    {
        "key": {**_TEXT, "description": "What the row is about, such as region:SSA; unique in its table."},
        "names": {**_list_of(_TEXT), "description": "The same in words, one for each of the names of the table."},
        "is_total": {"type": "boolean"},
        "values": {
            "type": "object",
            "additionalProperties": {"type": ["integer", "null"], "minimum": 0},
            "description": "By the key of the figure. Null: a number is hidden or few, or there is nothing to count.",
        },
        "hidden": {
            **_list_of(_TEXT),
            "description": "Keys of figures that are below five, or would tell such a number by subtraction.",
        },
        "few": {**_list_of(_TEXT), "description": "Keys of figures that are rounded, and 1 to 4."},
    }
)
_TABLE = _object(
    {
        "report": _TEXT,
        "table": {**_TEXT, "description": "Unique together with the report."},
        "title": _TEXT,
        "note": {**_TEXT, "description": "What to know about the table; may be empty."},
        "as_of": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "When it was so. Null: the table tells of the period of the edition.",
        },
        "names": {**_list_of(_TEXT), "description": "What the names of its rows are: a region, a month."},
        "figures": _list_of(_FIGURE),
        "rows": _list_of(_ROW),
    }
)
_QUOTE = _object({"text": _TEXT, "said_by": _TEXT})
EDITION = _object(
    {
        **_EDITION_OF_LIST,
        "introduction": {"anyOf": [_WORDS, _NONE]},
        "language": _LANGUAGE,
        "rounded_to": {
            **_NUMBER,
            "description": "Numbers of people are rounded to it, totals too: they are not the sums of their parts.",
        },
        "tables": _list_of(_TABLE),
        "quotes": {
            **_list_of(_QUOTE),
            "description": "Words whose authors allow it. They can take them back: ask again before you show them.",
        },
        "licence": _object({"name": _TEXT, "url": _LINK}),
    }
)
EDITIONS = _object(
    {"editions": _list_of(_object(_EDITION_OF_LIST)), "licence": _object({"name": _TEXT, "url": _LINK})},
)
_PROBLEM = _object(
    {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "parameter": {**_TEXT, "description": "Which parameter could not be understood."},
    },
    optional=("parameter",),
)

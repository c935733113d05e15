"""The house style, kept by a test."""

import ast
import re
import tomllib
from functools import cache, reduce
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin import site
from django.core.exceptions import FieldDoesNotExist
from django.urls import URLResolver, get_resolver

from letsconnect.base import personal_columns
from registrations.models import Consent, Look

ROOT = Path(settings.BASE_DIR)
OURS = ("letsconnect.base", "trust", "registrations", "mailings", "matching", "clinics", "reports")


def our_models():
    return [model for model in apps.get_models() if model.__module__.startswith(OURS)]


def our_files():
    folders = ("letsconnect", "registrations", "mailings", "matching", "clinics", "trust", "reports")
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def declared(model):
    folder = Path(apps.get_app_config(model._meta.app_label).path)
    return tomllib.loads((folder / "columns.toml").read_text())[model.__name__]


def columns_of(model):
    return sorted(field.name for field in model._meta.concrete_fields)


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_no_table_is_ordered_by_the_order_of_another(model):
    """A relation without ``_id`` stands for the other table's own order, and "-round" once put the oldest first."""
    relations = {field.name for field in model._meta.concrete_fields if field.is_relation}
    desk = site._registry.get(model)
    orders = [*model._meta.ordering, *((desk.ordering or ()) if desk else ())]

    assert [name for name in orders if isinstance(name, str) and name.lstrip("-") in relations] == []


def test_no_query_is_ordered_by_the_order_of_another_table():
    """Rows are locked by their keys, lowest first: by a table's own order, which changes, two would wait crosswise."""
    relations = {field.name for model in our_models() for field in model._meta.concrete_fields if field.is_relation}
    orders = [
        (str(path.relative_to(ROOT)), word.value)
        for path in our_files()
        if "order_by" in path.read_text()
        for call in ast.walk(tree_of(path))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "order_by"
        for word in call.args
        if isinstance(word, ast.Constant)
    ]

    assert ("matching/feedback/quiet.py", "session__match_id") in orders
    assert [order for order in orders if order[1].lstrip("-").rpartition("__")[2] in relations] == []


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_column_is_declared_personal_or_plain(model):
    assert sorted(declared(model)["personal"] + declared(model)["plain"]) == columns_of(model)


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_column_says_once_to_whom_it_may_be_shown(model):
    assert sorted(column for columns in declared(model)["shown_to"].values() for column in columns) == columns_of(model)


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_who_may_be_shown_a_column_is_somebody(model):
    """Where a row belongs to two people, `owner` would not say which: `both` does, or the way to one of them."""
    table = personal_columns.table_of(model)
    has_one_key_of_two = model in (Look, Consent)  # and so one person
    belongs_to_two = len(table.owners) > 1 and not has_one_key_of_two

    for column, audience in table.shown_to.items():
        assert audience == {"nobody"} or "nobody" not in audience, column
        assert not (belongs_to_two and "owner" in audience), column
        assert belongs_to_two or "both" not in audience, column
        for word in audience - personal_columns.AUDIENCES:
            assert leads_to_a_person(model, word), f"{column}: {word} is neither a word nor a way to a person"


def leads_to_a_person(model, lookup):
    """Tell whether following ``lookup`` from a row ends at an account."""
    try:
        end = reduce(lambda at, name: at._meta.get_field(name).related_model, lookup.split("__"), model)
    except (FieldDoesNotExist, AttributeError):
        return False
    return end is not None and end._meta.label == settings.AUTH_USER_MODEL


def test_no_table_is_declared_that_is_not_there():
    names = {model.__name__ for model in our_models()}
    folders = {Path(apps.get_app_config(model._meta.app_label).path) for model in our_models()}

    assert {name for folder in folders for name in tomllib.loads((folder / "columns.toml").read_text())} <= names


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_constraints_are_named_after_their_app(model):
    for constraint in model._meta.constraints:
        assert constraint.name.startswith(f"{model._meta.app_label}_")


def test_no_file_of_code_grows_past_400_lines():
    tables = {"country_names.py", "countries.py", "languages.py", "skills.py", "groups.py"}
    long = {
        str(path.relative_to(ROOT)): lines
        for path in our_files()
        if "migrations" not in path.parts
        and "tests" not in path.parts
        and not ("reference" in path.parts and path.name in tables)
        and (lines := len(path.read_text().splitlines())) > 400
    }

    assert long == {}


# Where letters may be folded, and what for. None of it decides who somebody is, what opens, or where a letter goes: an
# address is one by `letsconnect.base.addresses`, a username, key or token by its own characters.
FOLDING = {
    "letsconnect/base/addresses.py": "after the rest was refused or mapped, nothing but ASCII is left",
    "letsconnect/base/avatars.py": "a capital among initials",
    "clinics/newsletters.py": "a search",
    "letsconnect/base/checks.py": "a word of PostgreSQL",
    "letsconnect/base/folding.py": "names that are looked up in lists",
    "letsconnect/base/searching.py": "a search",
    "letsconnect/env.py": "yes and no in settings",
    "letsconnect/production_checks.py": "names of hosts in settings",
    "matching/waiting/browsing.py": "the order of a list",
    "mailings/domain/letters.py": "what to leave out of the words of a mail server",
    "letsconnect/base/calendars.py": "a language in an identifier",
    "registrations/catalogue/loading.py": "wordings of skills and names of groups",
    "registrations/reference/finding_languages.py": "codes of languages, and a search",
    "registrations/skills/arranging.py": "wordings of skills",
    "registrations/demo.py": "regions in addresses of the demo",
    "registrations/privacy/forms.py": "a word typed to be sure",
    "registrations/privacy/my_data.py": "a capital at the start of a line",
    "registrations/oldform/reading/countries.py": "codes of countries",
    "registrations/oldform/reading/decisions.py": "the same guess in other capitals",
    "registrations/oldform/reading/languages.py": "codes of languages",
    "registrations/oldform/reading/levels.py": "names of levels",
    "registrations/oldform/reading/report.py": "a word of the report",
    "registrations/models/reference.py": "wordings of skills and names of groups",
    "registrations/models/registration.py": "a first look; the canonical form decides",
    "registrations/privacy/proved_addresses.py": "a first look; the canonical form decides",
    "registrations/skills/merging.py": "wordings of skills",
    "registrations/seats/overview.py": "the order of a list",
    "registrations/accounts/usernames.py": "the first letter and the namespace, by MediaWiki's own rule",
}


def test_no_identity_is_decided_by_folding_letters():
    folds = re.compile(
        r"\.(casefold|lower|upper|swapcase|title|capitalize)\(\)|__i(exact|contains|startswith)|\b(Lower|Upper)\("
    )
    code = [path for path in our_files() if not {"tests", "migrations", "embedded", "bench"} & set(path.parts)]

    found = {str(path.relative_to(ROOT)) for path in code if folds.search(path.read_text())}

    assert found == set(FOLDING)  # an excuse that nobody needs any more goes


def test_the_pages_about_the_code_name_only_files_that_are_there():
    pages = [*ROOT.glob("docs/**/*.md"), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md"))]
    folders = ("matching/", "registrations/", "clinics/", "mailings/", "trust/", "letsconnect/", "docs/", "templates/")
    named = {(page.name, name) for page in pages for name in re.findall(r"`([\w./-]+)`", page.read_text())}

    assert len(named) > 100
    assert {(page, name) for page, name in named if name.startswith(folders) and not (ROOT / name).exists()} == set()


def test_whoever_runs_a_portal_reads_of_every_variable_it_is_set_by():
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "letsconnect" / "settings.py").read_text()))
    page = (ROOT / "docs" / "running.md").read_text()

    assert len(read) > 20
    assert {name for name in read if f"`{name}`" not in page} == {"TEST_DATABASE"}


def test_no_migration_keeps_djangos_automatic_name():
    assert [path.name for path in our_files() if "migrations" in path.parts and "_auto_" in path.name] == []


@pytest.mark.parametrize(
    "word",
    ["countdown=", "eta=", "post_save", "pre_save", "mark_safe", "# type: ignore"],
)
def test_production_code_avoids(word):
    code = [path for path in our_files() if "tests" not in path.parts and "migrations" not in path.parts]

    assert [str(path.relative_to(ROOT)) for path in code if word in path.read_text()] == []


# The one address that acts on a POST without a token, because a mail program makes it (RFC 8058): it only ever leaves.
WITHOUT_CSRF = {"mailings:subscription-one-click"}


def test_one_address_acts_on_a_post_without_a_token_of_ours():
    code = [path for path in our_files() if "tests" not in path.parts]
    written = [str(path.relative_to(ROOT)) for path in code for _ in re.findall("@csrf_exempt", path.read_text())]

    assert set(_exempt_from_csrf()) == WITHOUT_CSRF
    assert written == ["mailings/views/subscriptions.py"]


def _exempt_from_csrf(patterns=None, space=""):
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _exempt_from_csrf(pattern.url_patterns, inner)
        elif getattr(pattern.callback, "csrf_exempt", False):
            yield f"{space}{pattern.name}"


# Where any error at all may be caught, and why. Each is logged with its traceback.
CATCHES_EVERYTHING = {
    "letsconnect/base/mass_acts.py": "one row that fails must not keep the others from their turn",
    "mailings/ledger/catching_errors.py": "code of another app: one failing letter or sweep must not stop the others",
    "matching/rounds/computing.py": "whoever waits for a round reads at once that it failed, whatever happened",
    "matching/rounds/repairing.py": "whoever waits for the rest of a round reads at once that there is none",
}


@cache
def tree_of(path):
    return ast.parse(path.read_text())


def test_any_error_is_caught_only_where_a_boundary_needs_it_and_is_logged():
    code = [path for path in our_files() if "tests" not in path.parts and "migrations" not in path.parts]
    found, silent = set(), []
    for path in code:
        for node in ast.walk(tree_of(path)):
            if catches_everything(node):
                found.add(str(path.relative_to(ROOT)))
                if "logger.exception(" not in ast.unparse(node):
                    silent.append(f"{path}:{node.lineno}")

    assert found == set(CATCHES_EVERYTHING)
    assert silent == []


def catches_everything(node):
    """Tell whether this is a bare ``except``, one of every error, or a ``suppress`` of every error."""
    if isinstance(node, ast.ExceptHandler):
        types = [node.type] if node.type is None or not isinstance(node.type, ast.Tuple) else node.type.elts
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
        types = node.args
    else:
        return False
    return any(kind is None or ast.unparse(kind) in {"Exception", "BaseException"} for kind in types)


@pytest.mark.parametrize(
    ("code", "is_caught"),
    [
        ("try: pass\nexcept Exception: pass", True),
        ("try: pass\nexcept (ValueError, BaseException) as error: pass", True),
        ("try: pass\nexcept: pass", True),
        ("with contextlib.suppress(Exception): pass", True),
        ("try: pass\nexcept (ValueError, OSError): pass", False),
        ("with suppress(ValueError): pass", False),
    ],
)
def test_whoever_catches_any_error_is_seen(code, is_caught):
    assert any(catches_everything(node) for node in ast.walk(ast.parse(code))) == is_caught


# Rooms that show something: pages, letters, and the fields of forms. `inactivity_emails.py` is emails, too.
SHOWING = {"views", "admin", "emails", "forms", "templatetags"}
# What else names a template, and why.
KNOWS_TEMPLATES = {
    "registrations/reference/typed_fields.py": "a line to type in is drawn with what was found",
    "registrations/skills/typed_several.py": "lines to type in are drawn beside the boxes of what is chosen",
    "clinics/cards.py": "draws the list of clocks within a card",
    "letsconnect/base/pieces.py": "draws the rows of lists for the apps",
    "letsconnect/desk.py": "the desk's own site",
    "letsconnect/errors.py": "the pages of errors",
    "letsconnect/form_renderer.py": "how fields of forms are drawn",
    "letsconnect/mass_acts_desk.py": "the desk's pages of acts on many rows",
    "letsconnect/outages.py": "the one letter of the whole portal: that it cannot work",
    "letsconnect/saved_filters_desk.py": "the desk's pages of saved filters",
    "letsconnect/templates_check.py": "reads every template to check it",
    "mailings/newsletters/composing.py": "makes of an issue a letter and a page of the archive",
    "mailings/rendering.py": "renders the letters of all apps",
}


def test_only_letters_and_pages_know_templates_and_no_app_has_a_utils():
    knows = re.compile(
        r"""\.html["']|\b(template_name|render_to_string|get_template|TemplateResponse)\b|["'/]emails/\w"""
        r"""|django\.shortcuts import .*\brender\b|\b(body|subject)\.txt["']"""
    )
    code = [path for path in our_files() if not {"tests", "migrations"} & set(path.parts)]
    rooms = {path: {*path.relative_to(ROOT).parts[1:-1], path.stem.rpartition("_")[2]} for path in code}

    found = [path for path in code if not SHOWING & rooms[path] and knows.search(path.read_text())]

    assert {str(path.relative_to(ROOT)) for path in found} == set(KNOWS_TEMPLATES)
    assert [path for path in our_files() if path.name in {"utils.py", "helpers.py", "signals.py"}] == []


def test_what_people_read_is_listed_with_the_comma_of_their_language():
    """Arabic has a comma of its own. Sentences that are translated hold theirs."""
    joins = re.compile(r"""[^\n]*["'], ["']\.join.*""")
    code = [path for path in production_code() if SHOWING & {*path.relative_to(ROOT).parts[1:-1], path.stem}]
    in_code = [join for path in code for join in joins.findall(path.read_text())]
    translated = re.compile(r"\{% blocktranslate.*?endblocktranslate %\}", re.DOTALL)
    templates = {path: translated.sub("}}", path.read_text()) for path in ROOT.glob("templates/**/*.*")}

    assert in_code == ["        f\"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}\","]
    assert [path for path, text in templates.items() if re.search(r"\|join:|[}>], *[{<]", text)] == []


def test_every_rule_the_database_keeps_is_broken_by_a_test():
    tests = "".join(path.read_text() for path in our_files() if "tests" in path.parts)
    rules = [constraint.name for model in our_models() for constraint in model._meta.constraints]

    assert [name for name in rules if name not in tests] == []


def test_nothing_in_the_tree_points_out_of_it():
    """A link made on one machine leads nowhere on the next: `node_modules` once stopped a fresh clone that way."""
    private = {".venv", "var"}
    entries = [path for path in ROOT.iterdir() if path.name not in private]

    assert [path.name for path in entries if path.is_symlink()] == []


def test_no_page_keeps_what_people_type_in_a_session():
    """Sessions hold numbers: erasure looks into none, and a visitor's would lie there without an owner."""
    keeps = re.compile(r"\.session\[[^\]]+\] = ")
    code = [path for path in our_files() if "tests" not in path.parts and "migrations" not in path.parts]

    found = {str(path.relative_to(ROOT)) for path in code if keeps.search(path.read_text())}

    # The numbers of codes this browser asked for, when a session of the desk ends, and how many pages a link led to.
    assert found <= {
        "registrations/views/codes.py",
        "letsconnect/session_age.py",
        "registrations/accounts/activity.py",
    }


# Django looks for these names itself.
NAMES_DJANGO_GIVES = {"Command", "DatabaseWrapper"}
# What says how somebody feels about a thing, and not what it is.
NO_NAMES = set(
    [
        "afterwards",
        "clashing",
        "explained",
        "following",
        "found",
        "gone",
        "held",
        "keeping",
        "known",
        "news",
        "one",
        "pictures",
        "seeing",
        "told",
    ]
)


def production_code():
    return [path for path in our_files() if not {"tests", "migrations"} & set(path.parts)]


EAGER = {"gettext", "ngettext", "pgettext", "npgettext"}


def run_at_import(node):
    """Everything below ``node`` that runs when its module is imported: no bodies of functions."""
    for child in ast.iter_child_nodes(node):
        yield child
        if isinstance(child, ast.FunctionDef | ast.Lambda):
            child = ast.List([*getattr(child, "decorator_list", []), *filter(None, child.args.kw_defaults)])
        yield from run_at_import(child)


def test_no_text_is_translated_before_its_reader_is_known():
    """A text translated at import is English for ever."""
    early = []
    for path in production_code():
        tree = tree_of(path)
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        names = {name.asname or name.name for node in imports for name in node.names if name.name in EAGER}
        calls = [node.func for node in run_at_import(tree) if isinstance(node, ast.Call)] if names else []
        early += [
            f"{path.relative_to(ROOT)}:{call.lineno}"
            for call in calls
            if isinstance(call, ast.Name) and call.id in names
        ]

    assert early == []


def test_letters_are_made_known_by_their_app_and_not_by_being_imported():
    """Each `emails.py` has `register`, which the app calls when it is ready; importing one does nothing."""
    modules = [path for path in production_code() if path.name.endswith("emails.py")]
    acting = (ast.Expr, ast.For, ast.While, ast.With)

    assert len(modules) > 10
    assert [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules
        for node in tree_of(path).body
        if isinstance(node, acting) and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ] == []


def test_one_class_name_is_one_thing():
    where = {}
    for path in production_code():
        for node in tree_of(path).body:
            if isinstance(node, ast.ClassDef) and node.name not in NAMES_DJANGO_GIVES:
                where.setdefault(node.name, []).append(str(path.relative_to(ROOT)))

    assert {name: paths for name, paths in where.items() if len(paths) > 1} == {}


def test_modules_functions_and_variables_are_named_by_what_they_are():
    modules = [str(path.relative_to(ROOT)) for path in production_code() if path.stem in NO_NAMES]
    names = {
        (str(path.relative_to(ROOT)), name)
        for path in production_code()
        for node in ast.walk(tree_of(path))
        if (name := name_given_by(node)).strip("_") in NO_NAMES
    }

    assert modules == []
    assert names == set()


def name_given_by(node):
    """Return the name of a function, class, parameter or variable that this piece of code introduces, else ""."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
            return name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return name
    return ""


@pytest.mark.parametrize(
    "code",
    [
        "told = 1",
        "for told in (): pass",
        "[told for told in ()]",
        "if (told := 1): pass",
        "def act(*, told): pass",
        "def _told(): pass",
        "class Page:\n    def told(self): pass",
        "try: pass\nexcept ValueError as told: pass",
        "match 1:\n    case told: pass",
    ],
)
def test_a_name_that_says_nothing_is_seen_wherever_it_is_given(code):
    assert "told" in {name_given_by(node).strip("_") for node in ast.walk(ast.parse(code))}


@pytest.mark.parametrize("code", ["page.told = 1", "act(told=1)", "told()", '"told"', "from words import told"])
def test_a_name_that_is_only_used_is_not_taken_for_one_that_is_given(code):
    assert "told" not in {name_given_by(node).strip("_") for node in ast.walk(ast.parse(code))}


def test_the_name_of_a_merged_skill_is_looked_for_in_one_place_and_who_stands_in_for_a_seat_is_made_in_one():
    """Two copies of such a rule drift apart: one would follow a merge, and the other would not."""
    heirs, stand_ins = set(), set()
    for path in our_files():
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        for call in ast.walk(tree_of(path)):
            if not isinstance(call, ast.Call):
                continue
            if getattr(call.func, "id", "") == "Coalesce" and re.search(r"merged_into['\"]", ast.unparse(call)):
                heirs.add(str(path.relative_to(ROOT)))
            if getattr(call.func, "attr", "") == "holding":
                stand_ins.add(str(path.relative_to(ROOT)))

    assert heirs == {"registrations/models/reference.py"}
    assert stand_ins == {"letsconnect/base/statements.py"}

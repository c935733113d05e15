"""The house style, kept by a test."""

import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
OURS = ("letsconnect.base", "letsconnect.trust", "registrations", "mailings", "matching", "clinics")


def our_models():
    return [model for model in apps.get_models() if model.__module__.startswith(OURS)]


def our_files():
    folders = ("letsconnect", "registrations", "mailings", "matching", "clinics")
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_column_is_declared_personal_or_plain(model):
    folder = Path(apps.get_app_config(model._meta.app_label).path)
    declared = tomllib.loads((folder / "columns.toml").read_text())[model.__name__]

    columns = sorted(field.name for field in model._meta.concrete_fields)

    assert sorted(declared["personal"] + declared["plain"]) == columns


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


def test_no_migration_keeps_djangos_automatic_name():
    assert [path.name for path in our_files() if "migrations" in path.parts and "_auto_" in path.name] == []


@pytest.mark.parametrize(
    "word",
    ["countdown=", "eta=", "post_save", "pre_save", "mark_safe", "csrf_exempt", "except Exception", "# type: ignore"],
)
def test_production_code_avoids(word):
    code = [path for path in our_files() if "tests" not in path.parts and "migrations" not in path.parts]

    assert [str(path.relative_to(ROOT)) for path in code if word in path.read_text()] == []


def test_only_letters_and_pages_know_templates_and_no_app_has_a_utils():
    assert [path for path in our_files() if path.name in {"utils.py", "helpers.py", "signals.py"}] == []


def test_every_rule_the_database_keeps_is_broken_by_a_test():
    tests = "".join(path.read_text() for path in our_files() if "tests" in path.parts)
    rules = [constraint.name for model in our_models() for constraint in model._meta.constraints]

    assert [name for name in rules if name not in tests] == []


def test_nothing_in_the_tree_points_out_of_it():
    """A link made on one machine leads nowhere on the next: `node_modules` once stopped a fresh clone that way."""
    private = {".venv", "var"}
    entries = [path for path in ROOT.iterdir() if path.name not in private]

    assert [path.name for path in entries if path.is_symlink()] == []

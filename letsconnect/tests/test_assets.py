"""Which of npm's files browsers are served, and that collectstatic can name them by their content."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command

from letsconnect.assets import FILES, CodexFinder

HASHED = "whitenoise.storage.CompressedManifestStaticFilesStorage"


def test_codexs_three_sheets_are_found_and_nothing_else_of_npms():
    assert {name for name, storage in CodexFinder().list(None)} == set(FILES)
    assert all(Path(finders.find(name)).is_file() for name in FILES)
    assert finders.find("codex/codex.js") is None
    assert finders.find("axe-core/axe.min.js") is None


def test_a_missing_npm_install_is_said_by_the_system_check(settings, tmp_path):
    settings.BASE_DIR = tmp_path

    assert [error.hint for error in CodexFinder().check()] == ["Run npm ci."]


def test_collecting_names_every_sheet_by_its_content_and_loses_no_reference(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": HASHED}}
    call_command("collectstatic", interactive=False, verbosity=0)

    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert {*FILES, "css/portal.css", "css/admin.css", "img/logo.svg", "img/favicon.svg"} <= set(names)
    assert all((tmp_path / f"{names[name]}.gz").is_file() for name in FILES)


@pytest.mark.parametrize("sheet", ["portal.css", "admin.css"])
def test_our_own_sheets_ask_no_other_host_and_know_no_left_or_right(sheet):
    text = (Path(settings.BASE_DIR) / "static" / "css" / sheet).read_text()

    assert "@import" not in text
    assert "//" not in text
    assert (
        re.findall(r"(?:margin|padding|border)-(?:left|right)|text-align: (?:left|right)|float: (?:left|right)", text)
        == []
    )


@pytest.mark.parametrize("folder", ["", "letsconnect/tests/audit"])
def test_the_lock_files_name_no_registry(folder):
    lock = json.loads((Path(settings.BASE_DIR) / folder / "package-lock.json").read_text())

    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []

"""Lighthouse on the pages that anybody may read, as a phone on a slow line loads them from the portal as it is served.

Lighthouse is no package of the portal: 180 MB that only this needs. It is installed under var/ from a lock file of its
own when this runs for the first time.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import playwright

from letsconnect.tests.audit.looking import Finding

LEAST = 98
HERE = Path(__file__).parent
_ROBOTS = re.compile(r'<meta name="robots" content="([^"]*)"')


def measure(folder: Path, *, names: str = "") -> tuple[list[Finding], int]:
    """Print the four figures of each page whose name has ``names`` in it; return those that are too low, and how many
    pages there are."""
    from django.db import connection
    from django.test import override_settings

    from letsconnect.tests.audit.shots import the_world
    from letsconnect.tests.speed_bench import free_port, portal_served

    tool = _installed(folder / "lighthouse")
    with the_world() as (world, _people, few):
        pages = {name: page for name, page in _public(world, few).items() if names in name}
    connection.close()
    port, found = free_port(), []
    with override_settings(STORAGES=_as_served()), portal_served(port, wsgi="letsconnect.tests.audit.wsgi"):
        urls = {name: f"http://127.0.0.1:{port}{page.path}" for name, page in pages.items()}
        for name, said in _run(tool, urls):
            sys.stdout.write(f"  {name:<40}" + "".join(f"{what} {score}  " for what, score in said["scores"].items()))
            sys.stdout.write("\n")
            sys.stdout.flush()
            for what, score in said["scores"].items():
                if score < LEAST and not (what == "seo" and not pages[name].is_listed):
                    words = f"{what} {score}, of {LEAST}: {', '.join(said['wrong'][what])} {said['error']}"
                    found.append(Finding("lighthouse", f"{name} ({pages[name].path})", "", words))
    return found, len(pages)


class _Page(NamedTuple):
    """What anybody may read. What search engines may not list is not asked for what it says to them."""

    path: str
    is_listed: bool


def _public(world: Any, few: list[Any]) -> dict[str, _Page]:
    """Return a page of each name that somebody who is not signed in is shown, from the table of doors and of few."""
    from django.db import transaction
    from django.test import Client

    from letsconnect.tests.doors import DOORS
    from letsconnect.tests.weights import is_page

    places = [(door.name, door.path(world)) for door in DOORS if not door.is_desk]
    places += [(page.name, page.path) for page in few if page.member is None]
    pages: dict[str, _Page] = {}
    for name, path in places:
        if name in pages or path.startswith("/dev/"):  # only a portal for trying out has those
            continue
        with transaction.atomic():
            answer = Client(raise_request_exception=False).get(path)
            transaction.set_rollback(True)
        if answer.status_code == 200 and is_page(answer):
            forbidden = answer.headers.get("X-Robots-Tag", "") + "".join(_ROBOTS.findall(answer.content.decode()))
            pages[name] = _Page(path, "noindex" not in forbidden)
    return pages


def _as_served() -> dict[str, Any]:
    from django.conf import settings

    return settings.STORAGES | {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}


def _installed(folder: Path) -> Path:
    """Have Lighthouse as its lock file says; return the script that runs it."""
    from letsconnect.embedded.prepare import Checkout, call

    folder.mkdir(parents=True, exist_ok=True)
    lock, script = HERE / "package-lock.json", folder / "lighthouse.mjs"
    if not (folder / "complete").is_file() or (folder / "complete").read_text() != lock.read_text():
        sys.stdout.write("Installing Lighthouse under var/, once.\n")
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder / name)
        words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)]
        call([*Checkout().npm(), *words], what="npm ci of Lighthouse")
        (folder / "complete").write_text(lock.read_text())
    shutil.copy(HERE / "lighthouse.mjs", script)
    return script


def _run(script: Path, urls: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Run it with the Node that Playwright brings, in the Chromium of the browser tests; yield what it says of each."""
    from playwright.sync_api import sync_playwright

    from letsconnect.tests import chromium
    from letsconnect.tests.speed_bench import free_port

    path, port, node = chromium.executable(), free_port(), Path(playwright.__file__).parent / "driver" / "node"
    names = {url: name for name, url in urls.items()}
    with sync_playwright() as tool:
        browser = tool.chromium.launch(
            executable_path=path,
            args=[*chromium.FLAGS, f"--remote-debugging-port={port}"],
            env=chromium.environment(path),
            chromium_sandbox=False,
        )
        words = [str(node), str(script), str(port), *urls.values()]
        with (
            tempfile.TemporaryFile("w+") as errors,
            subprocess.Popen(words, stdout=subprocess.PIPE, stderr=errors, text=True) as ran,
        ):
            for line in ran.stdout or ():
                if line.startswith("{"):
                    said = json.loads(line)
                    yield names.pop(said["url"]), said
        browser.close()
        if ran.returncode or names:
            errors.seek(0)
            raise RuntimeError(f"Lighthouse ended before {', '.join(names.values())}: {errors.read()[-2000:]}")

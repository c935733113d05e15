"""The rules that every template must follow; each rule names the line that breaks it."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.template import TemplateSyntaxError, engines

_TAGS = re.compile(r"{#.*?#}|{%\s*comment\b.*?endcomment\s*%}|{%.*?%}|{{.*?}}", re.DOTALL)
_UNSAFE = re.compile(r"\|\s*safe\b|{%\s*autoescape\s+off|\|\s*safeseq\b")
_TRANSLATED = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
_WORDS = re.compile(r"[A-Za-z]{3,}")
_READ_ALOUD = {"alt", "aria-label", "placeholder", "title"}
_NOT_READ = {"script", "style"}


def problems(folder: Path) -> Iterator[str]:
    """Yield the problems of each template: it must compile, escape, follow the script policy and be translated."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".html", ".txt"}:
            name = path.relative_to(folder).as_posix()
            source = path.read_text()
            of_template = problems_of(source, is_html=path.suffix == ".html", is_letter="emails" in path.parts)
            yield from (f"{name}: {problem}" for problem in of_template)


def problems_of(source: str, *, is_html: bool = True, is_letter: bool = False) -> Iterator[str]:
    """Yield what is wrong with one template. The policy does not reach into letters, whose styles are inlined."""
    try:
        engines["django"].from_string(source)
    except TemplateSyntaxError as error:
        yield f"does not compile: {error}"
        return
    for match in _UNSAFE.finditer(source):
        yield f"line {_line(source, match.start())}: {match.group().strip()} switches escaping off"
    if is_html:
        reader = _Reader(is_letter=is_letter)
        reader.feed(_TAGS.sub(_blank, _TRANSLATED.sub(_blank, source)))
        yield from reader.problems


def _line(source: str, position: int) -> int:
    return source.count("\n", 0, position) + 1


def _blank(match: re.Match[str]) -> str:
    """Replace what was checked by as many lines and a mark, so that only the template's own text is left."""
    return "…" + "\n" * match.group().count("\n")


class _Reader(HTMLParser):
    """Collects inline handlers and styles, and words that are not translated."""

    def __init__(self, *, is_letter: bool) -> None:
        super().__init__()
        self.problems: list[str] = []
        self._is_letter = is_letter
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _NOT_READ:
            self._inside.append(tag)
            if not self._is_letter and "nonce" not in dict(attrs) and "src" not in dict(attrs):
                self._note(f"<{tag}> without a nonce is refused by the policy")
        for name, value in attrs:
            if name == "style" and not self._is_letter:
                self._note("an inline style is refused by the policy")
            elif name.startswith("on"):
                self._note(f"an inline {name} is refused by the policy")
            elif name in _READ_ALOUD and value and _WORDS.search(value):
                self._note(f"{name} is not translated: {value!r}")

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside and _WORDS.search(data):
            self._note(f"text is not translated: {' '.join(data.split())[:60]!r}")

    def _note(self, problem: str) -> None:
        self.problems.append(f"line {self.getpos()[0]}: {problem}")

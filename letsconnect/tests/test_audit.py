"""What `make audit` types into forms, and which pages it takes for one."""

from letsconnect.tests.audit.forms import forms_in
from letsconnect.tests.audit.looking import jobs_of
from letsconnect.tests.audit.shots import Shot

PAGE = """
<header><form method="post" action="/sign-out/"><input name="no"></form></header>
<main>
<form method="get" action="/find/"><input name="q"></form>
<form method="post" action="?language=fr#texts">
<input type="hidden" name="version" value="3"><input type="hidden" name="key" value="1">
<input type="hidden" name="key" value="2"><input name="title" value="Hello"><input type="date" name="on">
<input type="checkbox" name="agrees"><select name="role"><option value="a">A</option></select>
<textarea name="text"></textarea><button name="press" value="save">Save</button>
</form></main>
"""


def test_each_field_of_the_forms_of_a_page_gets_something_it_cannot_mean():
    (form,) = forms_in(PAGE)

    assert form.action == "?language=fr"
    assert form.hidden == {"version": ["3"], "key": ["1", "2"]}
    assert set(form.nonsense) == {"title", "on", "role", "text"}
    assert form.nonsense["on"] == ["9999-99-99"] and form.nonsense["role"] == ["moon"]
    assert len(form.nonsense["title"][0]) < len(form.nonsense["text"][0])


def test_pages_that_say_the_same_are_looked_at_once_in_each_language_and_those_made_alike_walked_once():
    page = "<html><header>{}</header><main><input name='csrfmiddlewaretoken' value='{}'>{}</main></html>"
    shots = [
        Shot(name, who, language, "shown", path, page.format(who, who, words).replace("'", '"'), "")
        for name, path, words in (
            ("privacy", "/privacy/", "We keep"),
            ("home", "/", "Hello"),
            ("topics", "/topics/", "<a href='/'>Ask</a>"),
        )
        for language in ("en", "fr")
        for who in ("visitor", "Amina")
    ]

    assert [
        (shot.name, shot.who, shot.language, parts) for shot, parts in jobs_of(shots, ("axe", "keyboard"), set())
    ] == [
        (name, "visitor", language, ("axe", "keyboard") if language == "en" and name != "home" else ("axe",))
        for name in ("privacy", "home", "topics")
        for language in ("en", "fr")
    ]

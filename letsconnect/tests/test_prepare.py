"""What `make` prepares: stamps, ports and Pythons. The packages themselves come in a trial on a fresh clone."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from letsconnect.embedded import prepare
from letsconnect.embedded.prepare import CannotPrepare, Checkout


@pytest.fixture
def checkout(tmp_path) -> Checkout:
    """A checkout whose virtual environment is complete."""
    made = Checkout(tmp_path)
    made.python.parent.mkdir(parents=True)
    made.python.touch()
    (tmp_path / "requirements.txt").write_text("one==1\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\ntwo==2\n")
    (made.venv / "pyvenv.cfg").write_text(f"home = here\nversion = {'.'.join(map(str, sys.version_info[:3]))}\n")
    prepare.write_stamp(made.venv, made.wanted_python())
    return made


def test_the_script_needs_nothing_but_python():
    """No site packages, no path of ours: as on a machine where nothing was ever installed."""
    ended = subprocess.run([sys.executable, "-I", "-S", prepare.__file__, "--help"], capture_output=True, text=True)

    assert ended.returncode == 0, ended.stderr


def test_a_complete_environment_is_used_again(checkout):
    assert checkout.is_venv_usable(chosen=False)
    assert checkout.is_venv_usable(chosen=True)


def test_an_environment_without_its_stamp_is_half_made(checkout):
    prepare.drop_stamp(checkout.venv)

    assert not checkout.is_venv_usable(chosen=False)


def test_an_environment_whose_python_is_gone_is_not_used(checkout):
    checkout.python.unlink()

    assert not checkout.is_venv_usable(chosen=False)


def test_an_environment_moved_with_its_checkout_is_not_used(checkout):
    prepare.write_stamp(checkout.venv, checkout.wanted_python() | {"place": "elsewhere"})

    assert not checkout.is_venv_usable(chosen=False)


def test_an_environment_of_another_python_serves_until_one_is_chosen(checkout):
    other = "3.11.0" if sys.version_info[:2] != (3, 11) else "3.12.0"
    prepare.write_stamp(checkout.venv, checkout.wanted_python() | {"python": other})

    assert checkout.is_venv_usable(chosen=False)
    assert not checkout.is_venv_usable(chosen=True)


def test_an_environment_of_an_unsuitable_python_is_never_used(checkout):
    prepare.write_stamp(checkout.venv, checkout.wanted_python() | {"python": "3.10.1"})

    assert not checkout.is_venv_usable(chosen=False)


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00"])
def test_a_damaged_stamp_counts_as_none(tmp_path, text):
    (tmp_path / prepare.STAMP).write_text(text)

    assert prepare.read_stamp(tmp_path) == {}


def test_a_changed_requirement_changes_what_is_wanted(checkout):
    before, before_dev = checkout.requirements(dev=False), checkout.requirements(dev=True)

    (checkout.root / "requirements.txt").write_text("one==2\n")

    assert checkout.requirements(dev=False) != before
    after = checkout.requirements(dev=True)
    assert all(after[name] != before_dev[name] for name in before_dev)


def test_a_new_changed_or_removed_file_is_noticed(tmp_path):
    (tmp_path / "a.css").write_text("a")
    seen = [prepare.tree_digest([tmp_path])]
    (tmp_path / "b.css").write_text("b")
    seen.append(prepare.tree_digest([tmp_path]))
    (tmp_path / "b.css").write_text("longer")
    seen.append(prepare.tree_digest([tmp_path]))
    (tmp_path / "b.css").rename(tmp_path / "c.css")
    seen.append(prepare.tree_digest([tmp_path]))

    assert len(set(seen)) == 4


@pytest.mark.parametrize(("raw", "port"), [("", 8000), (" ", 8000), ("8001", 8001), ("65535", 65535)])
def test_a_port_is_read(raw, port):
    assert prepare.port_of({"PORT": raw}) == port


@pytest.mark.parametrize("raw", ["0", "65536", "-1", "80a", "8000.0", "٨٠٠٠", "eighty"])
def test_what_is_no_port_is_refused_by_name(raw):
    with pytest.raises(CannotPrepare, match="PORT="):
        prepare.port_of({"PORT": raw})


def test_a_taken_port_is_seen():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert not prepare.is_port_free(port)
    assert prepare.is_port_free(port)


@pytest.mark.parametrize("version", [(3, 10), (3, 14), (2, 7)])
def test_an_unsuitable_python_is_refused(version):
    with pytest.raises(CannotPrepare, match=r"needs 3\.11, 3\.12 or 3\.13"):
        prepare.check_python(version)


def test_a_step_that_fails_shows_what_was_said():
    with pytest.raises(CannotPrepare, match="Asking failed:\nno such luck"):
        prepare.call([sys.executable, "-c", "print('no such luck'); raise SystemExit(3)"], what="Asking")


def test_a_folder_that_takes_nothing_is_named(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(CannotPrepare, match="Cannot write in"), prepare.alone(Path(tmp_path / "file")):
        pass

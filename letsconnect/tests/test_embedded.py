"""The embedded servers, for real: each test's own checkout is a folder of its own."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import psycopg2
import pytest

from letsconnect.embedded import leftovers, paths, servers
from letsconnect.embedded.errors import EmbeddedError
from letsconnect.embedded.postgres import Postgres, command_line, make_socket_folder
from letsconnect.embedded.redis import Redis
from letsconnect.embedded.shared_servers import Share, make_folder
from letsconnect.embedded.system_users import Account
from letsconnect.tests.waiting import PATIENCE, wait_until

_SHARER = """
import sys
from pathlib import Path
from letsconnect.embedded.paths import run_folder
from letsconnect.embedded.redis import Redis
from letsconnect.embedded.shared_servers import Share

base = Path(sys.argv[1])
share = Share(Redis(base), run_folder(base))
share.join()
print("joined", flush=True)
sys.stdin.read()
share.leave()
"""


def processes_of(base: Path) -> list[int]:
    numbers = (int(folder.name) for folder in Path("/proc").glob("[0-9]*"))
    return [number for number in numbers if number != os.getpid() and str(base) in command_line(number)]


def ask(base: Path, question: str) -> object:
    connection = psycopg2.connect(host=str(paths.socket_folder(base)), user=paths.USER, dbname=paths.DATABASE)
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0]
    finally:
        connection.close()


@pytest.fixture(scope="module")
def made_once(tmp_path_factory) -> Path:
    """A checkout whose data folder is made but whose server is stopped."""
    base = tmp_path_factory.mktemp("checkout")
    server = Postgres(base)
    server.start()
    server.stop()
    return base


@pytest.fixture
def postgres(made_once):
    server = Postgres(made_once)
    yield server
    if server.is_up():
        server.stop()


@pytest.fixture
def redis(tmp_path):
    server = Redis(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def sharer(tmp_path):
    """Start processes that take part in one Redis until their input ends."""
    started = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-W", "always::ResourceWarning", "-c", _SHARER, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=servers.BASE_DIR,
        )
        started.append(process)
        assert process.stdout.readline() == "joined\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
    Redis(tmp_path).stop()


def test_postgres_keeps_its_data_to_this_user_and_listens_on_no_port(postgres, made_once):
    postgres.start()

    assert ask(made_once, "SELECT current_database()") == "letsconnect"
    assert ask(made_once, "SHOW listen_addresses") == ""
    assert ask(made_once, "SHOW max_connections") == "200"
    assert ask(made_once, "SHOW server_encoding") == "UTF8"
    assert stat.S_IMODE(postgres.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(paths.socket_folder(made_once).stat().st_mode) == 0o700
    assert postgres.data.stat().st_uid == os.geteuid()


def test_stopping_postgres_leaves_no_process_and_no_socket(postgres, made_once):
    postgres.start()
    assert processes_of(made_once)

    postgres.stop()

    assert not processes_of(made_once)
    assert not paths.postgres_socket(made_once).exists()
    assert not (postgres.data / "postmaster.pid").exists()


@pytest.mark.parametrize("pid", ["4194300", str(os.getppid()), "nonsense", ""])
def test_a_stale_pid_file_does_not_stop_the_server(postgres, made_once, pid):
    """A number nobody has, one that now belongs to another program, half a file, an empty one."""
    (postgres.data / "postmaster.pid").write_text(f"{pid}\n{postgres.data}\n")
    (paths.socket_folder(made_once) / ".s.PGSQL.5432.lock").write_text(f"{pid}\n{postgres.data}\n")

    postgres.start()

    assert ask(made_once, "SELECT 1") == 1


def test_a_killed_server_starts_again(postgres, made_once):
    postgres.start()
    number = int((postgres.data / "postmaster.pid").read_text().split()[0])

    os.kill(number, signal.SIGKILL)
    postgres._process.wait()
    postgres.start()

    assert ask(made_once, "SELECT 1") == 1


def test_half_made_data_is_laid_aside_and_made_anew_where_no_socket_name_fits_and_beside_a_second_checkout(
    postgres, made_once, tmp_path
):
    base = tmp_path / ("a folder, deep " * 8) / "checkout"
    (base / "var" / "postgres").mkdir(parents=True)
    (base / "var" / "postgres" / "PG_VERSION").write_text("18\n")
    (base / "var" / "postgres.making-1" / "base").mkdir(parents=True)
    second = Postgres(base)
    postgres.start()

    second.start()
    try:
        assert ask(base, "SHOW data_directory") == str(second.data)
        assert ask(made_once, "SHOW data_directory") == str(postgres.data)
        assert [path.name.split("-")[0] for path in base.glob("var/postgres.*")] == ["postgres.broken"]
        assert len(os.fsencode(paths.postgres_socket(base))) <= 103
        assert stat.S_IMODE(paths.socket_folder(base).stat().st_mode) == 0o700
    finally:
        second.stop()
    assert not paths.socket_folder(base).exists()
    assert not processes_of(base)


def test_data_of_another_version_is_refused_by_name(postgres):
    (postgres.data / "PG_VERSION").write_text("9\n")
    try:
        with pytest.raises(EmbeddedError, match="made by PostgreSQL 9"):
            postgres.start()
    finally:
        (postgres.data / "PG_VERSION").write_text("18\n")


def test_a_folder_laid_out_by_somebody_else_holds_no_socket_of_ours(tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "theirs")
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)

    for name in ("link", "open"):
        with pytest.raises(EmbeddedError, match="private folder"):
            make_socket_folder(tmp_path / name, Account())


def test_a_disk_that_takes_nothing_is_named(tmp_path):
    (tmp_path / "var").write_text("a file where the folder should be")

    with pytest.raises(EmbeddedError, match=r"Cannot write in .*DATABASE_URL"):
        make_folder(tmp_path / "var" / "run")


def test_redis_answers_on_its_socket_without_the_graph_module(redis):
    redis.socket.parent.mkdir(parents=True)
    redis.socket.touch()  # what a killed server leaves

    redis.start()

    assert redis.is_up()
    assert "graph" not in redis._ask("MODULE LIST")
    assert "tcp_port:0" in redis._ask("INFO server")


def test_stopping_redis_leaves_no_process_and_no_socket(redis, tmp_path):
    redis.start()
    assert processes_of(tmp_path)

    redis.stop()

    assert not processes_of(tmp_path)
    assert not redis.socket.exists()


def test_the_last_to_leave_stops_the_server(sharer, redis):
    first, second = sharer(), sharer()

    assert first.communicate(timeout=PATIENCE) == ("", "")  # it ends before the server it started: no warning
    assert redis.is_up()

    assert second.communicate(timeout=PATIENCE) == ("", "")
    assert not redis.is_up()


def test_who_is_killed_no_longer_counts(sharer, redis):
    killed, last = sharer(), sharer()
    killed.kill()
    killed.wait()
    assert redis.is_up()

    last.communicate(timeout=PATIENCE)

    assert not redis.is_up()


def test_the_one_who_waits_stops_the_server_after_a_child_that_ends_without_a_word(sharer, redis, tmp_path):
    share = Share(redis, paths.run_folder(tmp_path))
    share.join()
    child = sharer()
    threading.Timer(0.5, child.kill).start()

    share.leave(patience=PATIENCE)

    child.wait()
    assert not redis.is_up()


def test_only_what_carries_the_mark_of_this_checkout_is_ended(tmp_path):
    def sleeper(checkout: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["sleep", "600"], env={**os.environ, leftovers.MARK: str(checkout)})

    ours, theirs = sleeper(tmp_path), sleeper(tmp_path / "other")
    try:
        wait_until(lambda: leftovers.marked(tmp_path) == {ours.pid}, "the one that carries our mark")

        leftovers.end_marked(tmp_path, patience=PATIENCE)

        assert ours.wait(timeout=PATIENCE) == -signal.SIGTERM
        assert theirs.poll() is None
    finally:
        for process in (ours, theirs):
            process.kill()
            process.wait()


@pytest.fixture
def copied_checkout(tmp_path) -> Path:
    """The project's code in another place, compiled but with nothing started or made there yet."""
    unwanted = shutil.ignore_patterns("tests")
    for name in ("letsconnect", "registrations", "mailings", "matching", "clinics", "trust", "reports"):
        shutil.copytree(servers.BASE_DIR / name, tmp_path / name, ignore=unwanted)
    shutil.copy(servers.BASE_DIR / "manage.py", tmp_path)
    return tmp_path


def manage(checkout: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    steering = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SECRET_KEY", "TEST_DATABASE", "DJANGO_SETTINGS_MODULE")
    kept = {name: value for name, value in os.environ.items() if name not in steering}
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=checkout, env=kept | environ, capture_output=True, text=True
    )


def test_a_command_starts_the_database_when_it_needs_it_and_stops_it_at_its_end(copied_checkout):
    assert manage(copied_checkout, "help").returncode == 0
    assert not (copied_checkout / "var").exists()

    shown = manage(copied_checkout, "showmigrations", "contenttypes", "--skip-checks")

    assert "[ ] 0001_initial" in shown.stdout, shown.stderr
    assert (copied_checkout / "var" / "postgres").exists()
    assert not processes_of(copied_checkout)


def test_with_a_real_database_named_nothing_embedded_starts(copied_checkout):
    told = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "SECRET_KEY": "Zx9" * 20 + "-of-nobody-else",
        "SITE_URL": "https://portal.example.org",
        "EMAIL_URL": "smtp://mail.example.org",
    }

    refused = manage(copied_checkout, "showmigrations", "--skip-checks", **told)

    assert refused.returncode != 0
    assert "Connection refused" in refused.stderr
    assert not (copied_checkout / "var").exists()


def test_a_command_that_cannot_have_its_database_says_why_without_a_traceback(copied_checkout):
    (copied_checkout / "var").write_text("a file where the folder should be")

    refused = manage(copied_checkout, "showmigrations", "--skip-checks")

    assert refused.returncode == 1
    assert "Cannot write in" in refused.stderr
    assert "Traceback" not in refused.stderr

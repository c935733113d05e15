"""``make bench``: how quickly letters leave the portal, in a scratch database that is dropped afterwards.

Both sides of a ratio are measured turn by turn in one run, into the same mail server in a process of its own, so that
other work on the machine slows both alike. Times are medians.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from letsconnect.embedded import servers

BEFORE = "845b860"  # the last state in which each letter was claimed, handed over and settled by itself
ROOT = servers.BASE_DIR


def main(arguments: list[str] | None = None) -> int:
    """Run and print; there is no limit, because the machine decides about milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m mailings.bench", description=__doc__)
    parser.add_argument("--readers", type=int, default=2000)
    parser.add_argument("--letters", type=int, default=300)
    parser.add_argument("--frozen", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=("bulk", "ordinary", "memory", "freeze"))
    options = parser.parse_args(arguments)

    from registrations.bench import scratch_database, set_up

    set_up()
    from mailings.bench.sink import running_sink

    with scratch_database(), running_sink() as sink:
        from django.conf import settings

        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.NUDGES = "127.0.0.1", sink.port, False
        parts: dict[str, Callable[[], None]] = {
            "bulk": lambda: print_bulk(options.readers, options.runs),
            "ordinary": lambda: print_ordinary(options.letters, options.runs, sink.port),
            "memory": print_memory,
            "freeze": lambda: print_freeze(options.frozen, options.runs),
        }
        for name, part in parts.items():
            if options.only in (None, name):
                part()
    return 0


def print_bulk(readers: int, runs: int) -> None:
    from django.conf import settings

    from mailings.bench import bulk

    bulk.make_readers(readers)
    bare, drained, size = [], [], 0
    for _run in range(runs + 1):
        newsletter, count, _took = bulk.freeze_all(keep=True)
        messages = bulk.ready_messages(newsletter)
        size = len(messages[0][1])
        bulk.analyze()
        bare.append(bulk.bare_loop(messages, settings.EMAIL_PORT))
        drained.append(bulk.drain_all())
        _check_all_sent(newsletter, count)
    clock = [median(took.clock for took in side[1:]) / readers for side in (bare, drained)]
    processor = [1000 * median(took.processor for took in side[1:]) / readers for side in (bare, drained)]
    ratio = median(alone.clock / through.clock for alone, through in zip(bare[1:], drained[1:], strict=True))
    _say(f"\nAn issue to {readers:,} readers, {size / 1000:.0f} kB each, two connections (medians of {runs})\n")
    _say(f"  a bare loop with ready messages  {1 / clock[0]:7.0f} letters/s {processor[0]:6.2f} ms of processor\n")
    _say(f"  the ledger with two workers      {1 / clock[1]:7.0f} letters/s {processor[1]:6.2f} ms of processor\n")
    _say(f"  the ledger reaches {ratio:.0%} of the bare loop (the aim is 60 %)\n")


def _check_all_sent(newsletter: object, count: int) -> None:
    from mailings.models import Letter

    sent = Letter.objects.of_issue(newsletter).filter(state="sent").count()
    if sent != count:
        raise RuntimeError(f"{count} letters were frozen, {sent} sent")


def print_ordinary(letters: int, runs: int, port: int) -> None:
    """Time this checkout and the earlier one turn by turn, each in a process and a database of its own."""
    took: dict[str, list[dict[str, float]]] = {}
    with earlier_checkout() as earlier, ExitStack() as ending:
        folders = {"now": ROOT, **({"before": earlier} if earlier else {})}
        sides = {name: ending.enter_context(_ordinary(folder, letters, port)) for name, folder in folders.items()}
        for _turn in range(runs + 1):
            for name, process in sides.items():
                took.setdefault(name, []).append(_ask(process))
    _say(f"\n{letters} letters written for one person each, one worker (medians of {runs})\n")
    for name, rows in took.items():
        clock, processor = (median(row[what] for row in rows[1:]) for what in ("clock", "processor"))
        _say(f"  {name:<8}{1 / clock:7.0f} letters/s {1000 * processor:6.2f} ms of processor each (the aim is 2 ms)\n")
    for what in ("clock", "processor") if "before" in took else ():
        ratios = [before[what] / now[what] for now, before in zip(took["now"], took["before"], strict=True)]
        _say(f"  {median(ratios[1:]):.1f} times as quick by the {what} as {BEFORE} (the aim is 3)\n")


@contextmanager
def _ordinary(folder: Path, letters: int, port: int) -> Iterator["subprocess.Popen[str]"]:
    from django.db import connection

    given = connection.settings_dict
    where = str(given["HOST"]).replace("/", "%2F") or "localhost"
    database = f"postgresql://{given['USER']}:{given['PASSWORD']}@{where}:{given['PORT'] or 5432}/{given['NAME']}"
    command = [sys.executable, str(ROOT / "mailings" / "bench" / "ordinary.py"), str(letters), str(port)]
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "SECRET_KEY": "of-the-measurement-" + "7e1f" * 10,
        "SITE_URL": "http://127.0.0.1:8000",
        "LOG_LEVEL": "ERROR",
    }
    with subprocess.Popen(  # noqa: S603  our own program
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process


def _ask(process: "subprocess.Popen[str]") -> dict[str, float]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    answer: dict[str, float] = json.loads(process.stdout.readline())
    return answer


@contextmanager
def earlier_checkout() -> Iterator[Path | None]:
    """Yield a checkout of the code as it was before, or None where this one has no history."""
    git = ["git", "-C", str(ROOT)]
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "before"
        made = subprocess.run(  # noqa: S603  our own program
            [*git, "worktree", "add", "--detach", str(tree), BEFORE], capture_output=True, check=False
        )
        if made.returncode:
            _say(f"\nThis checkout does not hold {BEFORE}: only the code of today is timed.\n")
            yield None
            return
        try:
            yield tree
        finally:
            leave = [*git, "worktree", "remove", "--force", str(tree)]
            subprocess.run(leave, capture_output=True, check=False)  # noqa: S603  our own program


def print_memory() -> None:
    from mailings.bench import bulk

    _say("\nMemory one worker grows by while it sends an issue\n")
    for readers in (1_000, 20_000):
        forget_readers()
        bulk.make_readers(readers)
        newsletter, count, _took = bulk.freeze_all(keep=True)
        bulk.analyze()
        took = bulk.drain_all(workers=1)
        _check_all_sent(newsletter, count)
        _say(
            f"  {readers:7,} readers {took.grew:7.1f} MB {1000 * took.processor / readers:6.2f} ms of processor each\n"
        )


def print_freeze(readers: int, runs: int) -> None:
    from mailings.bench import bulk

    forget_readers()
    bulk.make_readers(readers)
    took = [bulk.freeze_all(keep=False)[1:] for _run in range(runs)]
    if {count for count, _seconds in took} != {readers}:
        raise RuntimeError("not every reader was counted")
    _say(f"\nCounting {readers:,} readers: {median(seconds for _count, seconds in took):.2f} s (the aim is 3 s)\n")


def forget_readers() -> None:
    from mailings.models import Letter, Subscription

    Letter.objects.all().delete()
    Subscription.objects.all().delete()


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

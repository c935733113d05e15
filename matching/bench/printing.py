"""Lines and tables on standard output, as they come."""

import sys


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print rows under a head: the first column to the left, the others to the right."""
    widths = [max(len(line[column]) for line in [head, *rows]) for column in range(len(head))]
    for line in [head, *rows]:
        first, *rest = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        print_line("  ".join([first.strip().ljust(widths[0]), *rest]) + "\n")


def print_line(text: str) -> None:
    """Print at once: a bench takes its time."""
    sys.stdout.write(text)
    sys.stdout.flush()

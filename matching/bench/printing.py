"""Print lines and tables on standard output, each as soon as it is known."""

import sys


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print rows below a head: the first column is aligned left, the others right."""
    widths = [max(len(line[column]) for line in [head, *rows]) for column in range(len(head))]
    for line in [head, *rows]:
        first, *rest = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        print_line("  ".join([first.strip().ljust(widths[0]), *rest]) + "\n")


def print_line(text: str) -> None:
    """Print the text and flush it at once, because a measurement takes minutes."""
    sys.stdout.write(text)
    sys.stdout.flush()

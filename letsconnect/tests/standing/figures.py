"""The figures of a storm, for whoever runs it with ``-s``."""


def told(what, *figures):
    print(f"\n{what}: " + "; ".join(str(figure) for figure in figures))  # noqa: T201 - a storm is run for its figures

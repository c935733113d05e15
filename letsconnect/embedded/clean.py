"""`make clean` stops the checkout's servers before their folders go; while the portal runs, it refuses."""

from letsconnect.embedded import servers
from letsconnect.embedded.errors import EmbeddedError, refuse
from letsconnect.embedded.paths import run_folder
from letsconnect.embedded.postgres import Postgres
from letsconnect.embedded.redis import Redis
from letsconnect.embedded.shared_servers import open_lock, try_lock


def main() -> None:
    """Stop what still runs."""
    folder = run_folder(servers.BASE_DIR)
    if not folder.exists():
        return
    try:
        for name in ("run.lock", "postgres.users", "redis.users"):
            if not try_lock(open_lock(folder / name)):
                raise EmbeddedError("The portal or a command still uses the embedded servers: stop it first.")
        for server in (Postgres(servers.BASE_DIR), Redis(servers.BASE_DIR)):
            if server.is_up():
                server.stop()
    except EmbeddedError as error:
        refuse(error)


if __name__ == "__main__":
    main()

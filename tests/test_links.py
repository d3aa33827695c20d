"""Tracked links: short, derived, never elsewhere than the campaign wrote, and nothing about who follows them."""

from __future__ import annotations

import contextlib
import http.client
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_bot.app import App
from campaign_bot.compose.links import ALPHABET, LENGTH, link_code
from campaign_bot.errors import StoreError
from campaign_bot.redirector import ASK_WITHIN_S, kind_of
from campaign_bot.store.base import Draft, Link
from campaign_bot.values import replace
from tests.campaigns import CAMPAIGN, write_campaign
from tests.database import connect, say_sent
from tests.stage import DUE, set_stage

WITH_DOMAIN = {"content/campaign.yaml": CAMPAIGN + "links: {domain: https://go.example.org}\n"}
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
CARDYB = "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)"


@dataclass
class Server:
    process: subprocess.Popen[str]
    port: int
    app: App
    links: list[Link]

    def ask(self, path: str, *, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        told = {"User-Agent": BROWSER, **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection.request(method, path, headers=told)
        answer = connection.getresponse()
        answer.body = answer.read().decode()  # type: ignore[attr-defined]
        connection.close()
        return answer

    def counted(self, expected: int = 0) -> dict[str, int]:
        """By kind, once what waits is written: at the next second; on a busy machine when there are as many as expected."""
        time.sleep(1.3)
        ends = time.monotonic() + 10
        while True:
            with connect(self.app.database) as db:
                found: dict[str, int] = dict(db.execute("select kind, sum(count) from click group by kind"))
            if sum(found.values()) >= expected or time.monotonic() > ends:
                return found
            time.sleep(0.1)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    app = App(write_campaign(tmp_path / "c", **WITH_DOMAIN), environ={}, clock=lambda: DUE - timedelta(hours=1))
    app.plan(until=DUE.replace(day=19))
    say_sent(app.database)
    process = subprocess.Popen(
        [sys.executable, "-m", "campaign_bot", "-C", str(app.directory), "links", "serve", "--address", "127.0.0.1:0"],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    port = 0
    for line in process.stderr:
        if found := re.search(r"127\.0\.0\.1:(\d+)", line):
            port = int(found[1])
            break
    yield Server(process, port, app, app.store.links())
    process.kill()
    process.wait()
    app.close()


def test_a_click_leads_on_and_is_counted_without_anything_about_who_it_was(server: Server) -> None:
    link = next(one for one in server.links if one.account == "mastodon-fr")
    answer = server.ask(
        f"/{link.code}?fbclid=abc", X_Forwarded_For="203.0.113.7", Cookie="a=b", Referer="https://x.com/jo"
    )
    assert (answer.status, answer.headers["Location"]) == (302, link.target)
    assert link.target.startswith("https://ouvert.canada.ca/fr?utm_source=mastodon&")
    assert (answer.headers["Cache-Control"], answer.headers["Set-Cookie"]) == ("no-store", None)
    assert server.counted() == {"human": 1}
    (click,) = server.app.store.clicks()
    assert (click.post, click.account, click.count) == ("facts-2027-01-18", "mastodon-fr", 1)
    kept = server.app.database.read_bytes() + server.app.database.with_name("campaign.db-wal").read_bytes()
    assert not [word for word in (b"203.0.113", b"127.0.0.1", b"Mozilla", b"fbclid", b"x.com/jo") if word in kept]


def test_who_looks_through_a_post_before_it_leaves_is_no_audience(server: Server) -> None:
    with connect(str(server.app.database)) as db:
        db.execute("update delivery set state = 'approved' where account = 'mastodon-en'")
        db.commit()
    early, out = (
        next(one for one in server.links if one.account == f"mastodon-{language}") for language in ("en", "fr")
    )
    assert [server.ask(f"/{one.code}").status for one in (early, out)] == [302, 302]
    assert server.counted() == {"human": 1}


def test_clicks_on_what_was_taken_back_are_kept_and_in_no_figure(server: Server) -> None:
    server.ask(f"/{server.links[0].code}")
    assert server.counted() == {"human": 1}
    with connect(str(server.app.database)) as db:
        db.execute("update delivery set state = 'retracted'")
        db.commit()
    assert server.app.store.clicks() == []
    assert sum(kinds["human"] for kinds in server.app.store.clicks_by_link().values()) == 1


def test_previews_bots_heads_and_prefetches_are_not_people(server: Server) -> None:
    path = f"/{server.links[0].code}"
    server.ask(path, User_Agent=CARDYB)
    server.ask(path, User_Agent="http.rb/5.2.0 (Mastodon/4.3.1; +https://mastodon.social/)")
    server.ask(path, Sec_Purpose="prefetch")
    server.ask(path, User_Agent="curl/8.1")
    server.ask(path, User_Agent="")
    head = server.ask(path, method="HEAD")
    assert (head.status, head.headers["Location"]) == (302, server.links[0].target)
    assert server.counted() == {"preview": 3, "bot": 3}
    assert server.app.store.clicks() == []


@pytest.mark.parametrize("path", ["/nothing", "/https://evil.example", "//evil.example/x", "/%0d%0aSet-Cookie:a=b", "/..%2f..",
                                  "/" + "a" * 3000])  # fmt: skip
def test_what_the_campaign_did_not_write_leads_nowhere_in_both_languages(server: Server, path: str) -> None:
    answer = server.ask(path)
    assert (answer.status, answer.headers["Location"], answer.headers["Set-Cookie"]) == (404, None, None)
    body = answer.body  # type: ignore[attr-defined]
    assert "leads nowhere" in body and "ne mène nulle part" in body and "«\u00a0Petite\u00a0»" in body
    assert "evil" not in body


def test_other_methods_are_refused_and_the_root_says_what_this_is(server: Server) -> None:
    assert server.ask(f"/{server.links[0].code}", method="POST").status == 405
    assert "nothing about who follows it" in server.ask("/").body  # type: ignore[attr-defined]


def test_punctuation_that_stuck_to_the_address_does_no_harm(server: Server) -> None:
    assert server.ask(f"/{server.links[0].code.upper()}).").status == 302


def test_under_load_nothing_is_lost_and_sigterm_writes_what_waits(server: Server) -> None:
    codes = [link.code for link in server.links]

    def click(number: int) -> int:
        return server.ask(f"/{codes[number % len(codes)]}").status

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(click, range(800))) == {302}
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(10) == 0
    assert sum(click.count for click in server.app.store.clicks()) == 800


def test_who_connects_and_does_not_ask_keeps_nobody_out(server: Server) -> None:
    """Half a request, 300 times over, where the process may open 256 files: others are answered, and the 300 let go of."""
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (256, 256))
    waiting = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(300)]
    for one in waiting:
        one.sendall(b"GET /x HTTP/1.1\r\nHost: a\r\n")
    time.sleep(1.5)  # out of files, the server takes none for a second
    asked = time.monotonic()
    assert server.ask(f"/{server.links[0].code}").status == 302
    assert time.monotonic() - asked < 2
    for one in waiting:
        one.settimeout(ASK_WITHIN_S + 5)
        with contextlib.suppress(ConnectionResetError):
            assert one.recv(1) == b""
        one.close()
    assert server.counted() == {"human": 1}


def test_who_asks_for_a_web_socket_gets_the_answer_that_all_get(server: Server) -> None:
    path = f"/{server.links[0].code}"
    answer = server.ask(
        path, Connection="Upgrade", Upgrade="websocket", Sec_WebSocket_Version="13", Sec_WebSocket_Key="A" * 22 + "=="
    )
    assert (answer.status, answer.headers["Location"]) == (302, server.links[0].target)


@contextlib.contextmanager
def no_room(server: Server) -> Generator[None]:
    """A full disk, for this process: none of its files may grow."""
    before = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        if server.process.poll() is None:
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, before)


def test_on_a_full_disk_links_lead_on_and_the_operator_is_told_once(server: Server) -> None:
    with no_room(server):
        for _ in range(3):
            assert [server.ask(f"/{link.code}").status for link in server.links] == [302] * len(server.links)
            time.sleep(1.3)
    assert server.counted(3 * len(server.links)) == {"human": 3 * len(server.links)}, (
        "what waited is written when there is room again"
    )
    server.process.send_signal(signal.SIGTERM)
    told = server.process.communicate(timeout=10)[1]
    assert (told.count("clicks wait"), told.count("the clicks that waited are written")) == (1, 1)
    assert "make room" in told.casefold()
    assert "are lost" not in told


def test_clicks_that_could_not_be_written_to_the_end_are_said_to_be_lost(server: Server) -> None:
    with no_room(server):
        server.ask(f"/{server.links[0].code}")
        time.sleep(1.3)
        server.process.send_signal(signal.SIGTERM)
        told = server.process.communicate(timeout=10)[1]
    assert server.process.returncode == 0
    assert "clicks are lost" in told


def test_what_strangers_send_fills_no_log(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as stranger:
        stranger.sendall(b"\x16\x03\x01\x02\r\n\r\n")
        assert b"400" in stranger.recv(100)
    server.ask("/", Connection="Upgrade", Upgrade="websocket", Sec_WebSocket_Version="13", Sec_WebSocket_Key="A" * 24)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.stderr is not None
    assert server.process.stderr.read() == ""


def test_a_kill_loses_a_second_at_most_and_hurts_nothing(server: Server) -> None:
    path = f"/{server.links[0].code}"
    server.ask(path)
    assert server.counted() == {"human": 1}
    server.ask(path)
    server.process.kill()
    server.process.wait()
    assert server.app.store.health_of_file() == "ok"
    assert sum(click.count for click in server.app.store.clicks()) in (1, 2)


@pytest.mark.parametrize(
    ("agent", "kind"),
    [(BROWSER, "human"), (CARDYB, "preview"), ("Twitterbot/1.0", "preview"), ("Googlebot/2.1", "bot"), ("", "bot"),
     ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Twitter for"
      " iPhone/10.48", "human"),
     ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
      " [Pinterest/iOS]", "human"),
     ("Mozilla/5.0 (compatible; Pinterestbot/1.0; +http://www.pinterest.com/bot.html)", "preview"),
     ("Pinterest/0.2 (+http://www.pinterest.com/bot.html)", "preview"),
     ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Snapchat/12.8", "human"),
     ("Snap URL Preview Service; bot; snapchat; https://developers.snap.com/robots", "preview")],
)  # fmt: skip
def test_who_is_a_person(agent: str, kind: str) -> None:
    assert kind_of(agent) == kind


@given(st.tuples(st.text(), st.text(), st.text(), st.text()))
def test_codes_are_derived_and_easy_to_type(words: tuple[str, str, str, str]) -> None:
    code = link_code(*words)
    assert code == link_code(*words)
    assert len(code) == LENGTH and set(code) <= set(ALPHABET)


def test_each_account_has_its_own_address_and_planning_twice_gives_the_same(tmp_path: Path) -> None:
    with set_stage(tmp_path, WITH_DOMAIN) as stage:
        links = stage.app.store.links()
        assert len({one.code for one in links}) == len(links) == 6
        stage.app.plan(until=DUE.replace(day=19))
        assert stage.app.store.links() == links
        (mine,) = [one for one in links if one.account == "x-en"]
        assert f"https://go.example.org/{mine.code}" in stage.delivery("x-en").content.text
        stage.app.work()
        assert {one.account for one in links} == {post.account for post in stage.networks.world.posts}


def test_without_a_domain_links_are_marked_and_long(tmp_path: Path) -> None:
    with set_stage(tmp_path) as stage:
        assert stage.app.store.links() == []
        assert "utm_source=mastodon" in stage.delivery("mastodon-en").content.text


def test_a_short_address_never_changes_where_it_leads(tmp_path: Path) -> None:
    with set_stage(tmp_path, WITH_DOMAIN) as stage:
        link = stage.app.store.links()[0]
        one = stage.delivery(link.account)
        other = replace(one.content, parts=(replace(one.content.parts[0], text="Other words"),))
        draft = Draft(
            one.key, one.account, one.network, one.language, one.due, other, 11, 500,
            links=((link.code, "https://other.example"),),
        )  # fmt: skip
        with pytest.raises(StoreError, match="same short address"):
            stage.app.store.change(draft, now=stage.clock(), actor="plan", why="text changed")
        assert stage.app.store.link(link.code) == link
        assert stage.delivery(link.account).content == one.content


@pytest.mark.parametrize("post", ["", "another"])
def test_a_target_changed_by_hand_leads_nowhere(tmp_path: Path, post: str) -> None:
    """Who approved the post approved where its links lead; the record knows that, whatever the table says."""
    with set_stage(tmp_path, WITH_DOMAIN) as stage:
        right, wrong = stage.app.store.links()[:2]
        with connect(stage.app.database) as db:
            db.execute("update link set target = 'https://evil.example' where code = ?", [wrong.code])
            db.execute("update link set post = coalesce(nullif(?, ''), post) where code = ?", [post, wrong.code])
        assert stage.app.store.link(wrong.code) is None
        assert stage.app.store.link(right.code) == right

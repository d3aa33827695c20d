"""Bluesky through the real atproto library: keys, rich text, and what each failure on the wire means."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from atproto_client.models.string_formats import TID_RE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign_bot.config import Secret
from campaign_bot.errors import AuthError, ConfigError, RateLimited, Rejected, Unavailable, Unconfirmed
from campaign_bot.library.files import Account
from campaign_bot.model import Attachment, Content, Media, Outgoing, Part, Poll
from campaign_bot.networks.bluesky import Bluesky, BlueskyConnection, BlueskyCredentials
from campaign_bot.networks.bluesky.text import Piece, pieces
from campaign_bot.sandbox.server import LocalNetworks
from campaign_bot.sandbox.world import Fault, LocalAccount, World

NOW = datetime(2027, 1, 18, 17, tzinfo=UTC)
BLUESKY = Bluesky()

instants = st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))
words = st.sampled_from(
    [
        "https://ouvert.exemple/é?a=1&b=(2)",
        "#données",
        "#OpenGov2027",
        "👩🏽‍💻",
        "où",
        "«",
        "»",
        "(",
        ")",
        ".",
        "…",
        " ",
        "\u00a0",
        "\n",
    ]
)


@dataclass
class Clock:
    now: datetime


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def world(clock: Clock) -> World:
    world = World(seed=1, now=lambda: clock.now)
    world.add_account(
        LocalAccount(
            "bluesky-fr",
            "bluesky",
            "fr",
            "gouv.test",
            "did:plc:abcdefghijklmnopqrstuvwx",
            {"app_password": "abcd-efgh"},
        )
    )
    return world


@pytest.fixture
def connect(world: World) -> Iterator[Callable[..., BlueskyConnection]]:
    """Connections to the local network, closed at the end."""
    opened: list[BlueskyConnection] = []
    account = Account(name="bluesky-fr", network="bluesky", language="fr", handle="gouv.test")
    with LocalNetworks(world) as local:

        def connect(*, password: str = "abcd-efgh", server: str = "", timeout_s: float = 10) -> BlueskyConnection:
            credentials = BlueskyCredentials(app_password=Secret(password))
            server = server or local.url
            opened.append(BLUESKY.connect(account, credentials, server=server, timeout_s=timeout_s))
            return opened[-1]

        yield connect
        for connection in opened:
            connection.close()


@pytest.fixture
def bluesky(connect: Callable[..., BlueskyConnection]) -> BlueskyConnection:
    return connect()


@given(due=instants, delivery=st.text(min_size=1), parts=st.integers(1, 20))
def test_keys_are_distinct_timestamp_identifiers_in_the_order_of_the_thread(due, delivery, parts):
    keys = BLUESKY.keys(delivery, "hash", due, parts)

    assert all(TID_RE.fullmatch(key) for key in keys)
    assert list(keys) == sorted(set(keys))
    assert len(keys) == parts


@given(due=instants, later=st.timedeltas(min_value=timedelta(milliseconds=1), max_value=timedelta(days=999)))
def test_keys_sort_by_due_time_whatever_the_delivery(due, later):
    assert BLUESKY.keys("zz", "h", due, 1) < BLUESKY.keys("a", "h", due + later, 1)


def test_keys_do_not_change_from_one_attempt_or_wording_to_the_next():
    assert BLUESKY.keys("post/bluesky-fr", "one", NOW, 2) == ("3n7fgaoyt2egw", "3n7fgaoyt2fgw")
    assert BLUESKY.keys("post/bluesky-fr", "other", NOW, 2) == BLUESKY.keys("post/bluesky-fr", "one", NOW, 2)


def test_two_deliveries_due_at_one_instant_get_different_keys():
    keys = {BLUESKY.keys(f"delivery {number}", "", NOW, 1) for number in range(100)}

    assert len(keys) == 100


@given(st.lists(words | st.text(max_size=6), max_size=12).map("".join))
def test_pieces_together_are_the_text(text):
    assert "".join(piece.text for piece in pieces(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Voir https://a.exemple/b.", [Piece("https://a.exemple/b", link="https://a.exemple/b")]),
        ("(https://a.exemple/b_(c))", [Piece("https://a.exemple/b_(c)", link="https://a.exemple/b_(c)")]),
        ("« https://a.exemple »", [Piece("https://a.exemple", link="https://a.exemple")]),
        ("«#données» !", [Piece("#données", tag="données")]),
        ("#1 and issue#2 and a.exemple", []),
        ("https://a.exemple/#top", [Piece("https://a.exemple/#top", link="https://a.exemple/#top")]),
        (f"#{'x' * 65}", []),
    ],
)
def test_pieces_find_links_with_a_scheme_and_hashtags(text, expected):
    assert [piece for piece in pieces(text) if piece.link or piece.tag] == expected


def test_a_family_of_emoji_counts_one_but_weighs_many_bytes():
    family = "👨‍👩‍👧‍👦"
    assert BLUESKY.measure(family) == 1

    problems = BLUESKY.check(Content("fr", (Part(family * 121),)))

    assert [(p.rule, p.severity) for p in problems] == [("too-long", "error")]
    assert "3025 bytes" in problems[0].message


def test_what_bluesky_cannot_do_is_a_warning():
    problems = BLUESKY.check(Content("en", (Part("Hello"),), visibility="unlisted", content_warning="Elections"))

    assert {(p.rule, p.severity) for p in problems} == {
        ("visibility-unsupported", "warning"),
        ("warning-unsupported", "warning"),
    }


def test_an_account_without_a_handle_cannot_connect():
    nameless = Account(name="bluesky-fr", network="bluesky", language="fr")

    with pytest.raises(ConfigError, match="handle"):
        BLUESKY.connect(nameless, BlueskyCredentials(app_password=Secret("x")))


def outgoing(text: str = "Bonjour", *, key: int = 1, **fields) -> Outgoing:
    keys = BLUESKY.keys("post/bluesky-fr", "hash", NOW + timedelta(seconds=key), 1)
    return Outgoing(text, "fr", "public", "", keys[0], NOW, **fields)


def test_a_published_thread_with_a_picture_is_the_approved_text_and_nothing_else(world, bluesky):
    picture = Attachment(Media("0" * 64, "image/png", "Un graphique", "a.png", 1200, 630), b"\x89PNG bytes")
    text = "Données 🍁 ouvertes : https://a.exemple/é #GouvOuvert"

    first = bluesky.publish(outgoing(text, key=1, attachments=(picture,)))
    second = bluesky.publish(outgoing("Suite", key=2, root=first, parent=first))

    record, reply = (post.wire["record"] for post in world.posts)
    assert record["text"] == text
    assert record["langs"] == ["fr"]
    assert record["createdAt"] == "2027-01-18T17:00:00.000Z"
    assert record["embed"]["images"][0]["alt"] == "Un graphique"
    assert record["embed"]["images"][0]["aspectRatio"]["width"] == 1200
    assert [said(text, facet) for facet in record["facets"]] == [
        ("https://a.exemple/é", "https://a.exemple/é"),
        ("#GouvOuvert", "GouvOuvert"),
    ]
    assert {end: ref["uri"] for end, ref in reply["reply"].items() if end != "$type"} == {
        "root": first.remote_id,
        "parent": first.remote_id,
    }
    assert second.url == f"https://bsky.app/profile/gouv.test/post/{second.remote_id.rpartition('/')[2]}"


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.lists(words, min_size=1, max_size=12).map("".join))
def test_facets_point_at_the_bytes_that_they_name(world, bluesky, text):
    bluesky.publish(outgoing(text, key=len(world.posts)))

    record = world.posts[-1].wire["record"]
    for facet in record.get("facets", []):
        shown, target = said(record["text"], facet)
        assert shown in (target, f"#{target}")
    assert len(record.get("facets", [])) == len([p for p in pieces(text) if p.link or p.tag])


def said(text: str, facet: dict) -> tuple[str, str]:
    """What a facet covers, read from the bytes, and what it leads to."""
    index, feature = facet["index"], facet["features"][0]
    return text.encode()[index["byteStart"] : index["byteEnd"]].decode(), feature.get("uri") or feature["tag"]


def test_a_part_is_found_by_its_key_and_only_then(bluesky):
    assert bluesky.find(outgoing(), NOW).conclusive
    assert bluesky.find(outgoing(), NOW).receipt is None

    receipt = bluesky.publish(outgoing())

    assert bluesky.find(outgoing(), NOW).receipt == receipt


def test_another_text_under_our_key_is_not_taken_for_ours(bluesky):
    bluesky.publish(outgoing("Autre chose"))

    assert not bluesky.find(outgoing("Bonjour"), NOW).conclusive


def test_a_second_send_is_refused_by_the_key_and_left_to_reconciling(world, bluesky):
    bluesky.publish(outgoing())

    with pytest.raises(Unconfirmed):
        bluesky.publish(outgoing())

    assert len(world.posts) == 1


def test_counts_are_told_and_a_post_that_is_gone_is_left_out(bluesky):
    kept, gone = bluesky.publish(outgoing(key=1)), bluesky.publish(outgoing(key=2))
    bluesky.retract(gone.remote_id)
    bluesky.retract(gone.remote_id)  # gone already is no error

    counts = bluesky.metrics([kept.remote_id, gone.remote_id])

    assert list(counts) == [kept.remote_id]
    told = {name for name in BLUESKY.counts if getattr(counts[kept.remote_id], name) is not None}
    assert told == BLUESKY.counts
    assert counts[kept.remote_id].impressions is None


def test_the_account_says_who_it_is_and_how_many_follow(world, bluesky):
    assert bluesky.identify().may_publish
    assert bluesky.identify().handle == "gouv.test"
    assert bluesky.followers() == world.followers(world.accounts["bluesky-fr"])


def test_a_deactivated_account_may_not_publish(world, bluesky):
    world.accounts["bluesky-fr"].may_publish = False

    assert not bluesky.identify().may_publish
    with pytest.raises(AuthError, match="deactivated"):
        bluesky.publish(outgoing())


def test_one_session_serves_until_it_runs_out_and_is_renewed_after_weeks(world, clock, bluesky):
    for number, jump in enumerate([timedelta(), timedelta(hours=1), timedelta(weeks=8), timedelta(weeks=20)]):
        clock.now += jump
        bluesky.publish(outgoing(key=number))

    sessions = [path.rpartition(".")[2] for _, _, path in world.requests if "Session" in path]
    assert sessions == ["createSession", "refreshSession", "refreshSession", "createSession"]
    assert len(world.posts) == 4


def test_a_wrong_password_is_an_auth_error_that_does_not_repeat_it(connect):
    with pytest.raises(AuthError, match="app password") as caught:
        connect(password="wrong-secret").identify()

    assert "wrong-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("lost", "createRecord"), Unconfirmed),
        (Fault("late", "createRecord", delay_s=1.5), Unconfirmed),
        (Fault("status", "createRecord", code=502, body="<html>Bad gateway</html>"), Unconfirmed),
        (Fault("status", "createRecord", code=200, body="<html>Welcome</html>"), Unconfirmed),
        (Fault("status", "createRecord", code=400, body='{"error":"InvalidRequest","message":"no"}'), Rejected),
        (Fault("status", "createRecord", code=401, body='{"error":"AccountTakedown","message":"no"}'), AuthError),
        (Fault("status", "uploadBlob", code=502, body="<html>Bad gateway</html>"), Unavailable),
        (Fault("lost", "uploadBlob"), Unavailable),
        (Fault("status", "createSession", code=503, body=""), Unavailable),
        (Fault("status", "createSession", code=200, body="<html>Hotel Wi-Fi</html>"), Unavailable),
    ],
    ids=lambda value: f"{value.kind}-{value.code}-{value.route}" if isinstance(value, Fault) else value.__name__,
)
def test_each_failure_means_one_thing(world, connect, fault, expected):
    world.faults.append(fault)
    picture = Attachment(Media("0" * 64, "image/png", "Alt", "a.png"), b"png")

    with pytest.raises(expected) as caught:
        connect(timeout_s=0.75).publish(outgoing(attachments=(picture,)))

    assert "\n" not in str(caught.value)
    assert "<html" not in str(caught.value)


def test_a_lost_answer_is_settled_by_looking(world, bluesky):
    world.faults.append(Fault("lost", "createRecord"))
    with pytest.raises(Unconfirmed):
        bluesky.publish(outgoing())

    assert bluesky.find(outgoing(), NOW).receipt is not None
    assert len(world.posts) == 1


def test_too_many_requests_tell_when_to_come_back(world, bluesky):
    headers = {"ratelimit-reset": "1800300000"}
    body = '{"error":"RateLimitExceeded","message":"Rate Limit Exceeded"}'
    world.faults.append(Fault("status", "createRecord", code=429, body=body, headers=headers))

    with pytest.raises(RateLimited) as caught:
        bluesky.publish(outgoing())

    assert caught.value.until == datetime.fromtimestamp(1800300000, UTC)


def test_a_refused_connection_is_unavailable(connect):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"

    with pytest.raises(Unavailable, match="cannot be reached"):
        connect(server=nobody).publish(outgoing())


def test_a_token_that_the_server_does_not_know_any_more_is_renewed(world, bluesky):
    bluesky.identify()
    body = '{"error":"InvalidToken","message":"Token could not be verified"}'
    world.faults.append(Fault("status", "createRecord", code=400, body=body))

    assert bluesky.publish(outgoing()).cid
    assert len(world.posts) == 1


def test_a_poll_is_refused_and_not_dropped(world, bluesky):
    with pytest.raises(Rejected, match="no polls"):
        bluesky.publish(outgoing(poll=Poll(("Oui", "Non"), 60)))

    assert not world.posts

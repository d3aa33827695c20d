"""Design 9, walked with real failures on loopback: whatever a server does, one of our errors with one clean line."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from campaign_bot.errors import AuthError, NetworkError, RateLimited, Unavailable, Unconfirmed
from campaign_bot.networks.base import Connection
from campaign_bot.sandbox.world import Fault
from tests.networks.conftest import UnderTest
from tests.networks.hostile import NO_ANSWERS, says
from tests.networks.recorder import Recorder

TIMEOUT_S = 0.4
#: Twice the timeout, and what a busy machine needs on top.
WITHIN_S = 2 * TIMEOUT_S + 3


def is_clean(under_test: UnderTest, error: NetworkError) -> bool:
    """A sentence for a person: one line, no markup, no control character, nothing secret, and whose account it is."""
    told = str(error)
    secrets = under_test.world.accounts[under_test.account.name].secrets.values()
    return (
        error.account == under_test.account.name
        and told.isprintable()
        and "<" not in told
        and len(told) < 600
        and not any(secret in told for secret in secrets)
    )


#: Each of these takes the whole time that an answer may take: one of them a test is enough.
SLOW = {"drips a body without end", "drips chunks without end", "drips headers without end"}


def ready(connection: Connection) -> Connection:
    """Signed in, however busy this machine is: the timeout is short."""
    for _ in range(9):
        try:
            connection.identify()
        except Unavailable:
            continue
        return connection
    raise AssertionError("the local network is too slow")


@pytest.mark.parametrize("kind", sorted(set(NO_ANSWERS) - {"drips a body without end"}))
def test_no_answer_to_a_create_is_unconfirmed_and_nothing_is_sent_twice(under_test: UnderTest, kind: str) -> None:
    route = under_test.particulars.create_route
    with Recorder(under_test.server.url, route=route, instead=NO_ANSWERS[kind]) as between:
        connection = ready(under_test.connect(server=between.url, timeout_s=TIMEOUT_S))
        began = time.monotonic()
        with pytest.raises(Unconfirmed) as caught:
            connection.publish(under_test.part())
    assert time.monotonic() - began < WITHIN_S
    assert is_clean(under_test, caught.value), str(caught.value)
    assert len([one for one in between.exchanges if f"{one.method} {one.target}".startswith(route)]) == 1


#: Not errors where a list of posts was asked for: none of them is there. Each network has its own way to say so.
NOTHING_THERE = {"a list", "nothing in it", "teapot"}
READS = set(NO_ANSWERS) - NOTHING_THERE - SLOW | {"drips a body without end"}


@pytest.mark.parametrize("kind", sorted(READS))
def test_no_answer_to_a_read_is_unavailable_in_good_time(under_test: UnderTest, kind: str) -> None:
    receipts = [under_test.connect().publish(under_test.part(f"Post {number}.")) for number in range(2)]
    with Recorder(under_test.server.url, route=under_test.particulars.read_route, instead=NO_ANSWERS[kind]) as between:
        connection = ready(under_test.connect(server=between.url, timeout_s=TIMEOUT_S))
        began = time.monotonic()
        with pytest.raises(Unavailable) as caught:
            connection.metrics([one.remote_id for one in receipts])
    assert time.monotonic() - began < WITHIN_S
    assert is_clean(under_test, caught.value), str(caught.value)


@pytest.mark.parametrize("kind", sorted(set(NO_ANSWERS) - SLOW - {"a list"}))  # an empty list may be true
def test_a_look_that_got_no_answer_never_says_that_the_post_is_surely_not_there(
    under_test: UnderTest, kind: str
) -> None:
    part = under_test.part("It is there.")
    under_test.connect().publish(part)
    with Recorder(under_test.server.url, route=under_test.particulars.look_route, instead=NO_ANSWERS[kind]) as between:
        connection = ready(under_test.connect(server=between.url, timeout_s=TIMEOUT_S))
        with pytest.raises(Unavailable) as caught:
            connection.find(part, under_test.clock[0])
    assert between.refused
    assert is_clean(under_test, caught.value), str(caught.value)


CALLS: dict[str, Callable[[Connection, UnderTest], Any]] = {
    "identify": lambda connection, _: connection.identify(),
    "followers": lambda connection, _: connection.followers(),
    "metrics": lambda connection, _: connection.metrics(["1", "2"]),
    "find": lambda connection, under_test: connection.find(under_test.part(), under_test.clock[0]),
    "retract": lambda connection, _: connection.retract("1"),
    "publish": lambda connection, under_test: connection.publish(under_test.part()),
}


@pytest.mark.parametrize("kind", ["a page with 200", "wrong types in it", "nested without end", "another protocol"])
@pytest.mark.parametrize("call", CALLS)
def test_a_server_that_is_not_what_it_claims_is_one_of_our_errors_in_every_call(
    under_test: UnderTest, call: str, kind: str
) -> None:
    with Recorder(under_test.server.url, instead=NO_ANSWERS[kind]) as between:
        connection = under_test.connect(server=between.url, timeout_s=TIMEOUT_S)
        try:
            CALLS[call](connection, under_test)
        except NetworkError as error:
            assert is_clean(under_test, error), str(error)
        else:
            # Deleting what is not there is no error; all else must not be taken for an answer.
            assert call == "retract"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("call", ["identify", "publish"])
def test_credentials_and_posts_never_follow_a_redirect_to_another_host(
    under_test: UnderTest, call: str, status: int
) -> None:
    with Recorder(under_test.server.url) as other:
        elsewhere = says(b"", status=status, location=f"{other.url.replace('127.0.0.1', 'localhost')}/2/users/me")
        with Recorder(under_test.server.url, instead=elsewhere) as first:
            connection = under_test.connect(server=first.url, timeout_s=TIMEOUT_S)
            with pytest.raises((Unavailable, Unconfirmed)) as caught:
                CALLS[call](connection, under_test)
    assert other.exchanges == []
    assert "localhost" in caught.value.message
    assert is_clean(under_test, caught.value)


@pytest.mark.parametrize("secret", ["wrong", "", "a b", "two\r\nlines", "’typographic’", "x" * 100_000])
def test_a_credential_of_any_shape_is_refused_cleanly(under_test: UnderTest, secret: str) -> None:
    for field in under_test.network.credentials.names():
        connection = under_test.connect(secrets={field: secret}, timeout_s=2)
        with pytest.raises((AuthError, Unavailable)) as caught:
            connection.identify()
        assert is_clean(under_test, caught.value), str(caught.value)[:300]
        with pytest.raises(NetworkError):
            connection.publish(under_test.part())
    assert under_test.posts() == []


def test_a_name_that_nobody_knows_is_unavailable(under_test: UnderTest) -> None:
    connection = under_test.connect(server="http://nobody-has-this-name.invalid", timeout_s=TIMEOUT_S)
    with pytest.raises(Unavailable) as caught:
        connection.publish(under_test.part())
    assert is_clean(under_test, caught.value)


@pytest.mark.parametrize("server", ["http://127.0.0.1:99999", "http://[", "ftp://127.0.0.1", "http://127.0.0.1:1/\x00"])
def test_an_address_that_is_none_is_unavailable_and_not_a_traceback(under_test: UnderTest, server: str) -> None:
    connection = under_test.connect(server=server, timeout_s=TIMEOUT_S)
    with pytest.raises(NetworkError) as caught:
        connection.publish(under_test.part())
    assert caught.value.message


@pytest.mark.parametrize("reset", ["9" * 30, "soon", "٣"])
def test_a_limit_that_ends_at_no_instant_is_a_limit_that_says_not_until_when(under_test: UnderTest, reset: str) -> None:
    names = ("x-rate-limit", "X-RateLimit", "ratelimit")
    headers = {f"{name}-reset": reset for name in names} | {f"{name}-limit": "300" for name in names}
    headers |= {f"{name}-remaining": "0" for name in names}
    connection = under_test.connect()
    connection.identify()
    route = under_test.particulars.create_route
    under_test.world.faults.append(
        Fault("status", route, code=429, body='{"error": "RateLimitExceeded"}', headers=headers)
    )
    with pytest.raises(RateLimited) as caught:
        connection.publish(under_test.part())
    assert caught.value.until is None


@pytest.mark.parametrize(("reset", "date"), [("9" * 30, "yesterday"), ("é", "")])
def test_strange_headers_take_nothing_from_an_answer(under_test: UnderTest, reset: str, date: str) -> None:
    """A post that the server took is not made a doubtful one by what stands beside the answer."""
    names = ("x-rate-limit", "X-RateLimit", "ratelimit", "x-user-limit-24hour")
    strange = {f"{name}-{one}": reset for name in names for one in ("reset", "limit", "remaining")} | {"Date": date}
    with Recorder(under_test.server.url, beside=strange) as between:
        connection = under_test.connect(server=between.url)
        receipt = connection.publish(under_test.part())
        assert set(connection.metrics([receipt.remote_id])) == {receipt.remote_id}
        assert connection.allowances() == []
    assert len(under_test.posts()) == 1

"""The contract: what every network promises to the stages, through its real client over HTTP on loopback."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import timedelta

import pytest

from campaign_bot.contract.under_test import NOW, UnderTest
from campaign_bot.errors import AuthError, NetworkError, RateLimited, Rejected, Unavailable, Unconfirmed
from campaign_bot.model import Attachment, Media, Poll
from campaign_bot.sandbox.world import Fault

BEFORE = NOW - timedelta(minutes=1)
HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_it_says_who_we_are_and_that_we_may_publish(under_test: UnderTest) -> None:
    identity = under_test.connect().identify()
    assert identity.handle == under_test.account.handle
    assert identity.may_publish


def test_an_account_that_may_only_read_is_told_before_publishing(under_test: UnderTest) -> None:
    if not under_test.particulars.tells_read_only:
        assert under_test.connect().identify().detail  # it says what it knows instead
        return
    under_test.world.accounts[under_test.account.name].may_publish = False
    identity = under_test.connect().identify()
    assert not identity.may_publish
    assert identity.detail
    with pytest.raises((AuthError, Rejected)):
        under_test.connect().publish(under_test.part())


def test_a_text_arrives_to_the_letter_and_is_found_again(under_test: UnderTest) -> None:
    connection = under_test.connect()
    part = under_test.part("Été à 100 % « ouvert » & <libre>:\n\nvoilà https://open.canada.ca/en?a=1&b=2 #OpenGov")
    receipt = connection.publish(part)
    (post,) = under_test.posts()
    assert post.text == part.text
    found = connection.find(part, BEFORE)
    assert found.conclusive
    assert found.receipt is not None
    assert found.receipt.remote_id == receipt.remote_id


def test_what_was_never_sent_is_surely_not_there(under_test: UnderTest) -> None:
    connection = under_test.connect()
    connection.publish(under_test.part("Another post altogether."))
    found = connection.find(under_test.part("This one was never sent."), BEFORE)
    assert found == type(found)(None, conclusive=True)


def test_language_and_visibility_arrive(under_test: UnderTest) -> None:
    visibility = "unlisted" if under_test.particulars.tells_visibility else "public"
    under_test.connect().publish(under_test.part("Bonjour à toutes et à tous.", language="fr", visibility=visibility))
    (post,) = under_test.posts()
    assert post.visibility == visibility
    if under_test.particulars.tells_language:
        assert post.language == "fr"


def test_a_text_at_the_exact_limit_is_taken(under_test: UnderTest) -> None:
    text = ("word " * 200)[: under_test.network.limits.text - 1] + "s"
    assert under_test.network.measure(text) == under_test.network.limits.text
    assert under_test.network.check(under_test.content(text)) == []
    under_test.connect().publish(under_test.part(text))
    assert under_test.posts()[0].text == text


def test_one_over_the_limit_is_found_before_sending_and_refused_after(under_test: UnderTest) -> None:
    text = ("word " * 200)[: under_test.network.limits.text] + "s"
    (problem,) = under_test.network.check(under_test.content(text))
    assert (problem.rule, problem.blocks) == ("too-long", True)
    with pytest.raises(Rejected):
        under_test.connect().publish(under_test.part(text))
    assert under_test.posts() == []


def test_a_picture_arrives_with_its_bytes_and_its_alt_text(
    under_test: UnderTest, a_picture: Callable[[str], Attachment]
) -> None:
    picture = a_picture("Une carte: « 2,8 % » en grand")
    under_test.connect().publish(under_test.part("With a picture.", attachments=(picture,)))
    (media,) = under_test.posts()[0].media
    assert (media.alt, media.data, media.mime_type) == (picture.media.alt, picture.data, "image/png")


def test_too_many_pictures_or_a_wrong_type_are_found_before_sending(under_test: UnderTest) -> None:
    media = [Media(str(n) * 64, "image/png", "A card", f"{n}.png", 10, 10) for n in range(5)]
    assert [p.rule for p in under_test.network.check(under_test.content("x", *media))] == ["media-limits"]
    strange = Media("a" * 64, "image/tiff", "A scan", "scan.tiff", 10, 10)
    assert [p.rule for p in under_test.network.check(under_test.content("x", strange))] == ["media-limits"]


def test_an_alt_text_over_the_limit_is_found_before_sending(under_test: UnderTest) -> None:
    media = Media("a" * 64, "image/png", "a" * (under_test.network.limits.alt + 1), "card.png", 10, 10)
    assert [p.rule for p in under_test.network.check(under_test.content("x", media))] == ["alt-long"]


def test_a_poll_arrives_with_its_options_where_there_are_polls(under_test: UnderTest) -> None:
    poll = Poll(("Le budget", "Le transport", "Le logement"), 1440)
    if under_test.network.limits.poll_options == 0:
        with pytest.raises(Rejected):
            under_test.connect().publish(under_test.part("Which first?", poll=poll))
        return
    connection = under_test.connect()
    receipt = connection.publish(under_test.part("Which first?", poll=poll))
    (post,) = under_test.posts()
    assert post.poll_options == list(poll.options)
    assert post.poll_ends == NOW + timedelta(days=1)
    under_test.advance(timedelta(days=2))
    assert connection.metrics([receipt.remote_id])[receipt.remote_id].poll_votes == sum(
        under_test.world.poll_votes(post)
    )


def test_a_thread_hangs_together(under_test: UnderTest) -> None:
    connection = under_test.connect()
    first = connection.publish(under_test.part("One of three."))
    second = connection.publish(under_test.part("Two of three.", root=first, parent=first))
    connection.publish(under_test.part("Three of three.", root=first, parent=second))
    three, two, one = under_test.posts()
    assert (one.reply_to, two.reply_to, three.reply_to) == ("", one.id, two.id)


def test_the_same_part_sent_twice_is_one_post(under_test: UnderTest) -> None:
    connection, part = under_test.connect(), under_test.part()
    receipt = connection.publish(part)
    if under_test.particulars.repeat == "same":
        assert connection.publish(part) == receipt
    else:
        with pytest.raises(Unconfirmed):
            connection.publish(part)
        assert connection.find(part, BEFORE).receipt == receipt
    assert len(under_test.posts()) == 1


def test_a_wrong_credential_is_an_auth_error(under_test: UnderTest) -> None:
    for field in under_test.network.credentials.names():
        connection = under_test.connect(secrets={field: "wrong"})
        with pytest.raises(AuthError) as caught:
            connection.identify()
        assert caught.value.account == under_test.account.name
        with pytest.raises(AuthError):
            connection.publish(under_test.part())
    assert under_test.posts() == []


def test_nobody_listening_is_unavailable(under_test: UnderTest) -> None:
    connection = under_test.connect(server=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unavailable):
        connection.identify()
    with pytest.raises(Unavailable):
        connection.publish(under_test.part())


def test_a_lost_answer_is_unconfirmed_and_a_look_finds_the_post(under_test: UnderTest) -> None:
    connection, part = under_test.connect(), under_test.part()
    connection.identify()
    under_test.world.faults.append(Fault("lost", under_test.particulars.create_route))
    with pytest.raises(Unconfirmed):
        connection.publish(part)
    assert len(under_test.posts()) == 1
    assert connection.find(part, BEFORE).receipt is not None


def test_an_answer_after_the_timeout_is_unconfirmed(under_test: UnderTest) -> None:
    connection = under_test.connect(timeout_s=1.0)
    connection.identify()
    under_test.world.faults.append(Fault("late", under_test.particulars.create_route, delay_s=1.6))
    with pytest.raises(Unconfirmed):
        connection.publish(under_test.part())


@pytest.mark.parametrize(
    ("code", "body"), [(500, '{"error": "oh"}'), (502, HTML), (504, HTML), (200, "{"), (200, HTML)]
)
def test_a_useless_answer_after_creating_is_unconfirmed(under_test: UnderTest, code: int, body: str) -> None:
    connection, part = under_test.connect(), under_test.part()
    connection.identify()
    under_test.world.faults.append(Fault("after", under_test.particulars.create_route, code=code, body=body))
    with pytest.raises(Unconfirmed) as caught:
        connection.publish(part)
    assert "<" not in caught.value.message
    assert connection.find(part, BEFORE).receipt is not None


@pytest.mark.parametrize(("code", "body"), [(500, "{}"), (502, HTML), (503, ""), (200, "{"), (200, HTML)])
def test_a_useless_answer_to_a_read_is_unavailable(under_test: UnderTest, code: int, body: str) -> None:
    connection = under_test.connect()
    receipt = connection.publish(under_test.part())
    under_test.world.faults.append(Fault("status", under_test.particulars.read_route, code=code, body=body))
    with pytest.raises(Unavailable):
        connection.metrics([receipt.remote_id])


def test_too_many_requests_say_until_when(under_test: UnderTest) -> None:
    connection = under_test.connect()
    reset = NOW + timedelta(minutes=7)
    headers = under_test.particulars.limit_headers(reset)
    connection.identify()
    under_test.world.faults.append(
        Fault(
            "status",
            under_test.particulars.create_route,
            code=429,
            body='{"error": "RateLimitExceeded"}',
            headers=headers,
        )
    )
    with pytest.raises(RateLimited) as caught:
        connection.publish(under_test.part())
    assert caught.value.until is not None
    assert abs(caught.value.until - reset) < timedelta(minutes=2)
    assert under_test.posts() == []


def test_the_local_network_limits_rates_by_itself(under_test: UnderTest) -> None:
    connection = under_test.connect()
    for _ in range(under_test.particulars.requests_allowed):
        connection.followers()
    if under_test.particulars.requests_allowed:
        with pytest.raises(RateLimited) as caught:
            connection.followers()
        assert caught.value.until is not None


def test_counts_of_many_posts_take_one_call_and_unknown_is_none(under_test: UnderTest) -> None:
    connection = under_test.connect()
    some = min(under_test.network.limits.batch, 12)
    ids = [connection.publish(under_test.part(f"Post number {n} of many.")).remote_id for n in range(some)]
    under_test.advance(timedelta(hours=24))
    connection.identify()
    before = under_test.requests(under_test.particulars.read_route)
    counts = connection.metrics([*ids[:-1], ids[-1]])
    assert under_test.requests(under_test.particulars.read_route) - before == 1
    assert set(counts) == set(ids)
    for one in counts.values():
        told = {name for name in one.__struct_fields__ if getattr(one, name) is not None}
        assert told == under_test.network.counts - under_test.particulars.sometimes
    assert sum(one.likes or 0 for one in counts.values()) > 0


def test_a_post_that_is_gone_is_left_out_of_the_counts(under_test: UnderTest) -> None:
    connection = under_test.connect()
    kept, gone = (connection.publish(under_test.part(f"Post {n} stays or goes.")).remote_id for n in range(2))
    connection.retract(gone)
    assert set(connection.metrics([kept, gone])) == {kept}


def test_followers_are_told(under_test: UnderTest) -> None:
    account = under_test.world.accounts[under_test.account.name]
    assert under_test.connect().followers() == under_test.world.followers(account)


def test_a_retracted_post_is_gone_and_retracting_twice_is_fine(under_test: UnderTest) -> None:
    connection, part = under_test.connect(), under_test.part()
    receipt = connection.publish(part)
    connection.retract(receipt.remote_id)
    connection.retract(receipt.remote_id)
    assert under_test.posts() == []
    assert connection.find(part, BEFORE).receipt is None


def test_no_error_shows_a_secret(under_test: UnderTest) -> None:
    secrets = under_test.world.accounts[under_test.account.name].secrets.values()
    for fault in (
        Fault("lost", under_test.particulars.create_route),
        Fault("status", under_test.particulars.create_route),
    ):
        under_test.world.faults.append(fault)
        with pytest.raises(NetworkError) as caught:
            under_test.connect().publish(under_test.part())
        assert not [secret for secret in secrets if secret in str(caught.value)]


def test_keys_are_derived_and_differ_by_part(under_test: UnderTest) -> None:
    keys = under_test.network.keys("delivery", "hash", NOW, 3)
    assert keys == under_test.network.keys("delivery", "hash", NOW, 3)
    assert len(keys) == 3
    assert len(set(keys)) in (1, 3)

"""What servers that speak Mastodon's API say of their limits, and what is made of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_bot import networks
from campaign_bot.errors import Rejected, Unavailable
from campaign_bot.model import Content, Media, Part, Poll, Receipt
from campaign_bot.networks.base import Network
from campaign_bot.networks.mastodon.told import told_by
from campaign_bot.sandbox.world import Fault
from tests.networks.conftest import UnderTest
from tests.networks.instances import INSTANCES

TABLE = networks.get("mastodon").limits
URL = "https://example.org/" + "a" * 80
#: In the manner of servers that count addresses in full and have sizes of their own.
OTHER = {
    "statuses": {"max_characters": 5000, "max_media_attachments": 6, "characters_reserved_per_url": 0},
    "media_attachments": {"description_limit": 400, "image_size_limit": 1_000_000, "image_matrix_limit": None},
    "polls": {"max_options": 6, "max_characters_per_option": 30, "min_expiration": 61, "max_expiration": 7_260},
}
on_mastodon = pytest.mark.parametrize("under_test", ["mastodon"], indirect=True)

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
SECTIONS = {name: list(keys) for name, keys in OTHER.items()}
SAID = st.fixed_dictionaries(
    {},
    optional={
        name: JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(keys, JSON)) for name, keys in SECTIONS.items()
    },
)


@on_mastodon
def test_mastodon_itself_tells_what_the_table_has(under_test: UnderTest) -> None:
    told = under_test.connect().told_limits()
    assert len(told) == 13
    network = networks.get("mastodon").told(told)
    assert network.limits == TABLE
    assert network.can(under_test.account) == networks.get("mastodon").can(under_test.account)


@on_mastodon
def test_another_server_tells_its_own(under_test: UnderTest) -> None:
    under_test.world.behaviour.configuration = OTHER
    told = under_test.connect().told_limits()
    network = networks.get("mastodon").told(told)
    limits = network.limits
    assert (limits.text, limits.media, limits.url, limits.alt) == (5000, 6, 0, 400)
    assert (limits.media_bytes, limits.gif_bytes, limits.media_pixels) == (1_000_000, 1_000_000, TABLE.media_pixels)
    assert (limits.poll_options, limits.poll_option_length) == (6, 30)
    assert (limits.poll_min_minutes, limits.poll_max_minutes) == (2, 121)
    assert network.measure(f"See {URL}") == 104
    # The table is what it was.
    assert networks.get("mastodon").limits == TABLE
    assert networks.get("mastodon").measure(f"See {URL}") == 27


@on_mastodon
@pytest.mark.parametrize(
    ("said", "fits", "too_long"),
    [
        ({"max_characters": 110, "characters_reserved_per_url": 0}, f"{'é' * 9} {URL}", f"{'é' * 10} {URL}"),
        ({"max_characters": 40, "characters_reserved_per_url": 25}, f"{'é' * 14} {URL}", f"{'é' * 15} {URL}"),
    ],
)
def test_the_server_takes_what_fits_by_its_own_word(
    under_test: UnderTest, said: dict[str, int], fits: str, too_long: str
) -> None:
    under_test.world.behaviour.configuration = {"statuses": said}
    connection = under_test.connect()
    network = networks.get("mastodon").told(connection.told_limits())
    assert network.check(Content("en", (Part(fits),))) == []
    (problem,) = network.check(Content("en", (Part(too_long),)))
    most = said["max_characters"]
    assert problem.blocks and f"{most + 1} of {most} characters" in problem.message
    assert connection.publish(under_test.part(fits)).remote_id
    with pytest.raises(Exception, match=f"limit of {most} exceeded"):
        connection.publish(under_test.part(too_long))


def asked(under_test: UnderTest, name: str) -> Network:
    """The network as this server says that it is, through the real client."""
    for path in ("v2", "v1"):
        said = INSTANCES[name].get(path)
        body, code = json.dumps(said or {"error": "Record not found"}), 200 if said else 404
        under_test.world.faults.append(Fault("status", f"GET /api/{path}/instance", code=code, body=body))
    return networks.get("mastodon").told(json.loads(json.dumps(under_test.connect().told_limits())))


@on_mastodon
@pytest.mark.parametrize(
    ("name", "text", "url", "alt", "options", "most_minutes", "types", "cannot"),
    [
        ("Mastodon 4.5", 500, 23, 1500, 4, 43_829, "jpeg png webp", ""),
        ("Mastodon 4.3", 500, 23, 1500, 4, 43_829, "jpeg png webp", "quote"),
        ("Mastodon 3.5", 500, 23, 1500, 4, 43_829, "jpeg png webp", "quote"),
        ("GoToSocial", 5000, 25, 500, 6, 43_829, "jpeg png webp", "quote"),
        ("Pleroma", 5000, 0, 1500, 20, 525_600, "jpeg png webp", "quote"),
        ("Pleroma before configuration", 5000, 0, 5000, 20, 525_600, "jpeg png webp", "edit quote"),
        ("Pixelfed", 500, 23, 1500, 4, 43_829, "jpeg png", "quote video"),
        ("Sharkey", 3000, 13, 20_000, 10, 43_829, "jpeg png webp", "quote"),
        ("a server without media yet", 500, 23, 1500, 4, 43_829, "jpeg png webp", "quote"),
    ],
)
def test_each_kind_of_server_is_gone_by_as_it_says_itself(
    under_test: UnderTest,
    name: str,
    text: int,
    url: int,
    alt: int,
    options: int,
    most_minutes: int,
    types: str,
    cannot: str,
) -> None:
    network = asked(under_test, name)
    limits = network.limits
    assert (limits.text, limits.url, limits.alt) == (text, url, alt)
    assert (limits.poll_options, limits.poll_max_minutes) == (options, most_minutes)
    assert limits.media_types == tuple(f"image/{kind}" for kind in types.split())
    able, by_table = network.can(under_test.account), networks.get("mastodon").can(under_test.account)
    assert by_table - able == set(cannot.split())
    assert network.takes(under_test.account).lacks == by_table - able


@on_mastodon
def test_what_the_asked_server_cannot_take_is_a_problem_before_sending(under_test: UnderTest) -> None:
    network = asked(under_test, "Pixelfed")
    video = Media("a" * 64, "video/mp4", "A march", "march.mp4", 64, 36, 2.0)
    webp = Media("b" * 64, "image/webp", "A card", "card.webp", 120, 80)
    for media, told in (
        (video, "march.mp4 is MP4; its server takes JPEG, PNG"),
        (webp, "card.webp is WEBP"),
    ):
        (problem,) = network.check(under_test.content("See.", media))
        assert problem.blocks and told in problem.message
    (problem,) = network.check(Content("en", (Part("As we said."),), quotes="an earlier one"))
    assert (problem.blocks, problem.message) == (True, "the account's server cannot quote")
    network = asked(under_test, "GoToSocial")
    long = Media("b" * 64, "image/png", "a" * 501, "card.png", 120, 80)
    (problem,) = network.check(under_test.content("See.", long))
    assert problem.message == "the alt text of card.png has 501 characters; its server takes 500"


@on_mastodon
def test_a_quote_on_a_server_that_would_pass_over_it_is_refused_here(under_test: UnderTest) -> None:
    """Also where nobody had asked before: what it quotes would be missing, without a word."""
    said = json.dumps(INSTANCES["Mastodon 4.3"]["v2"])
    under_test.world.faults.append(Fault("status", "GET /api/v2/instance", code=200, body=said))
    connection = under_test.connect()
    with pytest.raises(Rejected, match=r"cannot quote: that needs Mastodon 4\.5"):
        connection.publish(under_test.part("As we said.", quote=Receipt("1", "https://example.org/1")))
    assert under_test.posts() == []


@on_mastodon
def test_a_server_without_polls_gets_none(under_test: UnderTest) -> None:
    under_test.world.behaviour.configuration = {"polls": {"max_options": 0}}
    network = networks.get("mastodon").told(under_test.connect().told_limits())
    assert "poll" in networks.get("mastodon").takes(under_test.account).can
    assert "poll" not in network.takes(under_test.account).can
    (problem,) = network.check(Content("en", (Part("Which?", poll=Poll(("One", "Two"), 60)),)))
    assert problem.blocks and "takes no polls" in problem.message


@on_mastodon
def test_what_is_not_said_or_makes_no_sense_leaves_the_table(under_test: UnderTest) -> None:
    under_test.world.behaviour.configuration = {
        "statuses": {"max_characters": -1, "max_media_attachments": "6", "characters_reserved_per_url": True},
        "media_attachments": None,
        "polls": {"max_options": 2.5, "max_characters_per_option": 0, "min_expiration": 600, "max_expiration": 300},
    }
    told = under_test.connect().told_limits()
    assert told == {}
    assert networks.get("mastodon").told(told).limits == TABLE


@on_mastodon
def test_older_servers_are_asked_by_the_older_question(under_test: UnderTest) -> None:
    under_test.world.behaviour.configuration = {"statuses": {"max_characters": 700}}
    under_test.world.faults.append(Fault("status", "GET /api/v2/instance", code=404, body="{}"))
    assert under_test.connect().told_limits()["text"] == 700


@on_mastodon
@pytest.mark.parametrize("body", ["<html>", "", "[1"])
def test_an_answer_that_is_none_is_no_limit(under_test: UnderTest, body: str) -> None:
    under_test.world.faults.append(Fault("status", "GET /api/v2/instance", code=200, body=body))
    with pytest.raises(Unavailable):
        under_test.connect().told_limits()


@given(SAID | JSON)
def test_whatever_a_server_says_a_limit_is_a_limit(said: Any) -> None:
    """Never an exception, never a limit by which nothing could be measured."""
    for instance in (said, {"configuration": said}):
        told = told_by(instance)
        assert all(number >= 0 for number in told.values() if isinstance(number, int))
        network = networks.get("mastodon").told(told)
        assert network.limits.text >= 1 and network.measure(URL) >= 1

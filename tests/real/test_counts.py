"""What people do on a real Bluesky is what `metrics` and `followers` tell, one by one, and what they take back is gone."""

from __future__ import annotations

from campaign_bot.model import Counts
from tests.real.far_end import BlueskyUnderTest
from tests.real.servers import Person, RealBluesky


def test_each_kind_of_engagement_is_counted_as_what_it_is(
    under_test: BlueskyUnderTest, servers: RealBluesky, readers: list[Person]
) -> None:
    connection = under_test.connect()
    post = connection.publish(under_test.part("What would you open first?"))
    place = post.remote_id, post.cid
    for reader in readers:
        servers.like(reader, *place)
    reposts = [servers.repost(reader, *place) for reader in readers[:2]]
    servers.reply(readers[0], *place)
    quote = servers.quote(readers[1], *place)
    servers.bookmark(readers[2], *place)
    told = Counts(likes=3, reposts=2, replies=1, quotes=1, bookmarks=1)
    assert connection.metrics([post.remote_id]) == {post.remote_id: told}

    servers.undo(readers[0], reposts[0])
    servers.undo(readers[1], quote)
    taken_back = Counts(likes=3, reposts=1, replies=1, quotes=0, bookmarks=1)
    assert connection.metrics([post.remote_id]) == {post.remote_id: taken_back}


def test_the_next_part_of_our_own_thread_is_among_the_replies(
    under_test: BlueskyUnderTest, servers: RealBluesky, readers: list[Person]
) -> None:
    connection = under_test.connect()
    first = connection.publish(under_test.part("One of three."))
    second = connection.publish(under_test.part("Two of three.", root=first, parent=first))
    connection.publish(under_test.part("Three of three.", root=first, parent=second))
    servers.reply(readers[0], first.remote_id, first.cid)
    counts = connection.metrics([first.remote_id, second.remote_id])
    assert [counts[one.remote_id].replies for one in (first, second)] == [2, 1]


def test_followers_are_those_who_follow(
    under_test: BlueskyUnderTest, servers: RealBluesky, readers: list[Person]
) -> None:
    person = under_test.person
    follows = [servers.follow(reader, person) for reader in readers]
    assert under_test.connect().followers() == 3
    servers.undo(readers[0], follows[0])
    assert under_test.connect().followers() == 2


def test_links_and_tags_lead_where_they_say(under_test: BlueskyUnderTest, servers: RealBluesky) -> None:
    text = "Données 🍁 ouvertes : https://ouvert.exemple/é?a=1 #GouvOuvert"
    under_test.connect().publish(under_test.part(text))
    (record,) = servers.records(under_test.person)
    led = {}
    for facet in record["value"]["facets"]:
        index, (feature,) = facet["index"], facet["features"]
        shown = text.encode()[index["byteStart"] : index["byteEnd"]].decode()
        led[shown] = feature.get("uri") or feature.get("tag")
    assert led == {"https://ouvert.exemple/é?a=1": "https://ouvert.exemple/é?a=1", "#GouvOuvert": "GouvOuvert"}

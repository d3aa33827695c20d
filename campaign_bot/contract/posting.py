"""The contract, continued: what else may be published, and what becomes of what a network cannot do. Each test asks the
network's own table (`cells`) which of the two it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from campaign_bot.contract.under_test import CAPTIONS, NOW, UnderTest
from campaign_bot.errors import NotReady, Unconfirmed
from campaign_bot.model import REPLIES, Attachment, Content, LinkCard, Media, Part, Poll
from campaign_bot.networks.capabilities import CAPABILITIES
from campaign_bot.sandbox.world import Fault

BEFORE = NOW - timedelta(minutes=1)
CANNOT = "this network cannot, and says so in its table: composing has the campaign's choice"


def test_the_table_names_capabilities_that_there_are_and_says_how(under_test: UnderTest) -> None:
    """What it leaves out counts as “no”."""
    assert set(under_test.network.cells) <= set(CAPABILITIES)
    assert all(cell.how for cell in under_test.network.cells.values())


def test_up_to_four_pictures_arrive_in_their_order(
    under_test: UnderTest, a_picture: Callable[[str], Attachment]
) -> None:
    four = tuple(a_picture(f"Picture {number}") for number in range(4))
    under_test.connect().publish(under_test.part("Four.", attachments=four))
    assert [media.alt for media in under_test.posts()[0].media] == [f"Picture {number}" for number in range(4)]


def test_a_video_arrives_once_it_is_ready_and_is_uploaded_once(under_test: UnderTest, a_video: Attachment) -> None:
    if not under_test.can("video"):
        problems = under_test.network.check(under_test.content("Watch.", a_video.media))
        assert "media-limits" in [problem.rule for problem in problems]
        return
    connection, part = under_test.connect(), under_test.part("Watch.", attachments=(a_video,), language="fr")
    asked: list[str] = []
    tries = 0
    while not under_test.posts():
        tries += 1
        try:
            connection.publish(part, lambda: asked.append("ready"))
        except NotReady as error:
            assert 0 < error.after_s <= 60
            under_test.advance(timedelta(seconds=error.after_s))
    (post,) = under_test.posts()
    (media,) = post.media
    assert media.data == a_video.data
    assert asked == ["ready"]
    assert tries <= 4
    assert under_test.requests(under_test.particulars.upload_route) == under_test.particulars.video_uploads
    if under_test.can("captions"):
        assert media.captions == CAPTIONS
    assert connection.find(part, BEFORE).receipt is not None


def test_the_same_video_can_be_published_again(under_test: UnderTest, a_video: Attachment) -> None:
    """What was attached once cannot be attached again: it is uploaded anew."""
    if not under_test.can("video"):
        pytest.skip(CANNOT)
    connection = under_test.connect()
    under_test.world.behaviour.preparing_s = 0
    for text in ("Once.", "Once more."):
        connection.publish(under_test.part(text, attachments=(a_video,)))
    assert len(under_test.posts()) == 2


def test_a_gif_arrives_where_it_is_taken_and_is_found_before_sending_where_not(
    under_test: UnderTest, a_gif: Attachment
) -> None:
    problems = under_test.network.check(under_test.content("It blinks.", a_gif.media))
    assert [problem.rule for problem in problems] == ([] if under_test.can("gif") else ["media-limits"])
    if under_test.can("gif"):
        under_test.world.behaviour.preparing_s = 0
        under_test.connect().publish(under_test.part("It blinks.", attachments=(a_gif,)))
        (media,) = under_test.posts()[0].media
        assert (media.data, media.alt) == (a_gif.data, a_gif.media.alt)


def test_what_moves_stands_alone(
    under_test: UnderTest, a_video: Attachment, a_picture: Callable[[str], Attachment]
) -> None:
    problems = under_test.network.check(under_test.content("Both.", a_video.media, a_picture("A card").media))
    assert {problem.rule for problem in problems} == {"media-limits"}


def test_a_control_character_anywhere_is_found_before_sending(under_test: UnderTest) -> None:
    for where in ("text", "alt", "option", "link card", "content warning"):
        said = {where: f"Fine{chr(27)}[2J"}
        media = Media("a" * 64, "image/png", said.get("alt", "Fine"), "card.png", 10, 10)
        poll = Poll((said.get("option", "Yes"), "No"), 1440) if where == "option" else None
        card = LinkCard("https://example.org", said["link card"]) if where == "link card" else None
        part = Part(said.get("text", "Fine"), () if poll or card else (media,), poll, card)
        content = Content("en", (part,), content_warning=said.get("content warning", ""))
        found = under_test.network.check(content)
        (problem,) = [one for one in found if one.rule == "control-character"]
        assert problem.blocks and "U+001B" in problem.message and problem.message.isprintable(), where


def test_a_content_warning_arrives_where_there_are_any(under_test: UnderTest) -> None:
    part = under_test.part("About a fire.", content_warning="Fire")
    under_test.connect().publish(part)
    assert (under_test.posts()[0].content_warning == "Fire") == under_test.can("content_warning")


def test_a_content_warning_counts_where_the_network_says_that_it_does(under_test: UnderTest) -> None:
    most = under_test.network.limits.text
    content = Content("en", (Part("a" * (most - 2)),), content_warning="Fire")
    rules = [problem.rule for problem in under_test.network.check(content)]
    assert ("too-long" in rules) == under_test.network.warning_counts


def test_a_label_arrives_with_its_picture(under_test: UnderTest, a_picture: Callable[[str], Attachment]) -> None:
    """In the network's own words."""
    part = under_test.part("After the fire.", label="graphic-media", attachments=(a_picture("A burnt house"),))
    under_test.connect().publish(part)
    assert bool(under_test.posts()[0].label) == under_test.can("label")


@pytest.mark.parametrize("who", REPLIES)
def test_who_may_answer_is_told_with_the_post_in_one_request(under_test: UnderTest, who: str) -> None:
    if f"replies:{who}" not in under_test.network.can(under_test.account):
        pytest.skip(CANNOT)
    part, asked = under_test.part("For some.", replies=who), list[str]()
    connection = under_test.connect()
    receipt = connection.publish(part, lambda: asked.append("ready"))
    (post,) = under_test.posts()
    assert post.replies
    assert asked == ["ready"]
    assert connection.find(part, BEFORE).receipt == receipt
    if under_test.particulars.repeat == "unconfirmed":
        with pytest.raises(Unconfirmed):
            connection.publish(part)
        assert len(under_test.posts()) == 1


def test_a_link_card_arrives_where_we_make_it(under_test: UnderTest, a_picture: Callable[[str], Attachment]) -> None:
    thumb = a_picture("")
    card = LinkCard("https://open.canada.ca/en", "Open Canada", "The plan in one page", thumb.media)
    part = under_test.part("Read the plan.", link_card=card, thumb=thumb)
    under_test.connect().publish(part)
    shown = under_test.posts()[0].link_card
    wanted = {card.link, card.title, card.description} if under_test.can("link_card") else set[str]()
    assert wanted <= {str(one) for one in shown.values()}
    assert bool(shown) == under_test.can("link_card")


def test_an_own_post_is_quoted(under_test: UnderTest) -> None:
    if not under_test.can("quote"):
        pytest.skip(CANNOT)
    connection = under_test.connect()
    earlier = connection.publish(under_test.part("The plan is out."))
    part = under_test.part("In case you missed it.", quote=earlier)
    receipt = connection.publish(part)
    post, original = under_test.posts()
    assert (post.quotes, post.text) == (original.id, "In case you missed it.")
    assert connection.find(part, BEFORE).receipt == receipt


def test_an_own_post_is_reposted_once_and_found_and_taken_back(under_test: UnderTest) -> None:
    if not under_test.can("repost"):
        pytest.skip(CANNOT)
    connection = under_test.connect()
    earlier = connection.publish(under_test.part("The plan is out."))
    part = under_test.part("", repost=earlier)
    assert connection.find(part, BEFORE) == type(connection.find(part, BEFORE))(None, conclusive=True)
    receipt = connection.publish(part)
    repost, original = under_test.posts()
    assert repost.reposts == original.id
    assert connection.find(part, BEFORE).receipt == receipt
    assert connection.publish(part) == receipt
    assert len(under_test.posts()) == 2
    assert set(connection.metrics([earlier.remote_id, receipt.remote_id])) == {earlier.remote_id}
    connection.retract(receipt.remote_id)
    connection.retract(receipt.remote_id)
    assert [post.id for post in under_test.posts()] == [original.id]
    assert connection.find(part, BEFORE).receipt is None


def test_a_repost_is_not_taken_for_the_post_itself(under_test: UnderTest) -> None:
    if not under_test.can("repost"):
        pytest.skip(CANNOT)
    connection = under_test.connect()
    part = under_test.part("The plan is out.")
    earlier = connection.publish(part)
    connection.publish(under_test.part("", repost=earlier))
    assert connection.find(part, BEFORE).receipt == earlier


def test_a_lost_answer_to_a_repost_is_unconfirmed_and_a_look_finds_it(under_test: UnderTest) -> None:
    if not under_test.can("repost"):
        pytest.skip(CANNOT)
    connection = under_test.connect()
    part = under_test.part("", repost=connection.publish(under_test.part("The plan is out.")))
    connection.find(part, BEFORE)
    under_test.world.faults.append(Fault("lost", under_test.particulars.repost_route))
    with pytest.raises(Unconfirmed):
        connection.publish(part)
    assert len(under_test.posts()) == 2
    assert connection.find(part, BEFORE).receipt is not None


def test_the_result_of_a_poll_is_told_when_it_is_over_and_not_before(under_test: UnderTest) -> None:
    if not under_test.can("poll"):
        assert under_test.connect().poll_results(["1"]) == {}
        return
    connection = under_test.connect()
    poll = Poll(("Le budget", "Le transport", "Le logement"), 1440)
    receipt = connection.publish(under_test.part("Which first?", poll=poll))
    without = connection.publish(under_test.part("No poll at all."))
    ids = [receipt.remote_id, without.remote_id]
    under_test.advance(timedelta(hours=23))
    assert connection.poll_results(ids) == {}
    under_test.advance(timedelta(hours=2))
    post = next(one for one in under_test.posts() if one.poll_options)
    assert connection.poll_results(ids) == {receipt.remote_id: under_test.world.poll_votes(post)}
    assert sum(under_test.world.poll_votes(post)) > 0


def test_an_edit_keeps_pictures_and_language_where_there_are_edits(
    under_test: UnderTest, a_picture: Callable[[str], Attachment]
) -> None:
    if not under_test.can("edit"):
        pytest.skip("this network cannot: asking is refused (see the operator's tests)")
    connection = under_test.connect()
    part = under_test.part("Le plan est la.", language="fr", attachments=(a_picture("Une carte"),), label="nudity")
    receipt = connection.publish(part)
    before = under_test.posts()[0].label
    connection.edit(receipt.remote_id, under_test.part("Le plan est là.", language="fr", label="nudity"))
    (post,) = under_test.posts()
    assert (post.text, post.language, [media.alt for media in post.media]) == ("Le plan est là.", "fr", ["Une carte"])
    assert post.label == before


def test_an_account_is_marked_as_automated_by_whoever_runs_it(under_test: UnderTest) -> None:
    connection, by = under_test.connect(), "Youth for Open Government"
    before = connection.automation(by)
    assert before.marked is not True
    assert not before.names_who
    after = connection.mark_automated(by)
    if not under_test.can("automated"):
        assert after.marked is None
        assert by in after.step
        return
    assert (after.marked, after.names_who, after.step) == (True, True, "")
    assert connection.automation(by) == after
    assert connection.mark_automated(by) == after

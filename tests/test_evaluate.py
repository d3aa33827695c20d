"""Evaluation: what is unknown is not nothing, rates keep their parts, groups add up, and odd data is told, not believed."""

from __future__ import annotations

import json
import math
import pickle
import re
import tracemalloc
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_bot.evaluate import Comparison, Evaluation, Facts, engagements, evaluate
from campaign_bot.evaluate.ages import Known, at_age, believable, latest
from campaign_bot.evaluate.groups import Rate
from campaign_bot.evaluate.ladder import RUNGS
from campaign_bot.evaluate.objectives import Judged
from campaign_bot.evaluate.projections import Basis, project
from campaign_bot.evaluate.statistics import Interval, Pairs, ranks, two_sided
from campaign_bot.evaluate.strata import Placed, Strata
from campaign_bot.evaluate.versus import versus
from campaign_bot.library.files import CampaignFile, Objective
from campaign_bot.library.load import load
from campaign_bot.model import Click, Counted, Counts, Measured, Outcome, State
from campaign_bot.report import render
from campaign_bot.report.words import Speaker
from campaign_bot.values import replace
from tests.campaigns import write_campaign

DUE = datetime(2027, 1, 18, 17, tzinfo=UTC)
NOW = DUE + timedelta(days=90)
COUNTS = Counts.__struct_fields__


def _campaign() -> CampaignFile:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as directory:
        library, _ = load(write_campaign(Path(directory)), networks=("x", "mastodon", "bluesky"))
        assert library is not None
        return library.campaign


CAMPAIGN = _campaign()  # counts are read after 1 h and 24 h
BASE = Measured(
    delivery="d", post="p", series="facts", item="one", priority="impact", commitments=(), rung="", answers="",
    account="mastodon-en", network="mastodon", language="en", due=DUE, state=State.SENT,
    sent=DUE + timedelta(seconds=1), followers=200, length=80,
)  # fmt: skip


def counts(**told: int | None) -> Counted:
    return tuple(told.get(name) for name in COUNTS)


def told(*measured: Measured, now: datetime = NOW, campaign: CampaignFile = CAMPAIGN, **facts: Any) -> Evaluation:
    return evaluate(campaign, measured, titles={}, now=now, facts=Facts(**facts))


def posts(number: int, *, engaged: Sequence[int], begin: int = 0, **changed: Any) -> list[Measured]:
    """So many posts of one account, a day apart, each with its likes after 24 h."""
    return [
        replace(
            BASE,
            **{
                "delivery": f"d{begin + place}-{changed.get('account', '')}", "post": f"p{begin + place}",
                "due": DUE + timedelta(days=place), "sent": DUE + timedelta(days=place),
                "reads": ((24.0, counts(likes=engaged[place % len(engaged)])),), **changed,
            },
        )
        for place in range(number)
    ]  # fmt: skip


def test_nothing_at_all_is_no_error_and_no_zero() -> None:
    found = told()
    assert (found.total.planned, found.total.engagements, found.total.median, found.total.by_followers) == (
        0, None, None, None,
    )  # fmt: skip
    assert [rung.number for rung in found.ladder.rungs] == [None] * len(RUNGS)
    assert found.comparisons == ()


def test_a_post_that_was_not_read_has_unknown_engagement() -> None:
    read = replace(BASE, delivery="a", reads=((1.0, counts(likes=4, replies=2)),))
    total = told(read, replace(BASE, delivery="b")).total
    assert (total.sent, total.read, total.engagements) == (2, 1, 6)
    assert total.by_followers is not None
    assert (total.by_followers.numerator, total.by_followers.denominator, total.by_followers.posts) == (6, 200, 1)


def test_counts_that_a_network_does_not_tell_are_unknown() -> None:
    assert engagements(counts()) is None
    assert engagements(counts(replies=0)) == 0
    assert told(replace(BASE, reads=((1.0, counts(impressions=9)),))).total.engagements is None


def test_without_followers_there_is_no_rate() -> None:
    for followers in (None, 0):
        found = told(replace(BASE, followers=followers, reads=((1.0, counts(likes=3)),)))
        assert found.total.engagements == 3
        assert found.total.by_followers is None
        assert found.extremes.best == ()


def test_a_rate_of_some_deliveries_is_not_told_as_of_all() -> None:
    """Of half of them the followers are not known: their engagements are in no rate."""
    for followers in (None, 0):
        known = posts(20, engaged=[5])
        found = told(*known, *posts(20, engaged=[50], network="x", account="x-en", followers=followers, begin=30))
        text = render(found, format="md", language="en")
        assert "(40 counted); 20 of those have a rate: 2.50 per 100 followers" in text
        assert "2.50 (100 ÷ 4,000; of 20)" in text.replace("\u00a0", " ")
        assert "all together" not in text.split("## Methods")[0]
        french = render(found, format="md", language="fr").replace("\u00a0", " ").replace("\u202f", " ")
        assert "20 d’entre eux ont un taux : 2,50 pour 100 abonnés" in french
        assert "; of" not in render(told(*known), format="md", language="en").split("## Methods")[0]


def test_posts_are_compared_at_the_same_age_only() -> None:
    old = [replace(BASE, delivery=str(n), reads=((1.0, counts(likes=1)), (24.0, counts(likes=10)))) for n in range(4)]
    young = replace(BASE, delivery="young", sent=NOW - timedelta(hours=2), reads=((1.0, counts(likes=50)),))
    found = told(*old, young)
    assert found.age == timedelta(hours=24)
    assert (found.total.engagements, found.total.read, found.total.young) == (40, 4, 1)


def test_a_count_that_was_read_late_is_worked_out_between_two() -> None:
    one = replace(BASE, reads=((6.0, counts(likes=10)), (30.0, counts(likes=20))))
    found, known = at_age(one, 24.0, NOW)
    assert known is Known.BETWEEN
    share = math.log(24 / 6) / math.log(30 / 6)
    assert found is not None
    assert found[0] == round(10 + 10 * share)
    assert found[1] is None  # unknown at both ends stays unknown


def test_a_late_count_alone_is_not_taken_for_an_early_one() -> None:
    assert at_age(replace(BASE, reads=((30.0, counts(likes=20)),)), 24.0, NOW) == (None, Known.UNREAD)
    assert at_age(replace(BASE, reads=((1.0, counts(likes=5)),)), 24.0, BASE.due + timedelta(hours=3))[1] is Known.YOUNG
    assert at_age(replace(BASE, gone=True, reads=((1.0, counts(likes=5)),)), 24.0, NOW)[1] is Known.GONE


def test_counts_that_jump_beyond_belief_are_left_out_and_told() -> None:
    odd = replace(BASE, reads=((1.0, counts(likes=3)), (24.0, counts(likes=10**9))))
    down = replace(BASE, delivery="e", reads=((1.0, counts(likes=9)), (24.0, counts(likes=7))))
    below = replace(BASE, delivery="f", reads=((1.0, counts(likes=2)), (24.0, counts(likes=-5))))
    found = told(odd, down, below)
    assert (found.doubts.jumped, found.doubts.fell, found.doubts.negative) == (1, 2, 1)
    assert found.largest_share is None or found.largest_share.denominator < 100
    text = render(found, format="md", language="en")
    assert "grew beyond belief: 1" in text
    again = replace(odd, reads=(*odd.reads, (48.0, counts(likes=12))))
    assert latest(believable(again)) == counts(likes=12)  # what is read later counts again
    assert "counts below zero: 1" in text


def test_what_was_taken_back_is_in_no_figure_of_engagement() -> None:
    """Not in what is usual, nor among the best, where sums and medians leave it out."""
    kept = posts(10, engaged=[5, 6, 7])
    back = posts(2, engaged=[900], begin=50, state=State.RETRACTED)
    found = told(*kept, *back)
    (usual,) = found.benchmarks
    assert (usual.posts, usual.by_followers) == (10, Rate(59, 2_000, 10))
    assert found.largest_share is not None
    assert found.largest_share.denominator == found.total.engagements == 59
    assert "900" not in render(found, format="md", language="en")


def test_what_went_out_and_was_taken_back_did_go_out() -> None:
    some = posts(12, engaged=[5])
    all_ = told(*(replace(one, state=State.RETRACTED) for one in some))
    assert (all_.total.sent, all_.total.other, all_.total.retracted) == (0, 12, 12)
    text = render(all_, format="md", language="en")
    assert "- 12 of 12 planned deliveries went out, and 12 of these were taken back afterwards" in text
    french = render(all_, format="md", language="fr").replace("\u00a0", " ")
    assert "- Envois parus : 12 sur 12 prévus, dont 12 retirés par la suite" in french
    one = told(replace(some[0], state=State.RETRACTED), *some[1:])
    assert "12 of 12 planned deliveries went out, and 1 of these was taken back" in render(
        one, format="md", language="en"
    )
    assert "taken back" not in render(told(*some), format="md", language="en").split("##")[1]


def test_the_ladder_counts_only_where_both_rungs_are_told() -> None:
    x = replace(BASE, delivery="x", network="x", account="x-en", reads=((24.0, counts(impressions=1000, likes=10)),))
    mastodon = replace(BASE, delivery="m", reads=((24.0, counts(likes=90, reposts=9, replies=3)),))
    found = told(x, mastodon, outcomes=[Outcome(date(2027, 1, 20), "site", "sign_up", 2)])
    rungs = {rung.name: rung for rung in found.ladder.rungs}
    assert rungs["exposed"].number == 1000
    assert rungs["aware"].number == 100
    assert rungs["aware"].step is not None
    assert (rungs["aware"].step.numerator, rungs["aware"].step.denominator) == (10, 1000)  # not 100 of 1,000
    assert rungs["participating"].number == 2
    assert rungs["co-creating"].number is None
    assert found.ladder.participation_yield is not None
    assert found.ladder.participation_yield.denominator == 100 + 9 + 3


def test_our_own_count_of_clicks_wins_over_the_networks() -> None:
    one = replace(BASE, reads=((24.0, counts(likes=1, link_clicks=50)),))
    clicks = [Click(date(2027, 1, 18), "p", "mastodon-en", 4), Click(date(2027, 1, 19), "p", "mastodon-en", 3)]
    engaged = {rung.name: rung.number for rung in told(one, clicks=clicks).ladder.rungs}["engaged"]
    assert engaged == 7
    assert {rung.name: rung.number for rung in told(one).ladder.rungs}["engaged"] == 50


def test_our_clicks_on_a_network_that_tells_nothing_are_on_the_ladder() -> None:
    clicks = [Click(date(2027, 1, 19), "p", "mastodon-en", 7)]
    rungs = {rung.name: rung for rung in told(BASE, clicks=clicks).ladder.rungs}
    assert (rungs["engaged"].number, rungs["engaged"].posts) == (7, 1)
    assert (rungs["aware"].number, rungs["discussing"].number) == (None, None)
    rungs = {
        rung.name: rung for rung in told(BASE, replace(BASE, delivery="x", network="x"), clicks=clicks).ladder.rungs
    }
    assert (rungs["engaged"].number, rungs["engaged"].posts) == (7, 1)


@pytest.mark.parametrize(("account", "network"), [("an-old-one", "mastodon"), ("an-old-one", "x"), ("forgotten", "")])
def test_clicks_of_an_account_that_is_no_longer_in_the_campaign_count_everywhere(account: str, network: str) -> None:
    """Objectives and the ladder are of the same clicks, whatever campaign.yaml says today."""
    clicks = [Click(date(2027, 1, 19), "p", account, 7), Click(date(2027, 1, 19), "p", "mastodon-en", 2)]
    some = [BASE, replace(BASE, delivery="old", account=account, network=network)] if network else [BASE]
    campaign = _objective("link_clicks", 100, date(2027, 6, 1))
    found = told(*some, clicks=clicks, campaign=campaign)
    assert account not in campaign.accounts
    assert {rung.name: rung.number for rung in found.ladder.rungs}["engaged"] == 9
    assert found.objectives[0].value == 9


def test_clicks_on_what_no_network_was_asked_about_yet_are_known() -> None:
    clicks = [Click(date(2027, 1, 18), "p", "mastodon-en", 4)]
    rungs = {rung.name: rung for rung in told(replace(BASE, reads=()), clicks=clicks).ladder.rungs}
    assert (rungs["engaged"].number, rungs["engaged"].step, rungs["aware"].number) == (4, None, None)


def test_a_loop_is_closed_by_a_post_that_answers_within_30_days() -> None:
    poll = replace(BASE, post="poll-1", series="poll", item="one", poll_min=1440)
    again = replace(poll, delivery="2", post="poll-2", item="two", sent=DUE + timedelta(days=7))
    late = replace(poll, delivery="3", post="poll-3", item="three", sent=NOW - timedelta(days=3))
    answer = replace(BASE, delivery="4", post="result", answers="poll/one", sent=DUE + timedelta(days=20))
    found = told(poll, again, late, answer).loops
    assert found.closed is not None
    assert (found.closed.numerator, found.closed.denominator, found.still_open) == (1, 2, 1)
    assert found.unanswered == ("poll-2", "poll-3")
    too_late = replace(answer, sent=DUE + timedelta(days=40))
    closed = told(poll, too_late).loops.closed
    assert closed is not None
    assert (closed.numerator, closed.denominator) == (0, 1)


def test_kinds_of_posts_are_told_apart_only_when_chance_is_unlikely() -> None:
    strong = posts(14, engaged=[40, 55, 48, 61, 52], series="asks", question=True)
    weak = posts(14, engaged=[10, 14, 9, 12, 16], begin=50)
    sure = {(one.factor, one.level): one for one in told(*strong, *weak).comparisons}["question", "yes"]
    assert sure.verdict == "more"
    assert sure.ratio is not None
    assert sure.ratio.low > 2
    assert sure.more_posts is None
    few = {(one.factor, one.level): one for one in told(*strong[:5], *weak).comparisons}["question", "yes"]
    assert (few.verdict, few.more_posts, few.ratio) == ("few", 3, None)


def test_what_was_told_before_stays_the_last_count_where_nothing_more_is_told() -> None:
    """X tells clicks for 30 days."""
    (one,) = posts(1, engaged=[3], network="x", account="x-en")
    one = replace(
        one,
        reads=(
            (24.0, counts(likes=3, link_clicks=5)),
            (72.0, counts(likes=4, link_clicks=7)),
            (720.0, counts(likes=6)),
        ),
    )
    assert latest(one) == counts(likes=6, link_clicks=7)
    rungs = {rung.name: rung.number for rung in told(one, now=DUE + timedelta(days=40)).ladder.rungs}
    assert rungs["engaged"] == 7


def test_a_pair_that_went_out_in_no_language_is_not_complete() -> None:
    out, nothing = {"state": State.SENT}, {"state": State.MISSED, "sent": None, "reads": ()}
    sides = [
        replace(one, **said, delivery=f"{one.delivery}-{language}", language=language)
        for one, said in zip(posts(3, engaged=[1]), (out, nothing, {**nothing, "state": State.DRAFT}), strict=True)
        for language in ("en", "fr")
    ]
    pairs = told(*sides).pairs
    assert pairs is not None
    assert (pairs.numerator, pairs.denominator) == (1, 2)  # of the draft nothing should have gone out yet


def test_a_rate_objective_has_the_parts_that_it_is_made_of() -> None:
    one = _judged("engagement_per_100_followers", posts(20, engaged=[4]), target=1)
    assert one.rate is not None
    assert (one.rate.numerator, one.rate.denominator, one.rate.posts) == (80, 4000, 20)


def test_an_evaluation_can_be_handed_to_another_process() -> None:
    """As `rehearse` does, whose reports are written by one."""
    found = told(*posts(14, engaged=[40, 55], series="asks"), *posts(14, engaged=[10, 14], begin=50))
    other = pickle.loads(pickle.dumps(found))
    assert other.comparisons == found.comparisons != ()
    assert other.total == found.total


def test_no_sure_difference_says_how_many_posts_would_find_one_that_matters() -> None:
    wide = [3, 40, 9, 22, 70, 5]

    def asked(number: int) -> Comparison:
        # All on one weekday, so that one comparison is made, however many posts there are.
        some = (
            posts(number, engaged=wide, series="asks", question=True, due=DUE),
            posts(number, engaged=wide, begin=400, due=DUE),
        )
        return {(one.factor, one.level): one for one in told(*some[0], *some[1]).comparisons}["question", "yes"]

    unclear = asked(12)
    assert unclear.verdict == "unclear"
    assert unclear.more_posts is not None
    assert 100 < unclear.more_posts < 5_000
    more = asked(60)
    assert more.more_posts is not None
    assert (
        abs((more.more_posts + 60) / (unclear.more_posts + 12) - 1) < 0.5
    )  # in all it is about as many, whatever is there
    alike = [10, 10, 11, 10, 9]
    same = told(*posts(20, engaged=alike, series="asks"), *posts(20, engaged=alike, begin=400)).comparisons
    assert {(one.verdict, one.more_posts) for one in same if one.factor == "series"} == {("same", None)}


def test_the_interval_says_what_the_verdict_beside_it_says() -> None:
    """Twenty kinds of posts, some a little better: where one is sure its interval leaves out "the same", and only there."""
    some = [
        one
        for kind in range(10)
        for one in posts(
            12, engaged=[9 + kind**2, 30 - kind, 14 + kind**2, 22 + kind], begin=100 * kind, series=f"s{kind}"
        )
    ]
    found = [one for one in told(*some).comparisons if one.ratio is not None]
    assert len(found) > 10
    assert {one.verdict for one in found} >= {"unclear", "less"}
    for one in found:
        assert one.ratio is not None
        assert one.ratio.low <= one.ratio.estimate <= one.ratio.high
        assert one.sure == (not one.ratio.low <= 1 <= one.ratio.high)
        assert one.sure == (one.p is not None and one.p < 0.05)
        assert one.confidence is not None
        assert 0.95 <= one.confidence <= 1 - 0.05 / len(found) + 1e-9


def strata(here: Sequence[dict[tuple[str, ...], float]], there: Sequence[dict[tuple[str, ...], float]]) -> Strata:
    """Two kinds of posts by place."""
    values = [
        (f"{side}{number}", place, value)
        for side, some in enumerate((here, there))
        for number, post in enumerate(some)
        for place, value in post.items()
    ]
    placed, first = Placed(values), np.array([post.startswith("0") for post, _, _ in values])
    return placed.strata(placed.table(first), placed.table(~first))


def _sides(here: list[float], there: list[float], *, paired: bool) -> Pairs | Strata:
    if paired:
        number = min(len(here), len(there))
        return Pairs(here[:number], there[:number])
    return strata(*([{("a",): value} for value in side] for side in (here, there)))


values = st.lists(st.floats(-5, 5).map(lambda value: round(value, 1)), min_size=8, max_size=30)


@given(values, values, st.sampled_from([0.05, 0.0025]), st.booleans())
@settings(max_examples=80, deadline=None)
def test_an_interval_holds_what_its_test_does_not_refuse(
    here: list[float], there: list[float], alpha: float, paired: bool
) -> None:
    sides = _sides(here, there, paired=paired)
    found = sides.interval(alpha)
    if found is None:
        assert sides.few < sides.fewest(alpha) or min(sides.p(-14), sides.p(14)) >= alpha
        return
    assert found.low <= found.estimate <= found.high
    assert (found.low <= 0 <= found.high) == (sides.p() >= alpha)
    swapped = _sides(there, here, paired=paired).interval(alpha)
    assert swapped is not None
    assert (swapped.low, swapped.high) == pytest.approx((-found.high, -found.low), abs=1e-3)


def test_weekdays_stand_in_the_order_of_the_week() -> None:
    found = told(*posts(70, engaged=[3, 5, 8]))
    days = [one.level for one in found.comparisons if one.factor == "weekday"]
    assert days == ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def test_a_post_in_both_languages_is_paired_and_counted_once() -> None:
    both = [
        *posts(12, engaged=[10, 80, 31], account="mastodon-en"),
        *posts(12, engaged=[16, 120, 44], account="mastodon-fr", language="fr"),
    ]
    (language,) = [one for one in told(*both).comparisons if one.factor == "language"]
    assert (language.paired, language.posts, language.others) == (True, 12, 12)
    text = render(told(*both), format="md", language="en")
    assert "| English | 12 posts, paired |" in text
    assert "| Anglais | 12 publications appariées |" in render(told(*both), format="md", language="fr").replace(
        "12 pub", "12 pub"
    )


def test_where_nobody_engages_no_account_is_better_than_another() -> None:
    some = [
        *posts(12, engaged=[0], account="mastodon-en", followers=100),
        *posts(12, engaged=[0], account="x-en", network="x", followers=9_000, begin=20),
        *posts(12, engaged=[0], account="x-fr", network="x", language="fr", followers=9_000),
    ]
    found = told(*some).comparisons
    assert {one.factor for one in found if one.verdict == "unclear"} >= {"network", "language"}
    assert not [one for one in found if one.ratio]


def test_a_network_in_one_language_alone_is_not_held_against_one_in_another() -> None:
    some = [
        *posts(12, engaged=[40, 30], account="mastodon-en"),
        *posts(12, engaged=[9, 5], account="x-fr", network="x", language="fr", begin=20),
    ]
    found = told(*some)
    assert {one.verdict for one in found.comparisons if one.factor in ("network", "language")} == {"elsewhere"}
    text = render(found, format="md", language="en")
    assert "Mastodon (12 against 12; none of the others speaks its language)" in text
    assert "English (12 against 12; on no network with the others)" in text
    french = render(found, format="md", language="fr").replace("\u00a0", " ")
    assert "aucun des autres ne parle sa langue" in french
    assert "sur aucun réseau avec les autres" in french


@pytest.mark.parametrize("here", [[0] * 19 + [1], [0] * 9 + [20], [0]])
def test_where_most_posts_have_nothing_no_difference_is_not_taken_for_the_same(here: list[int]) -> None:
    """Most counts are 0 on both sides: eight times as many on one of them is no sign that they are alike."""
    there = [0] * 4 + [here[-1]] if here != [0] else [0]
    found = told(*posts(40, engaged=here, series="asks"), *posts(40, engaged=there, begin=400))
    (one, *_) = (one for one in found.comparisons if one.factor == "series")
    assert (one.verdict, one.ratio, one.more_posts) == ("unclear", None, None)
    text = render(found, format="md", language="en")
    assert "too many have the same count" in text
    assert "no difference that matters" not in text


def test_what_a_post_is_held_against_is_named_as_it_is() -> None:
    """Paired, it is the same post on another network, not another one; and as much as, more than."""
    some = posts(20, engaged=[100, 120, 140], network="x", account="x-en"), posts(20, engaged=[10, 12, 14])
    text = render(told(*some[0], *some[1]), format="md", language="en")
    assert re.search(r"Mastodon: \d+% less engagement per follower than the same posts on the other networks", text)
    assert "que les mêmes publications sur les autres réseaux" in render(
        told(*some[0], *some[1]), format="md", language="fr"
    )
    apart = posts(20, engaged=[100, 120, 140], series="a"), posts(20, engaged=[10, 12, 14], begin=30, series="b")
    text = render(told(*apart[0], *apart[1]), format="md", language="en")
    assert re.search(r"times as much engagement as other posts", text)
    assert not re.search(r"as much [\w ]+ than", text)


@pytest.mark.parametrize(
    ("ratio", "words"), [(1, "the same"), (1.003, "less than 1% more"), (0.997, "less than 1% less"), (1.01, "1% more")]
)
def test_what_is_not_the_same_is_not_called_the_same(ratio: float, words: str) -> None:
    """An interval that leaves “the same” out is a sure difference, so its end is not rounded to it."""
    assert Speaker("en").change(ratio) == words


def test_a_network_with_more_followers_makes_no_series_better() -> None:
    big = posts(20, engaged=[100, 120, 140], network="x", account="x-en", series="one", followers=9000)
    small = posts(20, engaged=[10, 12, 14], begin=30, series="two", followers=300)
    both = told(*big, *small, *posts(20, engaged=[11, 13], begin=60, series="two"))
    (series,) = (one for one in both.comparisons if one.factor == "series")
    assert (series.verdict, series.ratio, series.more_posts) == ("elsewhere", None, None)
    assert (series.posts, series.others) == (20, 40)
    text = render(both, format="md", language="en")
    assert "one (series) (20 against 40; no account has posts of both)" in text
    french = render(both, format="md", language="fr").replace("\u00a0", " ")
    assert "(20 contre 40; aucun compte n’a de publications des deux)" in french
    (told_json,) = (
        one
        for one in json.loads(render(both, format="json", language="en"))["comparisons"]
        if one["factor"] == "series"
    )
    assert told_json["verdict"] == "elsewhere"


def test_another_mix_of_accounts_hides_nothing_of_a_series() -> None:
    """Four in five posts of one series are on Mastodon, one in five of the other. Half as much again on every account is seen as
    that, and not as what is left beside the usual of an account, which is mostly of one series."""

    def series(times: float) -> Comparison:
        some = [replace(one, series="asks") for one in _mixed(40, 10, times=times)] + _mixed(10, 40, begin=500)
        return _of(told(*some), "series")

    better = series(1.5)
    assert better.verdict == "more"
    assert better.ratio is not None
    assert better.ratio.estimate == pytest.approx(1.5, rel=0.08)
    alike = series(1.0)
    assert alike.ratio is not None
    assert not alike.sure
    assert alike.ratio.low < 1 < alike.ratio.high


def test_small_counts_of_a_post_on_several_accounts_say_more_than_each() -> None:
    """Most counts are 0 to 2. Alone, an account's ranks part at the least shift; the mean over those that have the same posts
    tells how large the difference is, also where one of them lacks a post."""
    some = [
        one
        for number, account in enumerate(("a", "b", "c"))
        for one in (
            *posts(30, engaged=[1, 2, 1, 2, 2, 0, 1][number:], account=account, series="asks", due=DUE),
            *posts(30, engaged=[1, 1, 0, 1, 2, 0, 1][number:], account=account, begin=100, due=DUE),
        )
    ]
    for known in (some, [*some[:40], *some[41:]]):
        found = _of(told(*known), "series")
        assert (found.posts, found.others, found.verdict) == (30, 30, "more")
        assert found.ratio is not None
        assert found.ratio.low > 1.1


def test_what_the_test_refuses_is_sure_where_ranks_part_at_the_least_shift() -> None:
    here, there = [1, 2, 1, 3, 2, 1, 1, 2], [1, 1, 0, 1, 2, 0, 1, 1]
    some = [*posts(32, engaged=here, series="asks", due=DUE), *posts(32, engaged=there, begin=100, due=DUE)]
    found = _of(told(*some), "series")
    assert found.p is not None
    assert found.p < 0.05
    assert found.verdict == "more"
    assert found.ratio is not None
    assert 1 < found.ratio.low < 1.001
    assert "between less than 1% more and" in render(told(*some), format="md", language="en")


def test_hours_that_accounts_have_for_themselves_are_not_compared() -> None:
    """What is said at noon on one and in the evening on the other is not the same engagement at both hours."""
    some = [
        *posts(20, engaged=[40, 55, 48], due=DUE.replace(hour=17)),
        *posts(20, engaged=[4, 5, 8], account="x-en", network="x", due=DUE.replace(hour=23)),
    ]
    assert _of(told(*some), "hour").verdict == "elsewhere"


def test_accounts_with_too_few_posts_of_a_kind_are_left_out() -> None:
    some = [
        *posts(9, engaged=[40, 55, 48], series="asks"),
        *posts(9, engaged=[10, 14, 9], begin=50),
        *posts(1, engaged=[900], begin=100, series="asks", account="x-en", network="x"),
        *posts(12, engaged=[700, 900], begin=150, account="x-en", network="x"),
    ]
    found = _of(told(*some), "series")
    assert (found.posts, found.others, found.verdict) == (9, 9, "more")
    thin = _of(told(*some[-13:]), "series")
    assert (thin.verdict, thin.posts, thin.others, thin.more_posts) == ("few", 1, 12, 7)


def _objective(metric: str, target: float, by: date) -> CampaignFile:
    one = Objective(id="goal", text={"en": "Goal", "fr": "But"}, metric=metric, target=target, by=by)
    return CAMPAIGN.model_copy(update={"objectives": (one,), "ends": by})


@pytest.mark.parametrize(
    ("metric", "target", "by", "verdict"),
    [
        ("engagements", 100, date(2027, 3, 1), "met"),
        ("engagements", 10_000, date(2027, 2, 20), "not met"),
        ("engagements", 10_000, date(2027, 6, 1), "on the way"),
        ("sign_up", 10, date(2027, 2, 20), "not measured"),
        ("poll_votes", 10, date(2027, 2, 20), "not measured"),
        ("punctual_percent", 90, date(2027, 2, 20), "met"),
        ("punctual_percent", 90, date(2027, 6, 1), "on the way"),
    ],
)
def test_objectives_are_judged(metric: str, target: float, by: date, verdict: str) -> None:
    campaign = _objective(metric, target, by)
    (one,) = told(*posts(40, engaged=[10, 20, 30]), now=DUE + timedelta(days=42), campaign=campaign).objectives
    assert one.verdict == verdict
    if verdict == "on the way":
        assert one.projection is not None
        assert one.projection.low <= one.projection.estimate <= one.projection.high


def test_a_sum_is_projected_as_surely_as_a_few_weeks_let_it() -> None:
    """Weeks drawn from three that were would say between 60 and 180: three weeks do not know that."""
    campaign = _objective("engagements", 1_000, date(2027, 3, 14))
    now = DUE + timedelta(days=22)  # so that what was sent on the 21st day is a day old

    def projected(*weeks: int) -> Judged:
        some = [
            replace(BASE, delivery=f"w{place}", post=f"w{place}", sent=DUE + timedelta(weeks=place),
                    reads=((24.0, counts(likes=number)),))
            for place, number in enumerate(weeks)
        ]  # fmt: skip
        return told(*some, now=now, campaign=campaign).objectives[0]

    one = projected(12, 24, 36)
    assert one.projection is not None
    assert 187 < one.projection.estimate < 191  # 72, and 24 for each of 5 weeks but a day
    assert one.projection.low < 125
    assert one.projection.high > 300
    alike = projected(24, 24, 24)
    assert alike.projection is not None
    assert alike.projection.low < 160 < 230 < alike.projection.high
    nothing = projected(0, 0, 0)
    assert nothing.projection is not None
    assert nothing.projection.low == 0 < nothing.projection.high


def test_today_is_not_counted_twice_and_no_whole_day() -> None:
    """Ten a day; today has four so far, which are part of today's ten."""
    campaign = _objective("sign_up", 900, date(2027, 2, 15))
    signed = [Outcome(date(2027, 1, 18) + timedelta(days=day), "site", "sign_up", 10) for day in range(28)]
    today = Outcome(date(2027, 2, 15), "site", "sign_up", 4)
    (one,) = told(now=DUE + timedelta(days=28), campaign=campaign, outcomes=[*signed, today]).objectives
    assert one.value == 284
    assert one.projection is not None
    assert one.projection.estimate == pytest.approx(290, abs=0.5)
    assert one.projection.low >= 284


def test_days_that_are_not_imported_yet_are_not_days_without_any() -> None:
    """Seven a week, imported for five weeks and not for the last two."""
    campaign = _objective("sign_up", 900, date(2027, 3, 21))
    signed = [Outcome(date(2027, 1, 18) + timedelta(days=day), "site", "sign_up", 1) for day in range(35)]
    (one,) = told(now=DUE + timedelta(days=49), campaign=campaign, outcomes=signed).objectives
    assert one.projection is not None
    assert one.projection.estimate == pytest.approx(63, abs=0.5)  # 35, and 28 days that are not known
    other = [*signed, Outcome(date(2027, 3, 7), "site", "download", 1)]  # imported since: nobody signed up
    (one,) = told(now=DUE + timedelta(days=49), campaign=campaign, outcomes=other).objectives
    assert one.projection is not None
    assert one.projection.estimate == pytest.approx(45, abs=0.5)


def test_a_week_whose_counts_still_grow_is_not_a_whole_one() -> None:
    """Ten a post after a day; the last two posts have two after an hour."""
    campaign = _objective("engagements", 9_000, date(2027, 3, 21))
    some = posts(28, engaged=[10])
    some[-2:] = [replace(one, reads=((1.0, counts(likes=2)),)) for one in some[-2:]]
    (one,) = told(*some, now=DUE + timedelta(days=28), campaign=campaign).objectives
    assert one.value == 264
    assert one.projection is not None
    assert one.projection.estimate == pytest.approx(264 + 10 * 35, abs=2)


def test_what_young_posts_still_get_is_to_come_where_the_objective_s_day_is_after_the_last_post() -> None:
    """Ten a post after a day, and one post a day for 52 days; today the last one has two, after an hour."""
    campaign = _objective("engagements", 9_000, date(2027, 3, 21)).model_copy(update={"ends": date(2027, 3, 10)})
    some = posts(28, engaged=[10])
    some[-1] = replace(some[-1], reads=((1.0, counts(likes=2)),))
    (one,) = told(*some, now=DUE + timedelta(days=28), campaign=campaign).objectives
    assert one.value == 272
    assert one.projection is not None
    assert one.projection.estimate == pytest.approx(10 * 52, abs=2)


def test_our_clicks_after_the_last_post_count_until_the_objective_s_day() -> None:
    campaign = _objective("link_clicks", 900, date(2027, 3, 31)).model_copy(update={"ends": date(2027, 2, 28)})
    clicks = [Click(date(2027, 1, 18) + timedelta(days=day), "p", "mastodon-en", 10) for day in range(90)]
    before = [one for one in clicks if one.day <= date(2027, 2, 14)]
    (one,) = told(now=DUE + timedelta(days=28), campaign=campaign, clicks=before).objectives
    assert one.projection is not None
    assert one.projection.estimate == pytest.approx(420, abs=1)  # until the last post
    text = "Link clicks after the last post count until the objective’s day"
    assert text in render(told(now=NOW, campaign=campaign, clicks=clicks), format="md", language="en")
    (over,) = told(now=NOW, campaign=campaign, clicks=clicks).objectives
    assert over.value == 730  # 73 days until March 31


def test_what_posts_bring_is_not_projected_beyond_the_last_of_them() -> None:
    campaign = _objective("sent", 100, date(2027, 6, 30)).model_copy(update={"ends": date(2027, 3, 1)})
    some = posts(42, engaged=[10])
    (one,) = told(*some, now=DUE + timedelta(days=35), campaign=campaign).objectives
    assert one.projection is not None
    assert one.projection.high < 70  # one a day until March 1, and none in the four months after
    found = told(*some, now=DUE + timedelta(days=60), campaign=campaign)
    assert (found.objectives[0].projection, found.objectives[0].unprojected) == (None, "no more posts")
    assert "no projection: the campaign is over" in render(found, format="md", language="en")
    assert "aucune projection : la campagne est finie" in render(found, format="md", language="fr").replace(
        "\u00a0", " "
    )
    signed = [Outcome(date(2027, 1, 20) + timedelta(days=day), "site", "sign_up", 1) for day in range(50)]
    campaign = campaign.model_copy(update={"objectives": _objective("sign_up", 900, date(2027, 6, 30)).objectives})
    (one,) = told(*some, now=DUE + timedelta(days=60), campaign=campaign, outcomes=signed).objectives
    assert one.projection is not None, "people can sign up later"


def test_what_came_after_an_objective_s_day_does_not_count() -> None:
    """Neither likes that were read later, nor a post that left later: days end where the campaign is (Toronto, UTC-5)."""
    by, last = date(2027, 1, 20), datetime(2027, 1, 21, 4, 59, tzinfo=UTC)
    reads = ((1.0, counts(likes=5)), (24.0, counts(likes=500)))
    before = replace(BASE, due=last - timedelta(hours=2), sent=last - timedelta(hours=2), reads=reads)
    after = replace(BASE, delivery="e", post="q", due=last + timedelta(minutes=1), sent=last + timedelta(minutes=1))

    def judged(metric: str, now: datetime) -> tuple[float | None, str]:
        (one,) = told(before, after, now=now, campaign=_objective(metric, 100, by)).objectives
        return one.value, one.verdict

    assert judged("engagements", last + timedelta(days=9)) == (5, "not met")
    assert judged("sent", last + timedelta(days=9)) == (1, "not met")
    assert judged("sent", last)[1] == "on the way"
    assert judged("sent", last + timedelta(minutes=1))[1] == "not met"
    campaign = _objective("punctual_percent", 100, by)
    late = replace(before, delivery="f", post="r", sent=before.due + timedelta(days=1))
    (one,) = told(before, late, now=last + timedelta(days=9), campaign=campaign).objectives
    assert (one.value, one.verdict) == (100, "met"), "what left late was not late yet"


def test_what_happened_before_the_campaign_is_no_result_of_it() -> None:
    early, late = (Outcome(date(2027, 1, day), "site", "sign_up", 30) for day in (17, 18))
    found = told(BASE, outcomes=[early, late], campaign=_objective("sign_up", 50, date(2027, 6, 1)))
    assert (found.outcomes, found.outcomes_before, found.objectives[0].value) == ({"sign_up": 30}, 1, 30)
    assert found.ladder.rungs[4].number == 30
    for language, words in (("en", "not counted: 1."), ("fr", "non comptées\u00a0:\u00a01.")):
        assert words in render(found, format="md", language=language)


def test_the_yield_of_participation_has_its_parts() -> None:
    """Sign-ups are no people, and need not have come through a post."""
    found = told(*posts(20, engaged=[10, 20]), outcomes=[Outcome(date(2027, 1, 20), "site", "sign_up", 3)])
    for language in ("en", "fr"):
        assert "10 (3 ÷ 300)." in render(found, format="md", language=language).replace("\u00a0", " ")


def test_cost_is_told_only_against_what_is_known() -> None:
    x = replace(BASE, network="x", account="x-en", reads=((24.0, counts(likes=50)),))
    found = told(x, spent={"x": 2.0})
    assert [(one.key, one.per_1000_engagements, one.per_participation) for one in found.costs] == [
        ("x", 40.0, None),
        ("", 40.0, None),
    ]
    nothing = told(replace(x, reads=((24.0, counts(likes=0)),)), spent={"x": 2.0})
    assert nothing.costs[0].per_1000_engagements is None


def test_money_of_the_networks_did_not_buy_what_came_through_none() -> None:
    x = replace(BASE, network="x", account="x-en", reads=((24.0, counts(likes=50)),))
    through_x, by_itself = (Outcome(date(2027, 1, 20), source, "sign_up", 4) for source in ("x", "site"))
    every = told(x, spent={"x": 2.0}, outcomes=[through_x])
    assert [(one.key, one.per_participation) for one in every.costs] == [("x", 0.5), ("", 0.5)]
    assert "put down to no network" not in render(every, format="md", language="en")
    some = told(x, spent={"x": 2.0}, outcomes=[through_x, by_itself])
    assert [(one.key, one.participations, one.per_participation) for one in some.costs] == [
        ("x", 4, 0.5),
        ("", 8, None),
    ]
    english, french = (render(some, format="md", language=language).replace("\u00a0", " ") for language in ("en", "fr"))
    assert "| not known: some came through no known network |" in english
    assert "put down to no network: 4 of 8." in english
    assert "attribuées à aucun réseau : 4 sur 8." in french
    assert told(x, spent={"x": 2.0}, outcomes=[by_itself]).costs[-1].per_participation is None


# Whatever comes


def _read(age: float, values: list[int | None]) -> tuple[float, Counted]:
    return age, tuple(values)


reads = st.lists(
    st.builds(
        _read,
        st.sampled_from([0.0, 0.5, 1.0, 6.0, 24.0, 100.0]),
        st.lists(
            st.none() | st.integers(-5, 50) | st.just(10**9) | st.just(0), min_size=len(COUNTS), max_size=len(COUNTS)
        ),
    ),
    max_size=4,
).map(lambda some: tuple(sorted(some, key=lambda read: read[0])))
measured = st.lists(
    st.builds(
        lambda number, state, network, language, followers, reads, parts, gone, late: replace(
            BASE, delivery=f"d{number}", post=f"p{number % 7}", state=state, network=network, language=language,
            account=f"{network}-{language}", followers=followers, reads=reads, parts=parts, gone=gone,
            sent=DUE + timedelta(days=late) if state in (State.SENT, State.RETRACTED) else None,
        ),
        st.integers(0, 10**6),
        st.sampled_from(list(State)),
        st.sampled_from(["x", "mastodon", "bluesky"]),
        st.sampled_from(["en", "fr"]),
        st.none() | st.integers(0, 10**7),
        reads,
        st.integers(1, 3),
        st.booleans(),
        st.integers(0, 100),
    ),
    max_size=30,
)  # fmt: skip


@given(measured)
@settings(max_examples=60, deadline=None)
def test_groups_add_up_to_the_whole(some: list[Measured]) -> None:
    found = told(*some)
    assert found.total.planned == len(some)
    for groups in found.groups.values():
        for name in ("planned", "sent", "failed", "missed", "other", "read", "young"):
            assert sum(cast("int", getattr(group, name)) for group in groups) == getattr(found.total, name)
        assert sum(group.engagements or 0 for group in groups) == (found.total.engagements or 0)
    assert found.total.planned == sum((found.total.sent, found.total.failed, found.total.missed, found.total.other))


@given(measured)
@settings(max_examples=40, deadline=None)
def test_no_rate_without_a_denominator_and_no_number_that_is_none(some: list[Measured]) -> None:
    found = told(*some, spent={"x": 1.0})
    for group in (found.total, *(group for groups in found.groups.values() for group in groups)):
        for rate in (group.by_followers, group.by_impressions):
            assert rate is None or (rate.denominator > 0 and rate.numerator >= 0 and rate.posts <= group.read)
        assert (group.engagements is None) == (group.read == 0)
    for language in ("en", "fr"):
        text = render(found, format="md", language=language)
        assert not {"nan", "inf", "None"} & set(text.replace("|", " ").split())
    json.loads(render(found, format="json", language="en"))  # would refuse NaN


@given(measured)
@settings(max_examples=40, deadline=None)
def test_an_unknown_count_never_counts_as_nothing(some: list[Measured]) -> None:
    """Deliveries of which the network tells nothing change no engagement figure."""
    silent = [replace(BASE, delivery=f"s{n}", reads=((24.0, counts()),), sent=DUE) for n in range(3)]
    without, beside = told(*some), told(*some, *silent)
    if without.age == beside.age:
        assert (without.total.engagements, without.total.median) == (beside.total.engagements, beside.total.median)
        assert [rung.number for rung in without.ladder.rungs] == [rung.number for rung in beside.ladder.rungs]


# What networks tell


def _told_apart(number: int = 12) -> list[Measured]:
    """As many likes and reposts everywhere; one network tells its bookmarks too, and there are many."""
    with_bookmarks = posts(number, engaged=[0], account="x-en", network="x", reads=())
    return [
        *posts(number, engaged=[0], reads=((24.0, counts(likes=10, reposts=4)),)),
        *(replace(one, reads=((24.0, counts(likes=10, reposts=4, bookmarks=30)),)) for one in with_bookmarks),
    ]


def _of(found: Evaluation, factor: str) -> Comparison:
    return next(one for one in found.comparisons if one.factor == factor)


def test_networks_are_compared_by_what_all_of_them_tell() -> None:
    found = told(*_told_apart())
    network = _of(found, "network")
    assert (network.counted, network.left_out) == (("likes", "reposts"), 0)
    assert network.p == 1.0  # and not three times as much on X
    assert "compared by what all of them tell: likes, reposts. " in render(found, format="md", language="en")
    french = render(found, format="md", language="fr").replace("\u00a0", " ")
    assert "que tous communiquent : mentions J’aime, partages. " in french
    body = json.loads(render(found, format="json", language="en"))["comparisons"]
    assert [one["counted"] for one in body if one["factor"] == "network"] == [["likes", "reposts"]]
    few = replace(_told_apart(1)[0], delivery="odd", post="odd", reads=((24.0, counts(likes=10)),))
    assert (_of(told(*_told_apart(), few), "network").left_out, network.counted) == (1, ("likes", "reposts"))


def test_a_sure_difference_of_networks_says_what_was_counted() -> None:
    more = [
        replace(one, reads=((24.0, counts(likes=40 + number % 5, bookmarks=3)),)) if one.network == "x" else one
        for number, one in enumerate(_told_apart(20))
    ]
    text = render(told(*more), format="md", language="en")
    assert text.count("Counted: likes, which all of them tell.") == 2  # in the summary, and in the list


def test_networks_without_a_kind_in_common_are_not_compared() -> None:
    none = [replace(one, reads=((24.0, counts(replies=5)),)) if one.network == "x" else one for one in _told_apart()]
    found = told(*none)
    assert {(one.verdict, one.ratio) for one in found.comparisons if one.factor == "network"} == {("apart", None)}
    text = render(found, format="md", language="en")
    assert "Networks are not compared: there is no kind of engagement that all of them tell." in text
    assert "Les réseaux ne sont pas comparés" in render(found, format="md", language="fr")
    assert "Bluesky (0" not in text


def test_a_language_is_held_against_the_other_on_the_same_network() -> None:
    """French is not on the network where everybody engages more: that makes English no better."""
    some = [
        *posts(12, engaged=[40], account="x-en", network="x"),
        *posts(12, engaged=[4], account="mastodon-en"),
        *posts(12, engaged=[4], account="mastodon-fr", language="fr"),
    ]
    language = _of(told(*some), "language")
    assert (language.paired, language.p) == (True, 1.0)


def test_two_campaigns_are_compared_by_what_both_tell() -> None:
    """X tells bookmarks in one of them only: counted are likes and reposts, so that neither has more."""
    now, before = (
        told(*(replace(one, network="x") for one in _told_apart() if one.network == name)) for name in ("x", "mastodon")
    )
    found = versus(now, before, "other")
    assert (found.counted, found.verdict) == (("likes", "reposts"), "unclear")  # the same, but for ties
    text = render(replace(now, versus=found), format="md", language="en")
    assert "Counted: likes, reposts, which all these networks tell in both." in text
    other = told(*posts(12, engaged=[0], network="x", reads=((24.0, counts(replies=5)),)))
    assert versus(now, other, "other").verdict == "apart"
    assert "told on both sides" in render(replace(now, versus=versus(now, other, "o")), format="md", language="en")


def _mixed(here: int, there: int, *, times: float = 1.0, begin: int = 0) -> list[Measured]:
    """So many posts on Mastodon and on X, where everybody engages three times as much; no two counts are alike."""
    mastodon = [round((40 + 7 * (place % 9)) * times) + place % 5 for place in range(here)]
    x = [round((120 + 21 * (place % 9)) * times) + place % 5 for place in range(there)]
    return [
        *(posts(here, engaged=mastodon, begin=begin) if here else []),
        *(posts(there, engaged=x, begin=begin + 200, network="x", account="x-en") if there else []),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["", "other"])
def test_another_mix_of_networks_is_no_difference(name: str) -> None:
    """Four in five posts are on Mastodon here, one in five there; within each network nothing differs."""
    now, before = told(*_mixed(40, 10)), told(*_mixed(10, 40, begin=500))
    found = versus(now, before, name)
    assert found.verdict != "less"
    assert found.ratio is not None
    assert found.ratio.low < 1 < found.ratio.high
    # And where it does differ, all of it is seen, not what is left beside a common median.
    better = versus(told(*_mixed(40, 10, times=1.5)), before, name)
    assert better.verdict == "more"
    assert better.ratio is not None
    assert better.ratio.estimate == pytest.approx(1.5, rel=0.08)
    assert [(one.posts, one.others) for one in better.strata] == [(40, 10), (10, 40)]
    for language, words in (("en", "a different mix of"), ("fr", "une autre répartition")):
        text = render(replace(now, versus=found), format="md", language=language)
        assert words in text
        assert ("Mastodon, " if name else "mastodon-en (40") in text


@pytest.mark.parametrize("name", ["", "other"])
def test_what_only_one_side_has_is_left_out_and_told(name: str) -> None:
    now, before = (
        told(*_mixed(20, 1)),
        told(*_mixed(20, 30, begin=500), *posts(9, engaged=[7], account="m-fr", language="fr")),
    )
    found = versus(now, before, name)
    assert (found.posts, found.others) == (20, 20)
    assert [(one.posts, one.others) for one in found.thin] == [(0, 9), (1, 30)]
    text = render(replace(now, versus=found), format="md", language="en")
    assert "Left out, with fewer than 2 posts on a side: " in text
    assert ("X, English (1 against 30)" if name else "x-en (1 against 30)") in text
    assert "Exclus, avec moins de 2" in render(replace(now, versus=found), format="md", language="fr")


@pytest.mark.parametrize(
    ("name", "words"), [("", "no account has counted posts in both"), ("other", "no network in common")]
)
def test_where_no_network_is_in_both_nothing_is_compared(name: str, words: str) -> None:
    now, before = told(*_mixed(20, 0)), told(*_mixed(0, 20))
    found = versus(now, before, name)
    assert (found.verdict, found.ratio, found.more_posts) == ("elsewhere", None, None)
    assert words in render(replace(now, versus=found), format="md", language="en")
    assert "ne sont pas comparées" in render(replace(now, versus=found), format="md", language="fr")


_SOME = st.dictionaries(
    st.sampled_from([("a",), ("b",), ("c",)]), st.integers(-40, 40).map(lambda one: one / 8), min_size=1
)


@given(st.lists(_SOME, min_size=8, max_size=14), st.lists(_SOME, min_size=8, max_size=14))
@settings(max_examples=30, deadline=None)
def test_strata_in_one_place_are_mann_and_whitney_s_test(
    here: list[dict[tuple[str, ...], float]], there: list[dict[tuple[str, ...], float]]
) -> None:
    """With one stratum nothing else is said than where there are none; and its interval is what its test does not refuse."""
    one = [[next(iter(post.values())) for post in side] for side in (here, there)]
    same = _sides(*one, paired=False)
    assert same.p() == pytest.approx(_mann_whitney(*one))
    assert same.p(0.3) == pytest.approx(_mann_whitney([value - 0.3 for value in one[0]], one[1]))
    assert same.estimate == pytest.approx(median(a - b for a in one[0] for b in one[1]))
    both = strata(here, there)
    assert 0 <= both.p() <= 1
    if both.few < 8:  # the others were alone in their places
        return
    found = both.interval()
    if found is not None:
        assert found.low <= both.estimate <= found.high or found.estimate == pytest.approx(both.estimate, abs=1e-4)
        for outside in (found.low - 1e-3, found.high + 1e-3):
            assert both.p(outside) < 0.05 or abs(outside) <= 1e-3
        assert (found.low <= 0 <= found.high) == (both.p() >= 0.05)


def _mann_whitney(here: list[float], there: list[float]) -> float:
    a, b = len(here), len(there)
    places, ties = ranks(np.array([*here, *there]))
    variance = a * b / 12 * ((a + b + 1) - ties / ((a + b) * (a + b - 1)))
    return two_sided(abs(float(places[:a].sum()) - a * (a + b + 1) / 2), variance)


def test_a_server_that_begins_to_tell_a_kind_makes_no_period_better() -> None:
    likes = [10, 14, 9, 22, 17]
    quiet = told(*posts(15, engaged=likes))
    some = posts(75, engaged=likes, begin=100)  # most of both periods tell it, and the first does not
    upgraded = told(*(replace(one, reads=((24.0, (*one.reads[0][1][:3], 50, *one.reads[0][1][4:])),)) for one in some))
    assert upgraded.total.engagements == 5 * (quiet.total.engagements or 0) + 75 * 50
    found = versus(upgraded, quiet)
    assert found.ratio is not None
    assert found.ratio.estimate == pytest.approx(1)
    # Nor, within one period, the series that came after.
    one = told(*posts(15, engaged=likes), *(replace(each.result, series="new") for each in upgraded.posts[:15]))
    assert _of(one, "series").verdict == "unclear"


def test_a_post_that_is_long_here_and_short_there_is_not_held_against_itself() -> None:
    x = posts(100, engaged=[100, 120, 90], network="x", account="x-en", followers=9000)
    other = posts(100, engaged=[10, 12, 9])
    lengths = [(200, 90)] * 8 + [(200, 50)] * 34 + [(80, 60)] * 58
    long = [
        replace(one, length=both[place])
        for place, side in enumerate((x, other))
        for one, both in zip(side, lengths, strict=True)
    ]
    found = _of(told(*long), "length")
    assert (found.paired, found.posts, found.others) == (False, 8, 92)


# One split of the posts under several names


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 60), st.booleans()), min_size=20, max_size=60),
    st.permutations(["impact", "facts", "calls"]),
)
@settings(max_examples=40, deadline=None)
def test_a_factor_that_is_there_twice_changes_no_other_comparison(
    kinds: list[tuple[str, int, bool]], names: list[str]
) -> None:
    some = [
        replace(one, series=kind, question=asks, due=DUE + timedelta(days=number % 3))
        for number, (kind, likes, asks) in enumerate(kinds)
        for one in posts(1, engaged=[likes], begin=number, priority="")
    ]
    called = dict(zip("abc", names, strict=True))
    twice = [replace(one, priority=called[one.series]) for one in some]
    before = told(*some).comparisons
    after = told(*twice).comparisons
    assert before == tuple(one for one in after if one.factor != "priority")
    levels = {one.series for one in some}
    number = 0 if len(levels) < 2 else 1 if len(levels) == 2 else 3
    copies = [one for one in after if one.factor == "priority"]
    assert [one.same_as is not None for one in copies] == [True] * number
    for one in copies:
        first = next(each for each in after if (each.factor, each.level) == one.same_as)
        assert (first.factor, first.p, first.confidence) == ("series", one.p, one.confidence)
        assert one.swapped or one.ratio == first.ratio


def test_one_split_is_told_once_and_its_other_names_say_so() -> None:
    asks = posts(14, engaged=[40, 55, 48, 61, 52], series="asks", question=True)
    plain = posts(14, engaged=[10, 14, 9, 12, 16], begin=50, series="zeal", pictures=1, described=1)
    found = told(*asks, *plain)
    same = {(one.factor, one.level): (one.same_as, one.swapped) for one in found.comparisons if one.sure}
    assert same == {
        ("series", "asks"): (None, False),
        ("picture", "yes"): (("series", "asks"), True),
        ("question", "yes"): (("series", "asks"), False),
    }
    text = render(found, format="md", language="en")
    assert (
        text.count("The one comparison – asks (series)") == text.count("corrected for all") == 1
    )  # not under each name
    assert (
        text.count(
            "The same posts are also: asking a question; whether one of these is the cause, and which, cannot be told."
        )
        == 2
    )
    assert text.count("All the other posts are: with a picture.") == 2
    assert "less; all posts but: asks (series)" in text
    assert "more; the same posts as: asks (series)" in text
    french = render(found, format="md", language="fr")
    assert "plus; mêmes publications que : asks (série)" in french.replace("\u00a0", " ")
    body = json.loads(render(found, format="json", language="en"))["comparisons"]
    assert [one["same_as"] for one in body if one["factor"] == "picture"] == [
        {"factor": "series", "level": "asks", "swapped": True}
    ]


# What a rate will be


def _judged(
    metric: str, measured: Sequence[Measured], *, target: float = 5, days: int = 42, now: datetime | None = None
) -> Judged:
    campaign = _objective(metric, target, date(2027, 4, 1)).model_copy(update={"ends": date(2027, 6, 30)})
    (one,) = told(*measured, now=now or DUE + timedelta(days=days), campaign=campaign).objectives
    return one


def test_a_share_is_projected_to_its_end_and_narrows_as_it_comes() -> None:
    late = [
        replace(one, sent=one.due + timedelta(minutes=5 if number % 10 == 0 else 0))
        for number, one in enumerate(posts(40, engaged=[1]))
    ]
    soon, later = (_judged("punctual_percent", late, target=90, days=days) for days in (42, 70))
    for one in (soon, later):
        assert one.value == 90
        assert one.projection is not None
        assert one.projection.low < 90 < one.projection.high
        assert one.likely is not None
        assert 0.2 < one.likely < 0.8
        assert one.age is None
    assert soon.projection is not None
    assert later.projection is not None
    assert later.projection.high - later.projection.low < soon.projection.high - soon.projection.low
    assert _judged("punctual_percent", late, target=60).likely == 1
    assert _judged("punctual_percent", late, days=0).unprojected == "too early"


def test_a_rate_of_engagement_is_no_share_and_posts_are_its_units() -> None:
    busy = posts(40, engaged=[100, 900, 300, 500], followers=100)  # more engagements than followers
    one = _judged("engagement_per_100_followers", busy, target=450)
    assert one.value == 450
    assert one.projection is not None
    assert one.projection.low < 450 < one.projection.high < 900
    assert one.age == timedelta(hours=24)
    twice = [*busy, *(replace(each, delivery=f"{each.delivery}-2", account="x-en", network="x") for each in busy)]
    copied = _judged("engagement_per_100_followers", twice, target=450)
    assert copied.projection == one.projection  # a post that is said twice is not two
    again = _judged("engagement_per_100_followers", busy, target=450)
    assert again == one


def _projected(parts: Sequence[tuple[int, int]]) -> Interval:
    """With as many days to come as there were."""
    rate = Rate(sum(up for up, _ in parts), sum(down for _, down in parts), len(parts))
    starts, today = date(2027, 1, 18), date(2027, 2, 17)
    by = today + timedelta(days=29)
    found = project(rate, Basis(posts=parts), target=1, starts=starts, today=today, by=by).interval
    assert found is not None
    return found


def test_few_posts_know_little_of_how_posts_differ() -> None:
    """As eight posts are resampled the ends are 4.6 and 10.7: drawn out as Student's t is beside the normal, further on both sides."""
    found = _projected([(up, 100) for up in (1, 2, 3, 4, 6, 8, 12, 20)])
    assert 3.9 < found.low < 4.4
    assert 6.4 < found.estimate < 7
    assert 11.5 < found.high < 13
    # Where posts are many, t is the normal: nothing is drawn out.
    many = _projected([(up, 100) for up in (1, 2, 3, 4, 6, 8, 12, 20)] * 50)
    assert 6.4 < many.low < 6.8 < 7.2 < many.high < 7.7


def test_very_many_posts_are_put_together_and_none_is_left_out() -> None:
    parts = [(place % 50, 100) for place in range(20_000)]
    parts.sort()  # the first five hundred would have none at all
    tracemalloc.start()
    found = _projected(parts)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 64_000_000  # one draw of each post is 320 MB
    assert found.estimate == pytest.approx(24.5, abs=0.05)
    # Half of how it ends is known: only what is to come varies, by its own luck and by what the posts so far leave unknown.
    expected = 1.96 * 14.43 / math.sqrt(20_000) / math.sqrt(2)
    assert (found.high - found.low) / 2 == pytest.approx(expected, rel=0.15)


def test_a_rate_of_few_posts_is_not_projected_and_says_so() -> None:
    campaign = _objective("engagement_per_100_followers", 5, date(2027, 4, 1))
    found = told(*posts(7, engaged=[10, 20]), now=DUE + timedelta(days=42), campaign=campaign)
    (one,) = found.objectives
    assert (one.projection, one.likely, one.unprojected) == (None, None, "few posts")
    text = render(found, format="md", language="en")
    assert "no projection: fewer than 8 posts" in text
    assert "at the age of 1\u00a0day | on the way" in text
    assert "aucune projection : moins de 8 publications" in render(found, format="md", language="fr").replace(
        "\u00a0", " "
    )
    (body,) = json.loads(render(found, format="json", language="en"))["objectives"]
    assert (body["age_hours"], body["unprojected"], body["projection"]) == (24, "few posts", None)


@pytest.mark.parametrize("metric", ["punctual_percent", "engagement_per_100_followers", "alt_text_percent"])
def test_what_today_has_brought_is_part_of_what_today_brings(metric: str) -> None:
    """At noon as at midnight: as many units are to come as there were before today in proportion to the days left, so that a
    day of which a half is over is neither a whole one nor none."""
    late = [replace(one, sent=one.due + timedelta(minutes=5 * (place % 3 == 0)), pictures=1, described=place % 3 > 0)
            for place, one in enumerate(posts(20, engaged=[10, 31, 27], priority=""))]  # fmt: skip
    begin, days = DUE.replace(hour=5), timedelta(days=1)  # midnight where the campaign is
    age = timedelta(days=1) if metric.startswith("engagement") else timedelta()
    moments = [
        _judged(metric, [one for one in late if one.sent and one.sent < now - age], target=50, days=0, now=now)
        for now in (begin + 12 * days + timedelta(hours=1), begin + 12 * days + timedelta(hours=20))
    ]
    widths = [one.projection.high - one.projection.low for one in moments if one.projection]
    assert len(widths) == 2
    assert moments[0].value != moments[1].value  # today's post is in the second one
    # One more post is known of as many that there will be in the end, and not one more for each day to come.
    assert widths[1] == pytest.approx(widths[0], rel=0.2)


def test_where_today_has_brought_what_a_day_brings_nothing_is_to_come() -> None:
    ends = project(
        Rate(10, 20, 20),
        Basis(before=10),
        target=1,
        starts=date(2027, 1, 18),
        today=date(2027, 1, 28),
        by=date(2027, 1, 28),
    ).interval
    assert ends == Interval(50, 50, 50)  # ten days brought ten, today has its ten already


def test_of_a_draw_what_was_not_looked_at_is_not_known() -> None:
    parts = [(n % 7, 100) for n in range(60)]
    rate = Rate(sum(n for n, _ in parts), 6_000, 60)
    whole, drawn = (
        project(
            rate, Basis(posts=parts, seen=seen), target=1.0,
            starts=date(2027, 1, 18), today=date(2027, 3, 1), by=date(2027, 2, 28),
        ).interval
        for seen in (1.0, 0.1)
    )  # fmt: skip
    assert whole is not None
    assert drawn is not None
    assert whole.high - whole.low < 1e-9 < drawn.high - drawn.low


def test_a_result_that_is_published_while_people_vote_is_none() -> None:
    poll = replace(BASE, post="poll-1", series="poll", item="one", poll_min=1440)
    early = replace(BASE, delivery="2", post="early", answers="poll/one", sent=DUE + timedelta(hours=5))
    assert told(poll, early).loops.unanswered == ("poll-1",)
    closed = replace(early, sent=DUE + timedelta(days=1, seconds=1))
    assert told(poll, closed).loops.unanswered == ()
    # One without an item answers the last that had closed.
    again = replace(poll, delivery="3", post="poll-2", item="two", sent=DUE + timedelta(days=7))
    between = replace(early, answers="poll", sent=DUE + timedelta(days=7, hours=2))
    assert told(poll, again, between).loops.unanswered == ("poll-2",)
    call = replace(BASE, post="call", series="poll", item="one", rung="participating")
    assert told(call, early).loops.unanswered == ()


def test_what_a_loop_is_of_is_said_and_a_call_without_a_result_is_told_of_apart() -> None:
    poll = replace(BASE, post="poll-1", series="poll", poll_min=1440, rung="participating")
    calls = [replace(BASE, delivery=f"c{one}", post=f"call-{one}", series="days", rung="participating") for one in "ab"]
    counted = told(poll, *calls)
    assert "0 of 3 (1 with a poll, 2 without one)" in render(counted, format="md", language="en")
    assert "0 sur 3 (1 avec sondage, 2 sans sondage)" in render(counted, format="md", language="fr")
    apart = told(poll, *calls, no_result=frozenset({"days", "poll"}))
    assert apart.loops.closed is not None
    assert (apart.loops.closed.denominator, apart.loops.unanswered) == (1, ("poll-1",)), "a poll always has a result"
    assert "there is no result to publish: 2 calls (days)." in render(apart, format="md", language="en")
    assert "pas de résultat à publier\u00a0:\u00a02 appels (days)." in render(apart, format="md", language="fr")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"followers": 0}, ("not defined: nobody followed", "non défini : aucun abonné")),
        ({"followers": None}, ("not told", "non communiqué")),
        ({"reads": ()}, ("not counted", "non relevé")),
        ({"state": State.MISSED, "sent": None}, ("nothing was sent", "rien n’est paru")),
        ({"reads": ((24.0, counts(likes=0, impressions=0)),)}, ("not defined: no impressions", "non défini : aucun affichage")),
    ],
)  # fmt: skip
def test_why_there_is_no_rate_is_told(changed: dict[str, Any], words: tuple[str, str]) -> None:
    some = [replace(one, **changed) for one in posts(3, engaged=[0])]
    found = told(*some, *posts(3, engaged=[5], begin=50, account="x-en", network="x"))
    for language, said in zip(("en", "fr"), words, strict=True):
        text = render(found, format="md", language=language).replace("\u00a0", " ")
        (row,) = [line for line in text.splitlines() if line.startswith("| Mastodon |") and line.count("|") == 8]
        assert said in row
        assert "not known" not in row.rpartition("|")[0].rpartition("|")[0]
    body = json.loads(render(found, format="json", language="en"))
    (group,) = [one for one in body["by_network"] if one["key"] == "mastodon"]
    assert group["by_impressions"] is None
    assert (group["by_followers"] is None) == (words[0] != "not defined: no impressions")


def test_nothing_comes_after_the_campaign_and_young_posts_are_no_time_that_is_gone() -> None:
    rate, by = Rate(50, 100, 100), date(2027, 6, 30)
    over = project(
        rate, Basis(ends=date(2027, 2, 28)), target=50, starts=date(2027, 1, 18), today=date(2027, 3, 1), by=by
    ).interval
    assert over is not None
    assert (over.low, over.high) == (50, 50)
    week = Basis(age=timedelta(days=7))
    assert project(rate, week, target=50, starts=date(2027, 1, 18), today=date(2027, 1, 25), by=by).why == "too early"


def test_of_five_deliveries_none_is_among_the_best_and_the_worst() -> None:
    shown = told(*posts(5, engaged=[9, 8, 7, 2, 1])).extremes
    assert ([one.engagements for one in shown.best], [one.engagements for one in shown.worst]) == ([9, 8, 7], [1, 2])


def test_a_rung_above_one_that_has_none_has_no_step_and_is_not_unknown() -> None:
    exposed, aware, *_ = told(*posts(3, engaged=[0], reads=((24.0, counts(likes=2, impressions=0)),))).ladder.rungs
    assert (exposed.number, aware.number, aware.step, aware.empty) == (0, 6, None, True)

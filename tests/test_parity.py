"""Parity: pure figures, with their denominators."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from campaign_bot.model import Content, Counts, Media, Part, Poll, Result, Snapshot, State
from campaign_bot.parity import Answered, Share, parity

NOW = datetime(2027, 1, 18, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def said(
    account: str, *, post: str = "p", late_s: float = 0, state: State = State.SENT, alt: str | None = None,
    poll: bool = False, counts: dict[timedelta, int | None] | None = None, reason: str = "",
) -> Result:  # fmt: skip
    network, language = account.split("-")
    media = () if alt is None else (Media("0" * 64, "image/png", alt, "a.png"),)
    part = Part("words", media, Poll(("a", "b"), 60) if poll else None)
    snapshots = tuple(Snapshot(age, NOW + age, Counts(likes=number)) for age, number in (counts or {}).items())
    return Result(
        delivery=f"{post}{account}", post=post, series="s", item="", priority="", commitments=(), account=account,
        network=network, language=language, due=NOW, state=state, content=Content(language, (part,)), reason=reason,
        sent=NOW + timedelta(seconds=late_s) if state is State.SENT else None, snapshots=snapshots,
    )  # fmt: skip


def test_one_language_has_no_parity() -> None:
    assert parity([said("x-en")], ["en"]) is None


def test_nothing_has_begun() -> None:
    found = parity([said("x-en", state=State.DRAFT), said("x-fr", state=State.APPROVED)], ["en", "fr"])
    assert found is not None
    assert (found.complete, found.gap_median_s, found.gap_max_s) == (Share(0, 0), None, None)


def test_gaps_are_of_complete_pairs_only() -> None:
    results = [
        said("x-en", post="a"), said("x-fr", post="a", late_s=4),
        said("x-en", post="b"), said("x-fr", post="b", late_s=90),
        said("x-en", post="c"), said("x-fr", post="c", state=State.FAILED, reason="refused"),
    ]  # fmt: skip
    found = parity(results, ["en", "fr"])
    assert found is not None
    assert (found.complete, found.at_once) == (Share(2, 3), Share(1, 2))
    assert (found.gap_median_s, found.gap_max_s) == (47, 90)
    (one,) = found.incomplete
    assert (one.post, one.network, one.languages) == ("c", "x", ("fr",))
    assert one.why == "x-en: sent; x-fr: failed (refused)"


def test_a_language_without_an_account_on_a_network_is_lacking() -> None:
    found = parity([said("x-en"), said("mastodon-en"), said("mastodon-fr")], ["en", "fr"])
    assert found is not None
    assert found.complete == Share(1, 2)


def test_pictures_polls_and_alt_texts() -> None:
    results = [
        said("x-en", post="a", alt="It shows."), said("x-fr", post="a", alt=""),
        said("x-en", post="b", alt="It shows."), said("x-fr", post="b"),
        said("x-en", post="c", poll=True), said("x-fr", post="c"),
        said("x-en", post="d"), said("x-fr", post="d"),
    ]  # fmt: skip
    found = parity(results, ["en", "fr"])
    assert found is not None
    assert (found.alt, found.media) == (Share(1, 2), Share(2, 4))


def test_languages_are_compared_at_an_age_that_both_were_read_at() -> None:
    results = [
        said("x-en", post="a", counts={HOUR: 3, DAY: 90}), said("x-fr", post="a", counts={HOUR: 5}),
        said("x-en", post="b", counts={HOUR: 1, DAY: 7}), said("x-fr", post="b", counts={HOUR: 2, DAY: 9}),
        said("x-en", post="c", counts={HOUR: 50}), said("x-fr", post="c"),
    ]  # fmt: skip
    found = parity(results, ["en", "fr"])
    assert found is not None
    assert found.answered == (Answered("en", 2, 10, 5), Answered("fr", 2, 14, 7))


def test_a_count_that_is_not_told_is_not_nought() -> None:
    found = parity([said("x-en", counts={HOUR: None}), said("x-fr", counts={HOUR: 0})], ["en", "fr"])
    assert found is not None
    assert found.answered == (Answered("en", 0, None, None), Answered("fr", 1, 0, 0))

"""Experiments: dealt by lot before anything is sent, settled before the start, and right however often one looks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import simulate
from campaign_bot.app import App
from campaign_bot.errors import ContentError
from campaign_bot.evaluate.experiments import Declared, ExperimentResult, experiment_result
from campaign_bot.evaluate.sequential import FEWEST_BLOCKS, blocks_needed, interval, smallest_effect
from campaign_bot.library.files import ExperimentFile
from campaign_bot.library.lots import lot
from campaign_bot.model import Counts, Measured, State
from campaign_bot.report.learning import experiment_verdict, experiment_words
from campaign_bot.report.words import Speaker
from campaign_bot.values import replace
from tests.campaigns import FILES, write_campaign
from tests.database import connect

EXPERIMENT = """\
question: {en: Does a question help?, fr: Une question aide-t-elle?}
series: facts
variants:
  tells: {}
  asks: {wording: asks}
age: 24h
smallest_effect: 25
most_blocks: 40
"""
TIMES = {
    "content/experiments/ask-or-tell.yaml": EXPERIMENT.replace("asks: {wording: asks}", 'evening: {at: "19:30"}'),
    **dict.fromkeys(("content/series/facts/post.asks.en.j2", "content/series/facts/post.asks.fr.j2")),
}
WORDINGS = {
    "content/experiments/ask-or-tell.yaml": EXPERIMENT,
    "content/series/facts/post.asks.en.j2": "Did you know? {{ item.text }}\n",
    "content/series/facts/post.asks.fr.j2": "Le saviez-vous? {{ item.text }}\n",
    "content/data/facts.yaml": FILES["content/data/facts.yaml"]
    + "- id: four\n  text: {en: A fourth fact., fr: Un quatrième fait.}\n",
}
NOW = datetime(2027, 1, 17, tzinfo=UTC)


def an_app(directory: Path, **changed: str | None) -> App:
    write_campaign(directory, **{**WORDINGS, **changed})
    return App(directory, environ={}, clock=lambda: NOW, database=directory / "test.db")


# The lot


@given(st.integers(0, 10**6), st.integers(0, 10**4), st.integers(2, 4))
def test_every_network_has_every_variant_once_in_a_block(seed: int, block: int, number: int) -> None:
    variants = [f"v{one}" for one in range(number)]
    found = lot("an-experiment", seed, block, variants, ["x", "mastodon", "bluesky"])
    assert found == lot("an-experiment", seed, block, variants, ["bluesky", "x", "mastodon"])
    for network in ("x", "mastodon", "bluesky"):
        assert sorted(found[place, network] for place in range(number)) == variants


def test_the_lot_is_fair() -> None:
    first = Counter(lot("e", 0, block, ["a", "b"], ["x", "mastodon"])[0, "x"] for block in range(2_000))
    assert abs(first["a"] - 1_000) < 4 * 22.4  # four standard deviations


# From the files to the record


def test_planning_deals_and_writes_it_down_before_anything_is_sent(tmp_path: Path) -> None:
    app = an_app(tmp_path / "c")
    app.plan()
    deliveries, dealt = app.store.deliveries(), app.store.assignments()
    assert len(deliveries) == len(dealt) == 18  # three posts for six accounts
    for one in deliveries:
        assert one.state is State.DRAFT
        asks = one.content.text.startswith(("Did you know?", "Le saviez-vous?"))
        assert asks == (dealt[one.key].variant == "asks")
    by_post: dict[tuple[str, str], set[str]] = {}
    for one in deliveries:
        by_post.setdefault((one.post, one.network), set()).add(dealt[one.key].variant)
    assert all(len(variants) == 1 for variants in by_post.values())  # both languages alike
    (event,) = [one for one in app.store.events() if one.action == "experiment declared"]
    assert event.subject == "ask-or-tell"
    assert event.detail["sha256"] == app.store.declared()["ask-or-tell"][0]
    app.close()


def test_planning_again_deals_nothing_anew_even_when_the_schedule_moved(tmp_path: Path) -> None:
    app = an_app(tmp_path / "c")
    app.plan()
    before = {one.key: one.content_hash for one in app.store.deliveries()}
    dealt = app.store.assignments()
    write_campaign(tmp_path / "c", **{**WORDINGS, "schedules/more.yaml": 'early:\n  series: facts\n  when: {dates: [2027-01-19 09:00]}\n'})  # fmt: skip
    found = app.plan()
    assert {key: one for key, one in app.store.assignments().items() if key in dealt} == dealt
    variants = {one.key: dealt[one.key].variant for one in app.store.deliveries() if one.key in before}
    for one in app.store.deliveries():
        if one.key in variants:
            asks = one.content.text.startswith(("Did you know?", "Le saviez-vous?"))
            assert asks == (variants[one.key] == "asks")
    assert found.problems == []
    app.close()


def trials(app: App) -> Counter[tuple[int, str, str]]:
    """How many trials of each variant an account has in a block: one."""
    of = {one.key: one.account for one in app.store.deliveries()}
    return Counter((one.block, of[key], one.variant) for key, one in app.store.assignments().items())


def test_a_post_that_comes_before_others_that_were_dealt_makes_no_block_too_long(tmp_path: Path) -> None:
    app = an_app(tmp_path / "c")
    app.plan()
    write_campaign(tmp_path / "c", **{**WORDINGS, "schedules/more.yaml": 'early:\n  series: facts\n  when: {dates: [2027-01-19 09:00]}\n'})  # fmt: skip
    app.plan()
    assert len(app.store.deliveries()) == 24
    assert set(trials(app).values()) == {1}
    assert Counter(one.block for one in app.store.assignments().values()) == {0: 12, 1: 12}
    app.close()


def test_an_experiment_whose_first_posts_were_before_it_goes_on_with_the_blocks_that_it_has(tmp_path: Path) -> None:
    app = an_app(tmp_path / "c")
    app.plan(until=datetime(2027, 1, 19, tzinfo=UTC))  # the first post; as older versions did it, it was the fourth
    (first,) = {one.post for one in app.store.deliveries()}
    file, networks = app.library.experiments["ask-or-tell"], ["x", "mastodon", "bluesky"]
    found = lot("ask-or-tell", file.seed, 1, list(file.variants), networks)
    with connect(tmp_path / "c" / "test.db") as db:
        for one in app.store.deliveries():
            db.execute(
                "update assignment set block = 1, variant = ? where delivery = ?", [found[1, one.network], one.key]
            )
    app.plan()
    blocks = {one.post: app.store.assignments()[one.key].block for one in app.store.deliveries()}
    assert blocks.pop(first) == 1
    assert list(blocks.values()) == [2, 2]
    assert set(trials(app).values()) == {1}
    app.close()


def test_times_of_day_can_be_the_experiment(tmp_path: Path) -> None:
    app = an_app(tmp_path / "c", **TIMES)
    app.plan()
    dealt = app.store.assignments()
    for one in app.store.deliveries():
        wall = one.due.astimezone(app.zone)
        assert (wall.hour, wall.minute) == ((19, 30) if dealt[one.key].variant == "evening" else (12, 0))
    assert app.desired().changes == []
    app.close()


def test_an_experiment_that_began_cannot_be_changed(tmp_path: Path) -> None:
    app = an_app(tmp_path / "c")
    app.plan()
    path = tmp_path / "c" / "content/experiments/ask-or-tell.yaml"
    path.write_text(EXPERIMENT.replace("smallest_effect: 25", "smallest_effect: 5"), encoding="utf-8")
    with pytest.raises(ContentError, match="has been changed since"):
        app.plan()
    app.close()
    app = App(tmp_path / "c", environ={}, clock=lambda: NOW, database=tmp_path / "c" / "test.db")
    (found,) = app.experiment_results()
    assert (found.changed, found.verdict) == (True, "void")
    assert "does not count" in " ".join(experiment_words(found, Speaker("en")))
    path.write_text(EXPERIMENT, encoding="utf-8")
    asks = tmp_path / "c" / "content/series/facts/post.asks.en.j2"
    asks.write_text("Guess what! {{ item.text }}\n", encoding="utf-8")
    with pytest.raises(ContentError, match="has been changed since"):
        app.plan()
    app.close()


def began(directory: Path) -> Path:
    app = an_app(directory)
    app.plan()
    app.close()
    return directory


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("content/experiments/ask-or-tell.yaml", EXPERIMENT.replace("  tells: {}\n", "").replace("asks}\n", "asks}\n  tells: {}\n")),
        ("content/series/facts/post.en.j2", "Another text. {{ item.text }}\n"),  # which is what `tells` says
    ],
)  # fmt: skip
def test_which_variant_is_first_and_what_it_says_are_settled_too(tmp_path: Path, file: str, text: str) -> None:
    directory = began(tmp_path / "c")
    (directory / file).write_text(text, encoding="utf-8")
    app = App(directory, environ={}, clock=lambda: NOW, database=directory / "test.db")
    assert app.experiment_results()[0].verdict == "void"
    with pytest.raises(ContentError, match="has been changed since"):
        app.plan()
    app.close()


def test_texts_are_no_part_of_an_experiment_about_times_of_day(tmp_path: Path) -> None:
    app = an_app(tmp_path / "c", **TIMES)
    app.plan()
    app.close()
    text = tmp_path / "c" / "content/series/facts/post.en.j2"
    text.write_text("Another text. {{ item.text }}\n", encoding="utf-8")
    app = App(tmp_path / "c", environ={}, clock=lambda: NOW, database=tmp_path / "c" / "test.db")
    assert app.experiment_results()[0].verdict == "not yet"
    app.close()


def test_an_experiment_that_began_is_told_of_when_its_file_is_gone(tmp_path: Path) -> None:
    directory = began(tmp_path / "c")
    (directory / "content/experiments/ask-or-tell.yaml").unlink()
    for language in ("en", "fr"):
        (directory / f"content/series/facts/post.asks.{language}.j2").unlink()
    app = App(directory, environ={}, clock=lambda: NOW, database=directory / "test.db")
    (found,) = app.experiment_results()
    assert (found.id, found.gone, found.verdict, found.age_hours) == ("ask-or-tell", True, "void", 24)
    assert found == app.experiment_results("ask-or-tell")[0]
    assert "Its file is no longer there" in " ".join(experiment_words(found, Speaker("en")))
    assert app.evaluation().experiments == (found,)
    app.close()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"content/series/facts/post.asks.fr.j2": None}, "has no post.asks.fr.j2"),
        ({"content/experiments/ask-or-tell.yaml": EXPERIMENT.replace("facts", "fact")}, "There is no series `fact`"),
        ({"content/experiments/ask-or-tell.yaml": EXPERIMENT.replace("  asks: {wording: asks}\n", "")}, "2 to 4 variants"),
        ({"content/experiments/ask-or-tell.yaml": EXPERIMENT.replace("{wording: asks}", "{}")}, "same as another"),
        ({"content/experiments/ask-or-tell.yaml": EXPERIMENT.replace("most_blocks: 40", "most_blocks: 3")}, "12 or more"),
        ({"content/experiments/ask-or-tell.yaml": EXPERIMENT.replace(", fr: Une question aide-t-elle?", "")}, "no text in `fr`"),
        ({"content/experiments/other.yaml": EXPERIMENT}, "in the experiment `ask-or-tell` already"),
        ({"content/experiments/ask-or-tell.yaml": "\ufffd: ["}, ""),
        ({"content/experiments/ask-or-tell.yaml": ""}, ""),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_experiment_is_told_with_its_place(
    tmp_path: Path, changed: dict[str, str | None], message: str
) -> None:
    directory = write_campaign(tmp_path / "c", **{**WORDINGS, **changed})
    _, problems = App(directory, environ={}).load()
    told = [one for one in problems if one.blocks and message in one.message]
    assert told or not message
    assert all(one.file for one in told)


# The verdict

FILE = ExperimentFile.model_validate(
    {"question": {"en": "?"}, "series": "s", "variants": {"tells": {}, "asks": {"wording": "asks"}},
     "smallest_effect": 25, "most_blocks": 60, "age": "24h"}
)  # fmt: skip
COUNTS = Counts.__struct_fields__
SENT = datetime(2027, 1, 18, 17, tzinfo=UTC)
ONE = Measured(
    delivery="d", post="p", series="s", item="i", priority="", commitments=(), rung="", answers="", account="x-en",
    network="x", language="en", due=SENT, state=State.SENT, sent=SENT, experiment="e",
)  # fmt: skip


def judged(
    pairs: Sequence[tuple[int | None, int | None]], *, now: datetime = SENT + timedelta(days=400)
) -> ExperimentResult:
    """Blocks of one account: engagements of `tells` and of `asks`; None: not read."""
    measured = [
        replace(
            ONE, delivery=f"{block}{variant}", block=block, variant=variant, sent=SENT + timedelta(days=block),
            reads=() if likes is None or now - SENT < timedelta(days=block + 1) else ((24.0, tuple(likes if n == "likes" else None for n in COUNTS)),),
        )
        for block, pair in enumerate(pairs)
        for variant, likes in zip(("tells", "asks"), pair, strict=True)
    ]  # fmt: skip
    return experiment_result("e", FILE, measured, declared=Declared("0" * 64, SENT), changed=False, now=now)


def test_verdicts() -> None:
    noise = [0, 3, -2, 4, -3, 2, -4, 1]
    won = judged([(20 + noise[n % 8], 40 - noise[n % 7]) for n in range(30)])
    assert won.verdict == "won"
    assert won.arms[1].ratio is not None
    assert won.arms[1].ratio.low > 1
    assert judged([(40 - noise[n % 7], 20 + noise[n % 8]) for n in range(30)]).verdict == "lost"
    assert judged([(100 + noise[n % 8], 100 - noise[(n + 3) % 8]) for n in range(60)]).verdict == "no difference"
    assert judged([(20, 40)] * (FEWEST_BLOCKS - 1)).verdict == "not yet"
    assert judged([]).verdict == "not yet"


def test_blocks_wait_until_each_of_their_deliveries_is_old_enough() -> None:
    found = judged([(20, 40)] * 30, now=SENT + timedelta(days=20))
    assert (found.blocks, found.waiting) == (20, 20)
    waiting = " ".join(experiment_words(found, Speaker("fr")))
    assert f"Envois pas encore parus ou trop récents\u00a0:\u00a0{found.waiting}" in waiting
    assert (
        "réactions à l’âge de 1\u00a0jour, des envois sur lesquels porte le résultat\u00a0: «\u00a0tells\u00a0» 20 (20\u00a0envois)"
        in waiting.replace("20 envois", "20\u00a0envois")
    )
    replies = " ".join(experiment_words(replace(judged([(20, 40)] * 30), metric="replies"), Speaker("en")))
    assert "replies than “tells”" in replies  # not "engagement", which nobody asked about
    assert "Medians per delivery, replies at the age of" in replies
    unread = judged([(20, 40)] * 29 + [(20, None)])
    assert (unread.blocks, unread.dropped) == (29, 1)
    assert "left out (“tells” 0, “asks” 1); if one" in " ".join(experiment_words(unread, Speaker("en")))


def test_blocks_are_counted_as_each_language_does() -> None:
    words = {(n, language): " ".join(experiment_words(judged([(20, 40)] * n), Speaker(language)))
             for n in (0, 1, 2) for language in ("en", "fr")}  # fmt: skip
    for (number, language), noun in {
        (0, "en"): "0 blocks of", (1, "en"): "1 block of", (2, "en"): "2 blocks of",
        (0, "fr"): "0\u00a0bloc sur", (1, "fr"): "1\u00a0bloc sur", (2, "fr"): "2\u00a0blocs sur",
    }.items():  # fmt: skip
        assert noun in words[number, language]


@pytest.mark.parametrize(
    ("age", "english", "french"),
    [
        (timedelta(minutes=1), "1\u00a0minute", "1\u00a0minute"),
        (timedelta(minutes=90), "90\u00a0minutes", "90\u00a0minutes"),
        (timedelta(hours=36), "36\u00a0hours", "36\u00a0heures"),
        (timedelta(days=7), "7\u00a0days", "7\u00a0jours"),
    ],
)
def test_an_age_is_told_in_the_largest_unit_without_rest(age: timedelta, english: str, french: str) -> None:
    assert (Speaker("en").age(age), Speaker("fr").age(age)) == (english, french)


def test_with_all_blocks_in_nothing_is_not_decided_yet() -> None:
    found = judged([((5, 60), (60, 5))[n % 2] for n in range(60)])
    assert (found.verdict, found.stopped) == ("undecided", True)
    told = " ".join(experiment_words(found, Speaker("en")))
    assert ("yet" in told, "undecided" in told) == (False, True)
    assert (experiment_verdict(found, Speaker("en")), experiment_verdict(found, Speaker("fr"))) == (
        "undecided",
        "indécis",
    )


def test_all_zero_and_huge_counts_decide_nothing_by_accident() -> None:
    for value in (0, 10**9):
        found = judged([(value, value)] * 40)
        assert found.verdict in ("no difference", "not yet")
        json.dumps([arm.ratio and arm.ratio.high for arm in found.arms], allow_nan=False)


# The promises, quickly (`make simulate` keeps them with 2,000 runs)


def test_looking_after_every_block_errs_once_in_twenty_at_most() -> None:
    for world, share in simulate.false_wins(runs=120, blocks=40).items():
        assert share <= 0.05, world


def test_the_planned_number_of_blocks_finds_the_effect() -> None:
    found = simulate.power(runs=150)
    assert found["found"] >= found["promised"] - 3 * 0.033  # three standard errors


def test_intervals_cover_the_truth() -> None:
    assert min(simulate.coverage(runs=150, blocks=40).values()) >= 0.94 - 0.03
    assert min(simulate.comparisons(runs=150).values()) >= 0.94 - 0.06


def test_planning_by_power_is_consistent() -> None:
    needed = blocks_needed(0.3, 0.5)
    smallest = smallest_effect(needed, 0.5)
    assert smallest is not None
    assert abs(smallest - 0.3) < 0.03
    assert blocks_needed(0.6, 0.5) < needed < blocks_needed(0.3, 0.9)
    assert smallest_effect(FEWEST_BLOCKS - 1, 0.5) is None


@given(st.lists(st.floats(-20, 20), max_size=80))
def test_an_interval_holds_its_own_middle_and_is_finite(differences: list[float]) -> None:
    found = interval(differences)
    if found is None:
        assert len(differences) < FEWEST_BLOCKS
    else:
        assert found.low <= found.estimate <= found.high
        json.dumps([found.low, found.high], allow_nan=False)


def test_the_record_of_a_declaration_cannot_be_changed(tmp_path: Path) -> None:
    app = an_app(tmp_path / "c")
    app.plan()
    app.close()
    with connect(str(tmp_path / "c" / "test.db")) as db, pytest.raises(Exception, match="append-only"):
        db.execute("update event set detail = '{}' where action = 'experiment declared'")


def test_one_that_begins_late_deals_from_the_next_post_on_and_goes_on_there(tmp_path: Path) -> None:
    """Else it would spend its blocks on posts that were out before it began."""
    more = 'later:\n  series: facts\n  when: {dates: [2027-01-27 09:00, 2027-01-28 09:00]}\n'  # fmt: skip
    data = "content/data/facts.yaml"
    fifth = "- id: five\n  text: {en: A fifth fact is here., fr: Un cinquième fait est là.}\n"
    app = an_app(tmp_path / "c", **{"schedules/more.yaml": more, data: WORDINGS[data] + fifth})
    blocks: dict[str, int] = {}
    for day, until in ((20, 26), (22, 29)):
        app.clock = lambda day=day: datetime(2027, 1, day, tzinfo=UTC)
        app.plan(until=datetime(2027, 1, until, tzinfo=UTC))
        blocks = {one.key: app.store.assignments()[one.key].block for one in app.store.deliveries()}
    days = {(one.due.day, blocks[one.key]) for one in app.store.deliveries()}
    assert days == {(21, 0), (25, 0), (27, 1), (28, 1)}
    app.close()

"""Ending an experiment: what was sent until then is judged by what was declared, and nobody can turn it afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaign_bot.app import App
from campaign_bot.errors import NotFound, StateError
from campaign_bot.evaluate.experiments import Declared, End, ExperimentResult, as_declared, experiment_result
from campaign_bot.library.lots import design
from campaign_bot.model import Assignment, Delivery, Measured, State
from campaign_bot.report.learning import experiment_verdict, experiment_words
from campaign_bot.report.words import Speaker
from campaign_bot.values import replace
from tests.campaigns import write_campaign
from tests.database import connect
from tests.stage import DUE, Stage, set_stage
from tests.test_experiments import COUNTS, EXPERIMENT, FILE, NOW, ONE, SENT, TIMES, WORDINGS, an_app

FILE_OF = "content/experiments/ask-or-tell.yaml"
ASKS = ("content/series/facts/post.asks.en.j2", "content/series/facts/post.asks.fr.j2")
DAY = timedelta(days=1)
NO_PICTURES = {
    "content/series/facts/series.yaml": "title: {en: Facts, fr: Faits}\npurpose: {en: Tell, fr: Dire}\n"
    "priority: impact\nitems: {data: facts}\n"
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """Planned: three posts, six accounts, nothing sent."""
    made = an_app(tmp_path / "c")
    made.plan()
    yield made
    made.close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The first post of a block of two is out, and counted after a day; the second is approved."""
    with set_stage(tmp_path, {**WORDINGS, **NO_PICTURES}, approved=False, now=DUE - timedelta(hours=1)) as made:
        made.app.plan(until=DUE + 9 * DAY)
        drafts = made.app.store.deliveries()
        assert all(one.done for one in made.app.approve(drafts, made.app.findings(drafts), person="alex"))
        made.work(until=2 * DAY)
        yield made


def open_ones(app: App) -> list[Delivery]:
    return app.store.deliveries((State.DRAFT, State.APPROVED))


def asks(one: Delivery) -> bool:
    return one.content.text.startswith(("Did you know?", "Le saviez-vous?"))


def events(app: App, action: str) -> list[Any]:
    return [one for one in app.store.events() if one.action == action]


# What it does


def test_it_is_in_the_record_and_nothing_more_is_dealt(app: App) -> None:
    before = {one.key: one for one in open_ones(app) if asks(one)}
    ending = app.end_experiment("ask-or-tell", "The pilot is over.")
    assert (ending.let_go, ending.changing, ending.approved) == (18, len(before), 0)
    (event,) = events(app, "experiment ended")
    assert (event.subject, event.actor, event.detail["reason"]) == ("ask-or-tell", app.person, "The pilot is over.")
    found = app.plan()
    assert found.problems == []
    assert {one.delivery.key for one in found.changes if one.delivery} == set(before)
    assert not any(asks(one) for one in open_ones(app))
    assert app.plan().changes == []
    assert app.beside_record() == []


def test_what_changes_by_it_takes_approval_anew_and_the_rest_keeps_its_own(stage: Stage) -> None:
    app = stage.app
    changing = {one.key for one in open_ones(app) if asks(one)}
    ending = app.end_experiment("ask-or-tell", "Enough.")
    assert ending.let_go == len(open_ones(app)) == 12
    assert ending.changing == ending.approved == len(changing)
    app.plan(until=DUE + 9 * DAY)
    assert {one.key for one in app.store.deliveries((State.DRAFT,))} == changing
    assert app.store.deliveries((State.APPROVED,)) != []


def test_times_that_were_dealt_are_those_of_the_schedule_again(tmp_path: Path) -> None:
    app = an_app(tmp_path / "c", **TIMES)
    app.plan()
    assert {one.due.astimezone(app.zone).hour for one in app.store.deliveries()} == {12, 19}
    late = sum(one.variant == "evening" for one in app.store.assignments().values())
    assert app.end_experiment("ask-or-tell", "Enough.").changing == late
    app.plan()
    assert {one.due.astimezone(app.zone).hour for one in app.store.deliveries()} == {12}
    app.close()


@pytest.mark.parametrize("files", [
    {FILE_OF: EXPERIMENT.replace("smallest_effect: 25", "smallest_effect: 5").replace("asks}\n", "asks}\n  tells: {}\n", 1)},
    {"content/series/facts/post.en.j2": "Did you know? {{ item.text }}\n"},  # who adopts the winner
    {FILE_OF: None, **dict.fromkeys(ASKS)},
    {FILE_OF: None, **dict.fromkeys(ASKS), "content/series/facts/post.en.j2": "Did you know? {{ item.text }}\n"},
    {FILE_OF: "variants: ["},
])  # fmt: skip
def test_its_files_may_change_and_go_and_the_result_stands(stage: Stage, files: dict[str, str | None]) -> None:
    app, directory = stage.app, stage.app.directory
    app.end_experiment("ask-or-tell", "Enough.")
    (before,) = app.experiment_results()
    for name, text in files.items():
        (directory / name).unlink() if text is None else (directory / name).write_text(text, encoding="utf-8")
    problems, posts, _ = app.check()
    assert [one for one in problems if one.blocks] == []
    assert posts == 3
    app.plan(until=DUE + 9 * DAY)
    (after,) = app.experiment_results()
    assert (after.changed, after.gone, after.verdict) == (False, False, "undecided")
    assert after == before
    assert [one for one in app.store.assignments().values() if not one.left_as] == []
    assert app.beside_record() == []


def test_an_ended_name_never_begins_again(app: App, tmp_path: Path) -> None:
    app.end_experiment("ask-or-tell", "Enough.")
    dealt = app.store.assignments()
    write_campaign(tmp_path / "c", **{**WORDINGS, FILE_OF: EXPERIMENT.replace("most_blocks: 40", "most_blocks: 99")})
    app.plan()
    assert app.store.assignments() == dealt
    with pytest.raises(NotFound, match="has ended"):
        app.experiment_plans("ask-or-tell")


def test_the_next_experiment_begins_with_posts_that_were_never_of_the_last(app: App, tmp_path: Path) -> None:
    app.end_experiment("ask-or-tell", "Enough.")
    files = {"content/experiments/again.yaml": EXPERIMENT, "schedules/more.yaml": 'later:\n  series: facts\n  when: {dates: [2027-01-27 09:00, 2027-01-28 09:00]}\n'}  # fmt: skip
    more = "- id: five\n  text: {en: A fifth fact is here., fr: Un cinquième fait est là.}\n"
    data = "content/data/facts.yaml"
    write_campaign(tmp_path / "c", **{**WORDINGS, **files, data: WORDINGS[data] + more})
    app.plan()
    dealt = app.store.assignments()
    of_next = {key: one for key, one in dealt.items() if one.experiment == "again"}
    assert {one.block for one in of_next.values()} == {0}
    due = {one.due.date().isoformat() for one in app.store.deliveries() if one.key in of_next}
    assert due == {"2027-01-27", "2027-01-28"}


# Who and when


@pytest.mark.parametrize(("name", "reason", "error", "message"), [
    ("ask-or-tel", "Enough.", NotFound, "There is no experiment “ask-or-tel”"),
    ("ask-or-tell", " ", StateError, "Why does it end"),
])  # fmt: skip
def test_what_cannot_be_ended_is_told(app: App, name: str, reason: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        app.end_experiment(name, reason)
    assert app.store.ended() == {}


def test_it_ends_once(app: App) -> None:
    app.end_experiment("ask-or-tell", "Enough.")
    head = app.store.head()
    with pytest.raises(StateError, match="has ended already, on 2027-01-16"):
        app.end_experiment("ask-or-tell", "Enough again.")
    assert app.store.end("ask-or-tell", "Enough again.", now=NOW, actor="alex") is None
    assert app.store.head() == head


def test_one_that_has_not_begun_does_not_end(tmp_path: Path) -> None:
    app = an_app(tmp_path / "c")
    with pytest.raises(StateError, match="has not begun"):
        app.end_experiment("ask-or-tell", "Enough.")
    app.close()


@pytest.mark.parametrize(("file", "text"), [
    (FILE_OF, EXPERIMENT.replace("smallest_effect: 25", "smallest_effect: 5")),
    ("content/series/facts/post.en.j2", "Another text. {{ item.text }}\n"),
    (FILE_OF, None),
])  # fmt: skip
def test_what_is_not_what_was_declared_does_not_end_before_it_is_put_back(
    app: App, tmp_path: Path, file: str, text: str | None
) -> None:
    path = tmp_path / "c" / file
    before = path.read_text("utf-8")
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    for name in ASKS if text is None else ():
        (tmp_path / "c" / name).unlink()
    app.__dict__.pop("library")
    with pytest.raises(StateError, match="its result does not count") as told:
        app.end_experiment("ask-or-tell", "Enough.")
    assert "Put back what was declared" in told.value.advice
    assert app.store.ended() == {}
    write_campaign(tmp_path / "c", **{**WORDINGS, file: before})
    app.__dict__.pop("library")
    app.end_experiment("ask-or-tell", "Enough.")


# What counts


def ended(
    pairs: Sequence[tuple[int | None, int | None]], *changed: tuple[int, str, dict[str, Any]], at: datetime | None = None,
    now: datetime = SENT + 400 * DAY, also: Sequence[Measured] = (),
) -> ExperimentResult:  # fmt: skip
    """As `judged` of the other tests, ended; `changed`: of a block's variant, what is otherwise."""
    measured: list[Measured] = list(also)
    for block, pair in enumerate(pairs):
        for variant, likes in zip(("tells", "asks"), pair, strict=True):
            reads = ((24.0, tuple(likes if n == "likes" else None for n in COUNTS)),)
            one = replace(
                ONE, delivery=f"{block}{variant}", block=block, variant=variant, sent=SENT + block * DAY, left_as="sent",
                reads=() if likes is None or now - SENT < (block + 1) * DAY else reads,
            )  # fmt: skip
            more = next((what for where, which, what in changed if (where, which) == (block, variant)), {})
            measured.append(replace(one, **more))
    end = End(at or SENT + len(pairs) * DAY, "Enough.")
    return experiment_result("e", FILE, measured, declared=Declared("0" * 64, SENT), changed=False, now=now, ended=end)


NOISE = [0, 3, -2, 4, -3, 2, -4, 1]
WON = [(20 + NOISE[n % 8], 40 - NOISE[n % 7]) for n in range(30)]


def test_verdicts_of_ended_ones() -> None:
    assert ended(WON).verdict == "won"
    assert ended([(b, a) for a, b in WON]).verdict == "lost"
    assert ended([(100 + NOISE[n % 8], 100 - NOISE[(n + 3) % 8]) for n in range(59)]).verdict == "no difference"
    for few in ((), WON[:3], [((5, 60), (60, 5))[n % 2] for n in range(20)]):
        found = ended(few)
        assert (found.verdict, {one.verdict for one in found.arms[1:]}) == ("undecided", {"undecided"})
        for language, word in (("en", "undecided"), ("fr", "indécis")):
            told = " ".join(experiment_words(found, Speaker(language)))
            assert experiment_verdict(found, Speaker(language)) == word
            assert word in told and "yet" not in told and "pas encore" not in told
            assert f"{len(few)}" in told and "Enough." in told


def test_what_had_left_and_is_too_young_still_counts_when_it_is_old_enough() -> None:
    early = ended(WON, now=SENT + 20 * DAY)
    assert (early.blocks, early.waiting, early.stopped) == (20, 20, False)
    assert "not old enough yet; what they find still counts" in " ".join(experiment_words(early, Speaker("en")))
    assert ended(WON[:5], now=SENT + 4 * DAY).verdict == "not yet"
    assert (ended(WON).blocks, ended(WON).waiting) == (30, 0)


def test_a_block_that_the_end_cut_does_not_count_whatever_came_of_its_other_half() -> None:
    huge = ((24.0, tuple(9_000 if n == "likes" else None for n in COUNTS)),)
    for what in ({"state": State.DRAFT, "sent": None, "reads": ()}, {"reads": huge}):
        found = ended(WON, (29, "asks", {"left_as": "approved", **what}))
        assert (found.blocks, found.waiting, found.dropped, found.cut) == (29, 0, 0, 1)
        assert replace(found, cut=0) == replace(ended(WON[:29]), ended=found.ended, arms=found.arms)
        assert found.arms[1] == ended(WON[:29]).arms[1]
    assert "Left out: 1 block" in " ".join(experiment_words(found, Speaker("en")))
    assert "doubt" not in " ".join(experiment_words(found, Speaker("en")))
    let_go = {"left_as": "draft", "state": State.DRAFT, "sent": None, "reads": ()}
    moved = ended(
        WON, (3, "asks", let_go), (29, "asks", let_go)
    )  # the end cuts one; somebody has moved the other there
    assert "2 blocks" in " ".join(experiment_words(moved, Speaker("en")))
    assert "doubt the result" in " ".join(experiment_words(moved, Speaker("en")))
    assert "doutez du résultat" in " ".join(experiment_words(moved, Speaker("fr")))


def test_medians_are_of_what_the_result_is_of() -> None:
    """What is counted in a block that is cut, lacks a variant, waits or comes after the last one is said, and is in no median."""
    huge = ((24.0, tuple(9_000 if n == "likes" else None for n in COUNTS)),)
    let_go = {"left_as": "draft", "state": State.DRAFT, "sent": None, "reads": ()}
    cut = [(block, "asks", let_go) for block in range(8, 30)]
    found = ended(WON, *cut, *((block, "tells", {"reads": huge}) for block in range(8, 30)))
    assert [(arm.posts, arm.left_out) for arm in found.arms] == [(8, 22), (8, 0)]
    assert found.arms[0].median == ended(WON[:8]).arms[0].median
    words = " ".join(experiment_words(found, Speaker("en")))
    assert "Counted, but not in the result: 22 deliveries" in words
    assert "(“tells” 22, “asks” 0)" in words
    assert "Relevés, mais hors du résultat" in " ".join(experiment_words(found, Speaker("fr")))
    uncounted = ended(WON, (3, "asks", {"reads": ()}))
    assert [(arm.posts, arm.left_out, arm.dropped) for arm in uncounted.arms] == [(29, 1, 0), (29, 0, 1)]
    assert "not in the result" not in " ".join(experiment_words(ended(WON), Speaker("en")))


def test_a_cut_block_does_not_count_for_the_accounts_that_had_both_variants_either() -> None:
    """With times of day, which accounts these are depends on the lot: whoever ends after noon would choose."""
    reads = ((24.0, tuple(9_000 if n == "likes" else None for n in COUNTS)),)
    one = replace(ONE, block=29, sent=SENT + 29 * DAY, left_as="sent", account="bluesky-en", reads=reads)
    both = [replace(one, delivery="t", variant="tells", reads=()), replace(one, delivery="a", variant="asks")]
    both[0] = replace(both[0], reads=((24.0, tuple(1 if n == "likes" else None for n in COUNTS)),))
    let_go = (29, "asks", {"left_as": "approved", "state": State.DRAFT, "sent": None, "reads": ()})
    found = ended(WON, let_go, also=both)
    assert (found.blocks, found.cut) == (29, 1)
    assert found.arms[1].ratio == ended(WON[:29]).arms[1].ratio


def test_what_becomes_later_of_one_that_had_not_left_changes_nothing() -> None:
    """Missed when it ended, it may be moved and sent: without a variant. Its block stays what it was."""
    before = ended(WON, (3, "asks", {"left_as": "missed", "state": State.MISSED, "sent": None, "reads": ()}))
    after = ended(WON, (3, "asks", {"left_as": "missed"}))
    assert before == after
    assert (before.blocks, before.dropped) == (29, 1)


def test_a_trial_that_was_counted_stays_one_when_the_post_is_taken_back() -> None:
    """Else whoever takes back what a variant did badly would turn the result."""
    taken_back = [(block, "tells", {"state": State.RETRACTED}) for block in range(10)]
    assert ended(WON, *taken_back) == ended(WON)
    uncounted = ended(WON, (3, "asks", {"state": State.RETRACTED, "reads": ()}))
    assert (uncounted.blocks, uncounted.dropped, uncounted.waiting) == (29, 1, 0)


def test_what_was_under_way_and_comes_back_is_no_trial(stage: Stage) -> None:
    app, now = stage.app, stage.clock()
    one, other = (each for each in open_ones(app) if each.account in ("x-en", "x-fr") and each.due < DUE + 4 * DAY)
    for each in (one, other):
        assert app.store.doubt(each.key, each.network_keys, now=now, why="an old copy")
    app.end_experiment("ask-or-tell", "Enough.")
    assert app.store.assignments()[one.key].left_as == "unconfirmed"
    app.store.settle_later(one.key, owner="", not_before=now, counted=True, now=now, why="it is not there", looks=0)
    assert app.store.assignments()[one.key].left_as == "failed"
    assert app.store.assignments()[other.key].left_as == "unconfirmed"
    app.plan(until=DUE + 9 * DAY)
    assert not any(asks(each) for each in open_ones(app))
    assert app.beside_record() == []


def test_what_was_dealt_as_it_ended_is_not_written_down(app: App) -> None:
    app.end_experiment("ask-or-tell", "Enough.")
    with connect(str(app.database)) as db:
        db.execute("delete from assignment")
    key = open_ones(app)[0].key
    assert app.store.assign([Assignment(key, "ask-or-tell", "asks", 0)], now=NOW) == 0
    assert app.store.declare("another", "0" * 64, "{}", now=NOW, actor="plan")
    assert app.store.assign([Assignment(key, "another", "asks", 0)], now=NOW) == 1


def test_while_its_file_is_gone_nothing_is_a_trial_also_when_it_comes_back(stage: Stage) -> None:
    app, path = stage.app, stage.app.directory / FILE_OF
    (path.parent / "ask-or-tell.yaml").unlink()
    for name in ASKS:
        (app.directory / name).unlink()
    (problem,) = app.plan(until=DUE + 9 * DAY).problems
    assert not problem.blocks and "is gone: its deliveries that have not left (12)" in problem.message
    assert app.plan(until=DUE + 9 * DAY).problems == []  # it is told once
    (event,) = events(app, "experiment interrupted")
    assert event.detail["let_go"] == 12
    write_campaign(app.directory, **{**WORDINGS, **NO_PICTURES})
    app.plan(until=DUE + 9 * DAY)
    assert not any(asks(one) for one in open_ones(app))
    (found,) = app.experiment_results()
    assert (found.changed, found.cut, found.waiting) == (False, 1, 0)
    assert len(events(app, "experiment interrupted")) == 1
    assert app.end_experiment("ask-or-tell", "Enough.").let_go == 0
    assert app.beside_record() == []


# What was written down


@pytest.mark.parametrize("files", [WORDINGS, TIMES])
def test_the_design_in_the_record_is_the_file_again(tmp_path: Path, files: dict[str, str | None]) -> None:
    text = (
        str(files[FILE_OF]).replace("  tells: {}\n", "").replace("\nage:", "\n  tells: {}\nage:")
    )  # `tells` is not first
    app = an_app(tmp_path / "c", **{**files, FILE_OF: text + "starts: 2027-01-18\nmetric: likes\n"})
    file = app.library.experiments["ask-or-tell"]
    again = as_declared(design(file, app.library.series["facts"].templates, ["x"])[0])
    assert (again, list(again.variants)) == (file, list(file.variants))
    app.close()


@pytest.mark.parametrize(("sql", "message"), [
    ("update experiment set design = replace(design, '25.0', '5.0')", "not what was declared"),
    ("update experiment set ended_ms = null", "has ended by the record"),
    ("update experiment set ended_reason = 'It was won.'", "ended otherwise"),
    ("update experiment set ended_ms = ended_ms - 1", "ended otherwise"),
    ("update assignment set variant = 'asks'", "variants are others"),
    ("delete from assignment where block = 0", "variants are others"),
    ("update assignment set left_as = 'sent' where left_as = 'approved'", "variants are others"),
    ("update assignment set left_as = 'draft' where left_as = 'sent'", "variants are others"),
])  # fmt: skip
def test_the_tables_are_held_against_the_record(stage: Stage, sql: str, message: str) -> None:
    stage.app.end_experiment("ask-or-tell", "Enough.")
    assert stage.app.beside_record() == []
    with connect(str(stage.app.database)) as db:
        db.execute(sql)
    (found,) = stage.app.beside_record()
    assert found[0] == "experiment ask-or-tell" and message in found[1]


def test_one_that_ended_by_no_record_is_found(app: App) -> None:
    with connect(str(app.database)) as db:
        db.execute("update experiment set ended_ms = 1")
    assert app.beside_record() == [("experiment ask-or-tell", "it has not ended by the record")]


def test_a_design_that_was_altered_makes_the_result_void(app: App) -> None:
    app.end_experiment("ask-or-tell", "Enough.")
    with connect(str(app.database)) as db:
        db.execute("update experiment set design = replace(design, '25.0', '5.0')")
    (found,) = app.experiment_results()
    assert found.verdict == "void"
    assert "altered in the database" in " ".join(experiment_words(found, Speaker("en")))

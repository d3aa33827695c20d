"""Who has to say yes, and that a post is one thing in all its languages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from campaign_bot.app import App
from campaign_bot.approve import Decision
from campaign_bot.errors import StateError
from campaign_bot.model import Delivery, State
from campaign_bot.pairs import pairs
from campaign_bot.rehearsal import CompressedClock, rehearse
from campaign_bot.sandbox.world import Fault
from tests.campaigns import CAMPAIGN, FACTS, SERIES, write_campaign
from tests.stage import ALONE, DUE, Stage, set_stage

HOUR = timedelta(hours=1)
PEOPLE = """\
people:
  alex: [editor]
  sam: [editor, director]
  noor: [director]
"""


def rules(text: str) -> dict[str, str]:
    return {"content/campaign.yaml": CAMPAIGN + PEOPLE + text}


def of(stage: Stage, network: str = "mastodon") -> list[Delivery]:
    return [stage.delivery(f"{network}-en"), stage.delivery(f"{network}-fr")]


def approve(stage: Stage, person: str, deliveries: Sequence[Delivery] | None = None) -> Decision:
    """Both sides of one network's post, or these. Returns what became of the first."""
    chosen = of(stage) if deliveries is None else deliveries
    return stage.app.approve(chosen, stage.app.findings(chosen), person=person)[0]


def states(stage: Stage, network: str = "mastodon") -> set[State]:
    return {one.state for one in of(stage, network)}


# ---- how many, and who


def test_two_people_are_two_people(tmp_path: Path) -> None:
    with set_stage(tmp_path, rules("approvals: {needed: 2}\n"), approved=False) as stage:
        assert approve(stage, "alex").given == 1
        assert (states(stage), of(stage)[0].reason) == ({State.DRAFT}, "1 of 2 approvals")
        assert approve(stage, "alex").why == "alex has approved it already; another person is needed"
        assert approve(stage, "sam").complete
        assert states(stage) == {State.APPROVED}
        stage.work(until=HOUR)
        assert states(stage) == {State.SENT}


def test_nothing_leaves_with_one_of_two_although_a_table_says_approved(tmp_path: Path) -> None:
    with set_stage(tmp_path, rules("approvals: {needed: 2}\n"), approved=False) as stage:
        approve(stage, "alex")
        app: Any = stage.app
        with app.store._connections.write() as db:
            db.execute("update delivery set state = 'approved'")
        stage.work(until=HOUR)
        assert stage.networks.world.posts == []
        assert of(stage)[0].reason == "not sent: 1 of 2 approvals"


@pytest.mark.parametrize(
    ("person", "why"),
    [
        ("alex", "alex has not the role it takes: director"),
        ("mallory", "mallory is not one of the campaign's people"),
        ("noor", ""),
    ],
)
def test_a_role_is_needed(tmp_path: Path, person: str, why: str) -> None:
    with set_stage(tmp_path, rules("approvals: {roles: [director]}\n"), approved=False) as stage:
        assert approve(stage, person).why == why
        assert states(stage) == ({State.DRAFT} if why else {State.APPROVED})


def test_the_first_special_rule_that_fits_holds_and_inherits_the_rest(tmp_path: Path) -> None:
    text = "approvals: {roles: [director], rules: [{accounts: [x-en, x-fr], needed: 2}, {series: [facts], roles: [editor]}]}\n"
    with set_stage(tmp_path, rules(text), approved=False) as stage:
        assert approve(stage, "noor", of(stage, "x")).needed == 2
        assert approve(stage, "alex", of(stage, "x")).why == "alex has not the role it takes: director"
        assert approve(stage, "alex").complete


def test_an_old_approval_does_not_count_any_more(tmp_path: Path) -> None:
    with set_stage(tmp_path, approved=False) as stage:
        stage.app.clock = CompressedClock(DUE - timedelta(days=4))
        approve(stage, "alex")
        stage.app.clock = stage.clock
        write_campaign(stage.app.directory, **rules("approvals: {expires: 3d}\n"))
        stage.app.plan()
        stage.work(until=HOUR)
        assert (states(stage), stage.posts("mastodon-en")) == ({State.DRAFT}, 0)
        assert of(stage)[0].reason == "not sent: the approval of alex of 2027-01-14 has expired"


def test_an_expired_half_is_not_completed_by_the_other(tmp_path: Path) -> None:
    with set_stage(tmp_path, rules("approvals: {needed: 2, expires: 9d}\n"), approved=False) as stage:
        stage.app.clock = CompressedClock(DUE - timedelta(days=4))
        approve(stage, "alex")
        stage.app.clock = stage.clock
        write_campaign(stage.app.directory, **rules("approvals: {needed: 2, expires: 3d}\n"))
        stage.app.plan()
        approve(stage, "sam")
        assert approve(stage, "noor").complete
        people = {one.person for one in stage.app.store.trail(of(stage)[0].key).approvals}
        assert people == {"sam", "noor"}


def test_a_stricter_rule_holds_for_what_was_approved_before_it(stage: Stage) -> None:
    write_campaign(stage.app.directory, **rules("approvals: {needed: 2}\n"))
    stage.app.plan()
    stage.work(until=HOUR)
    assert stage.networks.world.posts == []
    assert of(stage)[0].reason == "not sent: 1 of 2 approvals"


def test_what_does_not_suffice_any_more_is_a_draft_when_the_files_are_planned(tmp_path: Path) -> None:
    """And not only at its time, when nobody can approve it any more."""
    with set_stage(tmp_path, now=DUE - HOUR) as stage:
        write_campaign(stage.app.directory, **rules("approvals: {needed: 2}\n"))
        stage.app.plan()
        stage.app.plan(until=DUE + HOUR)
        assert states(stage) == {State.DRAFT}
        assert approve(stage, "sam").given == 1
        assert {one.kind for one in stage.app.health().open_concerns} >= {"unapproved"}


def test_what_would_expire_before_its_time_is_approved_later(tmp_path: Path) -> None:
    with set_stage(tmp_path, rules("approvals: {expires: 3d}\n"), approved=False) as stage:
        stage.app.clock = CompressedClock(DUE - timedelta(days=4))
        assert approve(stage, "alex").why == (
            "it is due 2027-01-18, and an approval counts for 3 days: approve it later"
        )


# ---- self-approval


def queued(stage: Stage, person: str) -> list[Delivery]:
    stage.app.settings.person = person
    return stage.app.queue(["mastodon-en"], "Something else to tell people about today.", DUE + HOUR, [], allow=ALONE)


@pytest.mark.parametrize("where", ["row", "series"])
def test_files_may_say_who_wrote_a_post(tmp_path: Path, where: str) -> None:
    files = rules("approvals: {}\n") | (
        {"content/data/facts.yaml": FACTS.replace("- id: one\n", "- id: one\n  author: alex\n")}
        if where == "row"
        else {"content/series/facts/series.yaml": SERIES + "author: alex\n"}
    )
    with set_stage(tmp_path, files, approved=False) as stage:
        assert "another person" in approve(stage, "alex").why
        assert approve(stage, "sam").complete


def test_who_moved_a_post_changed_it(tmp_path: Path) -> None:
    with set_stage(tmp_path, rules("approvals: {}\n"), approved=False, now=DUE - HOUR) as stage:
        stage.app.settings.person = "alex"
        stage.app.move(of(stage), DUE + timedelta(minutes=20))
        assert "another person" in approve(stage, "alex").why


def test_without_a_section_one_person_does_it_all(tmp_path: Path) -> None:
    with set_stage(tmp_path, approved=False) as stage:
        assert approve(stage, "alex", queued(stage, "alex")).complete


def test_an_edit_in_public_needs_what_the_post_needed(tmp_path: Path) -> None:
    with set_stage(tmp_path, rules("approvals: {self_approval: true, roles: [director]}\n"), approved=False) as stage:
        approve(stage, "noor")
        stage.work(until=HOUR)
        sent = stage.delivery("mastodon-en")
        stage.app.settings.person = "alex"
        with pytest.raises(StateError, match="has not the role it takes"):
            stage.app.edit(sent, 0, stage.app.edited(sent, 0, "Mended."))
        stage.app.settings.person = "noor"
        stage.app.edit(sent, 0, stage.app.edited(sent, 0, "Mended."))
        assert stage.delivery("mastodon-en").content.text == "Mended."


# ---- times


@pytest.mark.parametrize(("minutes", "state"), [(4, State.APPROVED), (6, State.DRAFT), (-4, State.APPROVED)])
def test_a_time_may_move_a_little(tmp_path: Path, minutes: int, state: State) -> None:
    with set_stage(tmp_path, rules("approvals: {tolerance: 5m}\n"), approved=False, now=DUE - HOUR) as stage:
        approve(stage, "sam")
        stage.app.settings.person = "sam"
        stage.app.move(of(stage), DUE + timedelta(minutes=minutes))
        assert states(stage) == {state}
        stage.clock.move_to(DUE + timedelta(minutes=minutes))
        stage.app.work()
        assert stage.posts("mastodon-en") == (state is State.APPROVED)


def test_small_steps_do_not_add_up(tmp_path: Path) -> None:
    with set_stage(tmp_path, rules("approvals: {tolerance: 5m}\n"), approved=False, now=DUE - HOUR) as stage:
        approve(stage, "sam")
        stage.app.settings.person = "sam"
        for minutes in (4, 8):
            stage.app.move(of(stage), DUE + timedelta(minutes=minutes))
        assert states(stage) == {State.DRAFT}


# ---- one thing in all languages


def test_a_side_that_is_approved_already_does_not_keep_the_other_back(stage: Stage) -> None:
    """As after a restore, when one side was looked up and the other is a draft."""
    french = stage.delivery("x-fr")
    stage.app.store.void(french.key, now=stage.clock(), actor="alex", why="a drill")
    english, french_now = stage.app.approve(of(stage, "x"), {}, person="sam")
    assert english.why == "it is approved, and only a draft can be approved"
    assert french_now.complete
    assert states(stage, "x") == {State.APPROVED}


def test_one_side_alone_is_refused(tmp_path: Path) -> None:
    with set_stage(tmp_path, approved=False) as stage:
        why = approve(stage, "alex", [stage.delivery("x-en")]).why
        assert why.startswith("it goes together with x-fr (fr): approve the post")
        with pytest.raises(StateError, match="goes together with x-fr"):
            stage.app.move([stage.delivery("x-en")], DUE + HOUR)
        assert states(stage, "x") == {State.DRAFT}


def test_both_or_neither(tmp_path: Path) -> None:
    """Something blocks the French side: the English one is not approved without it."""
    facts = FACTS.replace("Le premier fait de tous.", "Le premier fait de tous. " + "x" * 600)
    with set_stage(
        tmp_path, {"content/data/facts.yaml": facts, "content/cards/fact.svg.j2": CARD}, approved=False
    ) as stage:
        both = of(stage)
        english, french = stage.app.approve(both, stage.app.findings(both), person="alex")
        assert "too-long" in french.why
        assert english.why.startswith("it goes together with mastodon-fr, and that cannot be approved: ")
        assert states(stage) == {State.DRAFT}


CARD = '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="675"><rect width="9" height="9"/></svg>'


def refused() -> Fault:
    return Fault("status", "POST /api/v1/statuses", times=1, code=422, body='{"error":"no"}')


def test_when_one_side_fails_the_other_is_held_until_a_person_lets_it_go(tmp_path: Path) -> None:
    with set_stage(tmp_path) as stage:
        stage.networks.world.faults.append(refused())
        late = stage.delivery("mastodon-fr")
        stage.app.store.postpone(late.key, not_before=DUE + timedelta(minutes=2), now=DUE, why="a limit")
        stage.work(until=timedelta(minutes=10))
        held = stage.delivery("mastodon-fr")
        assert (held.state, stage.posts("mastodon-fr")) == (State.APPROVED, 0)
        assert held.held.startswith("not sent: its other side, mastodon-en (en), is failed: ")
        assert {one.kind for one in stage.app.health().open_concerns} >= {"failed", "held"}
        assert stage.posts("x-en") == 1, "other networks are pairs of their own"
        stage.app.store.release(held.key, not_before=stage.clock(), now=stage.clock(), actor="alex")
        stage.work(until=timedelta(minutes=1))
        assert stage.posts("mastodon-fr") == 1


def test_by_the_campaigns_choice_the_other_side_goes_all_the_same(tmp_path: Path) -> None:
    with set_stage(tmp_path, {"content/campaign.yaml": CAMPAIGN + "pairs: {when_one_fails: send}\n"}) as stage:
        stage.networks.world.faults.append(refused())
        late = stage.delivery("mastodon-fr")
        stage.app.store.postpone(late.key, not_before=DUE + timedelta(minutes=2), now=DUE, why="a limit")
        stage.work(until=timedelta(minutes=10))
        assert (stage.delivery("mastodon-en").state, stage.posts("mastodon-fr")) == (State.FAILED, 1)
        assert "failed" in {one.kind for one in stage.app.health().open_concerns}


def test_sides_are_complete_together(tmp_path: Path) -> None:
    """One side has lost the approval that both had: the other waits for it."""
    with set_stage(tmp_path, rules("approvals: {needed: 2}\n"), approved=False) as stage:
        approve(stage, "alex")
        stage.app.store.void(stage.delivery("mastodon-fr").key, now=stage.clock(), actor="sam", why="a drill")
        assert approve(stage, "noor").done
        assert states(stage) == {State.DRAFT}
        assert approve(stage, "sam").done
        assert states(stage) == {State.APPROVED}


def test_rejecting_one_side_takes_the_others_approval_back(stage: Stage) -> None:
    stage.app.reject([stage.delivery("x-fr")], person="sam", note="le ton")
    assert states(stage, "x") == {State.DRAFT}
    assert states(stage) == {State.APPROVED}


def test_sides_of_different_networks_are_a_pair_where_each_has_one_language(tmp_path: Path) -> None:
    accounts = (
        "  x-en: {network: x, language: en, handle: a}\n  mastodon-fr: {network: mastodon, language: fr, handle: b}\n"
    )
    head, _, rest = CAMPAIGN.partition("accounts:\n")
    campaign = head + "accounts:\n" + accounts + "collect_at" + rest.partition("collect_at")[2]
    with set_stage(tmp_path, {"content/campaign.yaml": campaign}, approved=False) as stage:
        every = [one for one in stage.app.store.deliveries() if one.due == DUE]
        assert [{one.account for one in sides} for sides in pairs(every)] == [{"x-en", "mastodon-fr"}]


# ---- rehearsals


def test_none_is_for_local_networks_only(tmp_path: Path) -> None:
    with set_stage(tmp_path, rules("approvals: {needed: 2, in_rehearsals: none}\n"), approved=False) as stage:
        stage.work(until=HOUR)
        assert states(stage) == {State.SENT}
        people = {one.actor for one in stage.app.store.events() if one.action == "approved"}
        assert people == {"nobody (approvals are off in rehearsals)"}


def test_the_word_none_does_nothing_for_real_networks(tmp_path: Path) -> None:
    directory = write_campaign(tmp_path / "c", **rules("approvals: {in_rehearsals: none}\n"))
    clock = CompressedClock(DUE - HOUR)
    app = App(directory, environ={}, clock=clock)
    app.plan(until=DUE + HOUR)
    assert {one.state for one in app.store.deliveries()} == {State.DRAFT}
    app.close()


def test_a_rehearsal_goes_on_whatever_the_rules(tmp_path: Path) -> None:
    directory = write_campaign(tmp_path / "c", **rules("approvals: {needed: 2, roles: [director]}\n"))
    done = rehearse(directory, tmp_path / "out", seed=1, weeks=1)
    assert {one.state for one in done.app.store.results()} == {State.SENT}
    done.app.close()
    done.networks.stop()

"""queue, approve, reject: posts that are in no file, and what people decide."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Run

AT = ("--at", "2027-03-04 12:00")
ALONE = ("--allow", "pair-missing: a drill in one language")


def add(run: Run, *more: object, text: str = "Bonjour à tout le monde ici.", account: str = "mastodon-fr") -> str:
    ran = run("queue", "add", "--account", account, *AT, "--text", text, *ALONE, *more)
    assert ran.code == 0, ran.err
    return ran.out.split("Queued ")[1].split(" ")[0]


def test_a_queued_post_waits_for_approval_like_every_other(campaign: Path, run: Run) -> None:
    name = add(run)
    assert name == "queue-2027-03-04-1200@mastodon-fr"
    (one,) = run("queue", "list", "--json").json
    assert (one["state"], one["due"], one["language"]) == ("draft", "2027-03-04T17:00:00+00:00", "fr")
    assert run("approve", name).code == 0
    (one,) = run("queue", "list", "--json").json
    assert one["state"] == "approved"


BOTH = ("--account", "mastodon-en", "--account", "mastodon-fr")
TEXTS = ("--text-en", "Your idea counts.", "--text-fr", "Votre idée compte.")


def test_a_post_is_queued_in_every_language_at_once_and_is_one_post(campaign: Path, run: Run) -> None:
    Image.new("RGB", (40, 30)).save(campaign / "a.png")
    shown = ("--media", "a.png", "--alt-en", "A black square", "--alt-fr=Un carré noir")
    ran = run("queue", "add", *BOTH, *AT, *TEXTS, *shown)
    assert (ran.code, ran.err) == (0, "")
    assert "Next: campaign-bot approve queue-2027-03-04-1200\n" in ran.out
    told = {
        one["language"]: (one["content"]["parts"][0]["text"], one["content"]["parts"][0]["media"][0]["alt"], one["due"])
        for one in run("queue", "list", "--json").json
    }
    due = "2027-03-04T17:00:00+00:00"
    assert told == {"en": (TEXTS[1], "A black square", due), "fr": (TEXTS[3], "Un carré noir", due)}
    name = "queue-2027-03-04-1200"
    assert "goes together with mastodon-fr" in run("approve", f"{name}@mastodon-en").err
    assert (
        "goes together with mastodon-fr" in run("queue", "move", f"{name}@mastodon-en", *AT[:1], "2027-03-05 09:00").err
    )
    assert "2 deliveries approved by alex." in run("approve", name).out
    assert "queued for the same time already" in run("queue", "add", *BOTH, *AT, *TEXTS, *shown).err


def test_one_language_of_two_is_told_and_leaves_only_with_a_reason(campaign: Path, run: Run) -> None:
    ran = run("queue", "add", *BOTH[:2], *AT, "--text", "Your idea counts.")
    assert "there is no fr version on Mastodon (pair-missing)" in ran.err
    assert "It cannot be approved as it is" in ran.out
    assert "pair-missing" in run("approve", "queue-2027-03-04-1200").err
    reason = "an answer to a question asked in English"
    more = run("queue", "add", *BOTH[:2], *AT, "--text", "Thank you for asking.", "--allow", f"pair-missing: {reason}")
    assert f"Allowed: {reason}" in more.err
    assert run("approve", "queue-2027-03-04-1200-2").code == 0
    (approved,) = run("audit", "log", "--action", "approved", "--format", "json").json
    assert approved["detail"]["warnings"] == [f"pair-missing (allowed: {reason})"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--text-en", "Hi"), 1, "There is no fr version of the text. Add --text-fr."),
        ((*TEXTS, "--media", "a.png", "--alt-en", "A"), 1, "Add --alt-fr."),
        ((*TEXTS, "--media", "a.png", "--alt-en", "A", "--alt-fr", "A", "--alt-fr", "B"), 1, "after each --media"),
        ((*TEXTS, "--text-es", "Hola"), 2, "There is no option --text-es."),
        ((*TEXTS, "--text", "Hi"), 2, "not both"),
        ((*TEXTS, "--text-en", "Hi"), 2, "one text a language"),
        (("--text-en",), 2, "needs a value"),
        ((*TEXTS, "--allow", "pair-mising: well"), 1, "Did you mean `pair-missing`?"),
        ((*TEXTS, "--allow", "pair-missing"), 1, "Why may it break pair-missing?"),
    ],
)
def test_what_lacks_a_language_gets_one_sentence(
    campaign: Path, run: Run, arguments: tuple[str, ...], code: int, words: str
) -> None:
    Image.new("RGB", (40, 30)).save(campaign / "a.png")
    ran = run("queue", "add", *BOTH, *AT, *arguments)
    assert (ran.code, words in " ".join(ran.err.replace("│", "").split())) == (code, True), ran.err
    assert run("queue", "list").out.startswith("No deliveries")


def test_planning_leaves_queued_posts_alone(campaign: Path, run: Run) -> None:
    add(run)
    run("plan", "--until", "2027-03-31")
    assert run("queue", "list", "--state", "draft").out.count("queue-2027-03-04") == 1


def test_the_same_post_twice_is_said(campaign: Path, run: Run) -> None:
    add(run)
    ran = run("queue", "add", "--account", "mastodon-fr", *AT, "--text", "Bonjour à tout le monde ici.")
    assert ran.code == 1
    assert "queued for the same time already" in ran.err


def test_a_picture_needs_an_alt_text(campaign: Path, run: Run) -> None:
    Image.new("RGB", (40, 30)).save(campaign / "a.png")
    ran = run("queue", "add", "--account", "x-en", *AT, "--text", "Hi", "--media", "a.png")
    assert ran.code == 1
    assert "1 picture and no alt text" in ran.err
    assert run("queue", "list").out.startswith("No deliveries")


def test_a_picture_is_kept_as_it_was_when_it_was_queued(campaign: Path, run: Run) -> None:
    Image.new("RGB", (40, 30)).save(campaign / "a.png")
    name = add(run, "--media", "a.png", "--alt", "Un carré noir")
    (campaign / "a.png").unlink()
    (one,) = run("preview", name, "--json").json
    assert one["content"]["parts"][0]["media"][0]["alt"] == "Un carré noir"
    assert one["content"]["parts"][0]["media"][0]["width"] == 40


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--account", "mastodon-f", *AT, "--text", "x"), "Did you mean mastodon-fr?"),
        (("--account", "mastodon-fr", "--at", "tomorrow", "--text", "x"), 'Write it as "2027-03-04 12:00"'),
        (("--account", "mastodon-fr", "--at", "2020-01-01 12:00", "--text", "x"), "has passed"),
        (
            ("--account", "mastodon-fr", *AT, "--text", "x", "--media", "no.png", "--alt", "a"),
            "There is no file no.png",
        ),
    ],
)
def test_bad_input_gets_one_sentence_and_nothing_is_queued(
    campaign: Path, run: Run, arguments: tuple[str, ...], words: str
) -> None:
    ran = run("queue", "add", *arguments)
    assert ran.code == 1
    assert words in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert run("queue", "list").out.startswith("No deliveries")


def test_what_is_too_long_can_be_queued_but_not_approved(campaign: Path, run: Run) -> None:
    name = add(run, text="très long " * 40, account="x-fr")
    ran = run("approve", name)
    assert ran.code == 1
    assert "too-long" in ran.err
    (one,) = run("queue", "list", "--json").json
    assert one["state"] == "draft"


def test_a_rejection_stays_with_its_note(campaign: Path, run: Run) -> None:
    name = add(run)
    run("approve", name)
    assert run("reject", name, "--note", "le ton").code == 0
    (one,) = run("queue", "list", "--json").json
    assert (one["state"], one["reason"]) == ("draft", "rejected by alex: le ton")
    actions = [event["action"] for event in run("queue", "show", name, "--json").json[0]["events"]]
    assert actions == ["planned", "approved", "rejected"]


def test_moving_asks_for_a_new_approval(campaign: Path, run: Run) -> None:
    name = add(run)
    run("approve", name)
    assert run("queue", "move", name, "--at", "2027-03-05 09:00").code == 0
    (one,) = run("queue", "list", "--json").json
    assert (one["state"], one["due"]) == ("draft", "2027-03-05T14:00:00+00:00")


def test_a_scheduled_post_that_was_moved_stays_where_it_was_put(campaign: Path, run: Run) -> None:
    run("plan", "--until", "2027-01-31")
    assert run("queue", "move", "facts-2027-01-18", "--at", "2027-01-19 10:00").code == 0
    run("plan", "--until", "2027-01-31")
    (one,) = run("preview", "facts-2027-01-18@x-en", "--json").json
    assert one["due"] == "2027-01-19T15:00:00+00:00"


def test_a_cancelled_post_stays_cancelled(campaign: Path, run: Run) -> None:
    run("plan", "--until", "2027-01-31")
    assert run("queue", "cancel", "facts-2027-01-18", "--reason", "wrong figure").code == 0
    run("plan", "--until", "2027-01-31")
    states = {one["state"] for one in run("preview", "facts-2027-01-18", "--json").json}
    assert states == {"cancelled"}
    assert run("audit", "verify").code == 0
    ran = run("queue", "cancel", "facts-2027-01-18")
    assert ran.code == 1
    assert "Only a draft or approved delivery" in ran.err


def test_approve_all_takes_every_draft(campaign: Path, run: Run) -> None:
    run("plan", "--until", "2027-01-31")
    assert "18 deliveries approved by alex" in run("approve", "--all").out


def test_accounts_without_credentials_are_named_with_what_they_lack(campaign: Path, run: Run) -> None:
    ran = run("run", "--once")
    assert ran.code == 1
    assert "CAMPAIGN_BOT_MASTODON_FR_ACCESS_TOKEN" in ran.err
    assert "run --sandbox" in ran.err
    assert "x-en lacks CAMPAIGN_BOT_X_EN_API_KEY" in run("accounts", "list").out


def test_all_takes_what_is_a_little_late_too_and_status_says_that_it_waits(campaign: Path, run: Run) -> None:
    ran = run("queue", "add", *BOTH, "--at", "now", *TEXTS)
    name = ran.out.split("Queued ")[1].split("@")[0]
    time.sleep(1.1)  # its time has passed by now
    assert "was due" in run("status").out and f"approve {name}`" in run("status").out
    assert "2 deliveries approved" in run("approve", "--all").out


def test_what_is_approved_is_named_in_one_way(campaign: Path, run: Run) -> None:
    add(run)
    assert "Say one of the three" in run("approve", "--all", "--series", "facts").err
    assert "--series or --all-of" in run("approve", "--series", "facts", "--all-of", "facts").err
    assert "There is no series “fatcs”. Did you mean `facts`?" in run("approve", "--series", "fatcs").err
    assert {one["state"] for one in run("queue", "list", "--json").json} == {"draft"}


def test_moving_says_that_it_is_to_be_approved_again(campaign: Path, run: Run) -> None:
    name = add(run)
    assert "Approve it again" not in run("queue", "move", name, "--at", "2027-03-04 13:00").out
    run("approve", name)
    assert (
        f"Approve it again: `campaign-bot approve {name}`."
        in run("queue", "move", name, "--at", "2027-03-05 12:00").out
    )

"""review, approve --all-of, preview --html: what waits, put before people."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from campaign_bot.app import App
from tests.campaigns import write_campaign
from tests.cli.conftest import Ran, Run

UNTIL = ("--until", "2027-01-31")
POST = "facts-2027-01-18"
Typed = Callable[[str], None]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Typed:
    """What a person types, one line a key."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


def states(run: Run, post: str = POST) -> dict[str, str]:
    return {one["account"]: one["state"] for one in run("preview", post, "--json").json}


def change_fact(campaign: Path) -> None:
    file = campaign / "content/data/facts.yaml"
    file.write_text(file.read_text("utf-8").replace("The first fact of all.", "The very first fact."), "utf-8")


def test_a_reviewer_approves_rejects_and_skips_posts_with_all_their_languages(
    campaign: Path, run: Run, typed: Typed
) -> None:
    run("plan", *UNTIL)
    typed("a\nr\nle ton\ns\nq\n")
    ran = run("review")
    assert ran.code == 0
    assert "1 of 9" in ran.out
    assert "1 approved, 1 rejected by alex; 7 drafts left." in ran.out
    found = states(run)
    decided = [network for network in ("x", "mastodon", "bluesky") if found[f"{network}-en"] == "approved"]
    assert len(decided) == 1
    assert found[f"{decided[0]}-fr"] == "approved"
    assert "rejected by alex: le ton" in run("queue", "list").out


def test_what_changed_since_it_was_approved_stands_in_every_view(campaign: Path, run: Run, typed: Typed) -> None:
    run("plan", *UNTIL)
    run("approve", POST)
    change_fact(campaign)
    told = ("- The first fact of all.", "+ The very first fact.", "+ alt text: A card says: The very first fact.")
    dry = run("plan", *UNTIL, "--dry-run").out
    assert run("plan", *UNTIL).code == 0
    typed("")
    shown = {
        "plan --dry-run": dry,
        "queue show": run("queue", "show", f"{POST}@x-en").out,
        "review": run("review").out,
        "audit post": run("audit", "post", f"{POST}@x-en").out,
    }
    for name, text in shown.items():
        assert [line for line in told if line not in text] == [], name
    assert set(states(run).values()) == {"draft"}


def test_the_end_of_input_and_unknown_keys_decide_nothing(campaign: Path, run: Run, typed: Typed) -> None:
    run("plan", *UNTIL)
    typed("x\n\n?\n")
    assert "0 approved, 0 rejected by alex; 9 drafts left." in run("review").out
    assert set(states(run).values()) == {"draft"}


def test_all_of_a_series_asks_about_each_warning(campaign: Path, run: Run, typed: Typed) -> None:
    """A link on X costs: six warnings, of which two are accepted."""
    run("plan", *UNTIL)
    typed("y\ny\n" + "n\n" * 4)
    ran = run("approve", "--all-of", "facts")
    assert ran.out.count("(link-price)") == 4, "a post that is left out is not asked about in its other language"
    assert states(run) == dict.fromkeys(states(run), "approved")
    assert states(run, "facts-2027-01-21")["x-en"] == "draft"
    assert states(run, "facts-2027-01-21")["mastodon-en"] == "approved"
    assert run("approve", "--all-of", "facts", "--yes").code == 0
    assert "draft" not in run("queue", "list").out


def test_one_of_two_is_said(campaign: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (campaign / "content/campaign.yaml").read_text("utf-8")
    write_campaign(campaign, **{"content/campaign.yaml": text + "approvals: {needed: 2}\n"})
    run("plan", *UNTIL)
    assert f"{POST}@x-en: 1 of 2 approvals; it waits for 1 more person\n" in run("approve", POST).out
    monkeypatch.setenv("CAMPAIGN_BOT_PERSON", "sam")
    assert "6 deliveries approved by sam." in run("approve", POST).out
    assert set(states(run).values()) == {"approved"}


def test_a_reviewer_is_told_what_now_is_and_is_not_asked_twice(
    campaign: Path, run: Run, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (campaign / "content/campaign.yaml").read_text("utf-8")
    people = "people: {alex: [editor], sam: [editor], noor: []}\napprovals: {needed: 2, roles: [editor]}\n"
    write_campaign(campaign, **{"content/campaign.yaml": text + people})
    run("plan", *UNTIL)
    typed("a\nr\n\nq\n")
    ran = run("review")
    said = f"{POST} (x-en and x-fr) has 1 of 2 approvals; it waits for 1 more person with the role editor (sam)."
    assert ran.out.count(said) == 2, "once at the decision, once above the next keys"
    assert "Before: nothing was rejected." in ran.out
    assert "1 approved, 0 rejected by alex; 8 drafts left." in ran.out
    typed("q\n")
    again = run("review").out
    assert "1 of 8" in again and "alex has said yes to 1 draft already, which wait for others." in again
    monkeypatch.setenv("CAMPAIGN_BOT_PERSON", "sam")
    typed("a\nq\n")
    assert f"{POST} (x-en and x-fr) is approved, and leaves Mon 2027-01-18 12:00." in run("review").out


def test_a_post_that_changes_while_it_is_shown_is_shown_again_and_not_approved(
    campaign: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("plan", *UNTIL)

    class Slow(io.StringIO):
        """Somebody plans anew while the first post is looked at, and approves the second."""

        asked = 0

        def readline(self, size: int = -1, /) -> str:
            self.asked += 1
            if self.asked == 1:
                change_fact(campaign)
                app = App(campaign, environ={})
                app.plan(until=datetime(2027, 2, 1, tzinfo=UTC))
                drafts = [one for one in app.store.deliveries() if one.network == "mastodon"][:2]
                assert all(one.done for one in app.approve(drafts, app.findings(drafts), person="sam"))
                app.close()
            return super().readline(size)

    monkeypatch.setattr("sys.stdin", Slow("a\nq\n"))
    ran = run("review")
    assert "not approved x-en: it changed while it was being approved" in ran.out
    assert ran.out.count("1 of 9") == 2 and "Before: it changed while it was shown" in ran.out
    assert (
        ran.out.index("The first fact of all.") < ran.out.index("it changed") < ran.out.rindex("The very first fact.")
    )
    assert {account for account, state in states(run).items() if state == "approved"} == {"mastodon-en", "mastodon-fr"}
    monkeypatch.setattr("sys.stdin", io.StringIO("a\ns\nq\n"))
    assert "1 approved, 0 rejected by alex; 7 drafts left." in run("review").out


class Page(HTMLParser):
    """What a page names: tags, ids, languages, addresses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.sources: list[str] = []
        self.alts: list[str | None] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.ids += [told["id"] or ""] if "id" in told else []
        if tag == "img":
            self.sources.append(told.get("src") or "")
            self.alts.append(told.get("alt"))
        if tag == "a":
            self.links.append(told.get("href") or "")
        assert tag not in ("script", "link", "iframe")


@pytest.mark.parametrize(("language", "words"), [("en", "Waiting for approval"), ("fr", "En attente d’approbation")])
def test_a_page_to_mail_has_all_that_waits_and_fetches_nothing(
    campaign: Path, run: Run, language: str, words: str
) -> None:
    run("plan", *UNTIL)
    run("approve", "facts-2027-01-21")
    ran = run("preview", "--html", "waiting.html", "--language", language)
    assert ran.code == 0, ran.err
    text = (campaign / "waiting.html").read_text("utf-8")
    page = Page(text)
    assert words in text
    assert "facts-2027-01-21" not in text, "only what waits"
    assert len(page.sources) == 12
    assert all(source.startswith("data:image/jpeg;base64,") for source in page.sources)
    assert "A card says: The first fact of all." in page.alts
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert text.count("link-price") == 4
    assert text.count('lang="fr" dir="ltr"') >= 6


def test_the_code_on_a_page_stands_for_exactly_what_was_seen(campaign: Path, run: Run) -> None:
    run("plan", *UNTIL)
    run("preview", "--html", "page.html")
    page = (campaign / "page.html").read_text("utf-8")
    codes = re.findall(r'code <strong class="hash">([0-9a-f]{8})<', page)
    assert len(set(codes)) == 3
    change_fact(campaign)
    run("plan", *UNTIL)
    ran = run("approve", POST, "--seen", codes[0])
    assert (ran.code, set(states(run).values())) == (1, {"draft"})
    assert "does not say any more what was seen" in ran.err
    assert run("approve", "facts-2027-01-21", "--seen", codes[1]).code == 0


def test_text_from_files_cannot_put_markup_into_the_page(campaign: Path, run: Run) -> None:
    facts = (campaign / "content/data/facts.yaml").read_text("utf-8")
    write_campaign(
        campaign,
        **{"content/data/facts.yaml": facts.replace("The first fact of all.", "<script>alert()</script> & so on.")},
    )
    planned = run("plan", *UNTIL)
    assert planned.code == 0, planned.err
    ran = run("preview", POST, "--html", "page.html")
    assert ran.code == 0, ran.err
    text = (campaign / "page.html").read_text("utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;alert()&lt;/script&gt; &amp; so on." in text


def test_french_typography_on_the_page(campaign: Path, run: Run) -> None:
    run("plan", *UNTIL)
    run("preview", "--html", "page.html", "--language", "fr")
    shown = re.sub(
        r"<style>.*?</style>|<[^>]+>|data:[^\"]+", "", (campaign / "page.html").read_text("utf-8"), flags=re.S
    )
    assert not re.search(r"[^\s\u00a0] [:»]|« ", shown)


def test_nothing_waits(campaign: Path, run: Run) -> None:
    assert run("review").out.startswith("No draft waits")
    assert run("preview", "--html", "page.html").code == 0
    assert "Nothing waits for approval." in (campaign / "page.html").read_text("utf-8")


@pytest.mark.parametrize("arguments", [("preview",), ("preview", "--html", "no/such/place.html")])
def test_wrong_calls_get_a_sentence(campaign: Path, run: Run, arguments: tuple[str, ...]) -> None:
    ran: Ran = run(*arguments)
    assert ran.code == 1
    assert ran.err.startswith("Error: ")

"""The page to mail to a reviewer, in a browser: axe, no scrolling sideways, and everything that would be published."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from itertools import product
from pathlib import Path

import pytest
from PIL import Image

from campaign_bot.app import App
from campaign_bot.check import RULES
from campaign_bot.preview.words import Words
from tests.campaigns import write_campaign
from tests.test_languages import FILES, SERIES

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
CARD = """\
link_card:
  link: {en: "https://a.example/en", es: "https://a.example/es", ar: "https://a.example/ar"}
  title: {en: The plan, es: El plan, ar: الخطة}
replies: followers
"""
TEXTS = {"en": "Hello\u200b to\u202e you all https://a.example/x", "es": "Hola a todos", "ar": "مرحبا بالجميع #مفتوح"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """Three languages, one from right to left; a link card, a quote, letters that nobody sees, what blocks and what
    changed since it was approved."""
    directory = tmp_path_factory.mktemp("mailed")
    series = "content/series/facts/"
    with_link = {f"{series}post.{one}.j2": "{{ item.text }} https://a.example/" + one for one in ("en", "es", "ar")}
    campaign = f"{FILES['content/campaign.yaml']}unsupported: {{replies: omit}}\n"
    write_campaign(
        directory,
        **{
            **FILES,
            "content/campaign.yaml": campaign,
            f"{series}series.yaml": SERIES.split("pictures:")[0] + CARD,
            **with_link,
        },
    )
    (directory / "content/media").mkdir()
    Image.new("RGB", (60, 40)).save(directory / "content/media/a.png")
    app = App(directory, environ={}, sandbox=True, clock=lambda: datetime(2027, 1, 17, tzinfo=UTC))
    app.plan(until=datetime(2027, 1, 19, tzinfo=UTC))
    drafts = app.store.deliveries()
    app.approve(drafts, app.findings(drafts), person="alex")
    facts = directory / "content/data/facts.yaml"
    facts.write_text(facts.read_text("utf-8").replace("first fact of all", "very first fact"), "utf-8")
    app.plan(until=datetime(2027, 1, 19, tzinfo=UTC))
    app.queue(
        ["bluesky-en", "bluesky-es", "bluesky-ar"], TEXTS, datetime(2027, 1, 20, tzinfo=UTC), quote="facts-2027-01-18"
    )
    files = {language: directory / f"{language}.html" for language in ("en", "fr")}
    for language, file in files.items():
        file.write_text(app.previews(app.waiting(), language), "utf-8")
    app.close()
    yield files


def test_what_goes_along_with_the_words_stands_there_too(pages: dict[str, Path]) -> None:
    english, french = (pages[language].read_text("utf-8") for language in ("en", "fr"))
    for told in (
        "The plan",
        "https://a.example/ar",
        "Who may answer: followers",
        "Shows below its text",
        "Back to the list",
    ):
        assert told in english, told
    for told in ("Qui peut répondre\u00a0: les abonnés", "Montre sous son texte\u00a0:", "Bloque\u00a0:"):
        assert told in french, told
    assert "Hello\\u200b to\\u202e you all" in english, "what nobody sees is shown as its code"
    assert "<blockquote" in english and "The very first fact." in english.split("<blockquote", 1)[1]
    assert "facts-2027-01-18@bluesky-ar" in english


def test_what_to_do_about_a_finding_is_said_in_the_language_of_the_page(pages: dict[str, Path]) -> None:
    """Not in that of the post: a French post on an English page is mended by somebody who reads English."""
    english, french = (unescape(pages[language].read_text("utf-8")) for language in ("en", "fr"))
    told = RULES["pair-length"].advice
    assert f'lang="en">{told["en"]}' in english
    assert f'lang="fr">{told["fr"]}' in french
    assert told["fr"] not in english
    assert told["en"] not in french


@pytest.mark.parametrize(
    ("number", "english", "french"),
    [
        (1, ("1 error that blocks", "1 note"), ("1 erreur qui bloque", "1 point à noter")),
        (2, ("2 errors that block", "2 notes"), ("2 erreurs qui bloquent", "2 points à noter")),
    ],
)
def test_a_number_goes_with_its_noun(number: int, english: tuple[str, str], french: tuple[str, str]) -> None:
    for language, said in (("en", english), ("fr", french)):
        words = Words(language)
        assert (words.blocking(number), words.notes(number)) == said


def test_what_is_wrong_is_said_in_the_language_of_the_page(pages: dict[str, Path]) -> None:
    """A reviewer to whom the French page was mailed need not read English to know what the checks found."""
    english, french = (unescape(pages[language].read_text("utf-8")) for language in ("en", "fr"))
    told: list[tuple[str, str]] = re.findall(r'<li[^>]*><b>.*?</b> <span lang="(..)">(.*?)</span>', french)
    assert {language for language, _ in told} == {"fr"}
    assert "de sa longueur" in french
    assert "de sa longueur" not in english
    assert " characters, " in english
    assert " characters, " not in french


@pytest.mark.skipif(
    CHROMIUM is None, reason="NO CHROMIUM: the mailed page was NOT looked at with axe (apt install chromium)"
)
def test_axe_finds_nothing_to_mend_on_phone_and_desk(pages: dict[str, Path]) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for language, width in product(pages, (390, 1000)):
            tab = browser.new_page(viewport={"width": width, "height": 900})
            tab.goto(pages[language].as_uri())
            found = Axe().run(tab).response["violations"]
            assert [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found] == []
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            tab.close()
        browser.close()

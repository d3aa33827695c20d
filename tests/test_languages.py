"""Campaigns in three languages, one of them from right to left, and in one: the whole road."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from campaign_bot.model import State
from campaign_bot.parity import Share
from campaign_bot.rehearsal import Rehearsed, rehearse
from campaign_bot.report import render
from tests.campaigns import write_campaign

ACCOUNTS = "\n".join(
    f"  {network}-{language}: {{network: {network}, language: {language}, handle: small-{language}.example}}"
    for network in ("bluesky", "mastodon")
    for language in ("en", "es", "ar")
)
CAMPAIGN = f"""\
id: three
name: {{en: Small, es: Pequeña, ar: صغيرة}}
goal: {{en: Try it, es: Probar, ar: تجربة}}
starts: 2027-01-18
ends: 2027-01-31
timezone: Africa/Cairo
languages: [en, es, ar]
region: EG
priorities: {{impact: {{en: Impact, es: Impacto, ar: الأثر}}}}
accounts:
{ACCOUNTS}
collect_at: [1h, 24h]
"""
FACTS = """\
- id: one
  text: {en: The first fact of all., es: El primer hecho de todos., ar: الحقيقة الأولى من بين الجميع.}
- id: two
  text: {en: A second fact follows it., es: Le sigue un segundo hecho., ar: تليها حقيقة ثانية.}
- id: three
  text: {en: And a third one ends it., es: Y un tercero lo termina., ar: وثالثة تنهيها.}
"""
SERIES = """\
title: {en: Facts, es: Hechos, ar: حقائق}
purpose: {en: Tell, es: Decir, ar: قول}
priority: impact
items: {data: facts}
pictures:
  - file: a.png
    alt: {en: "It says {{ item.text }}", es: "Dice: {{ item.text }}", ar: "صورة تقول {{ item.text }}"}
"""
TEXT = "{{ item.text }}\n\n{{ slot|date }}, {{ slot|time }}: {{ 35000.5|number }}, {{ 2.8|percent }} "
FILES: dict[str, str | None] = {
    "content/campaign.yaml": CAMPAIGN,
    "content/data/facts.yaml": FACTS,
    "content/series/facts/series.yaml": SERIES,
    "content/series/facts/post.en.j2": TEXT + "#OpenGov",
    "content/series/facts/post.es.j2": TEXT + "#GobiernoAbierto",
    "content/series/facts/post.ar.j2": TEXT + "#الحكومة_المفتوحة",
    "content/series/facts/post.fr.j2": None,
    "content/cards/fact.svg.j2": None,
}


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsed]:
    directory = tmp_path_factory.mktemp("three")
    write_campaign(directory, **FILES)
    (directory / "content/media").mkdir()
    Image.new("RGB", (60, 40)).save(directory / "content/media/a.png")
    done = rehearse(directory, directory / "out", seed=1)
    yield done
    done.app.close()
    done.networks.stop()


def test_three_languages_leave_together(three: Rehearsed) -> None:
    results = three.app.store.results()
    assert {one.state for one in results} == {State.SENT}
    found = three.app.annex().parity
    assert found is not None
    assert (found.complete, found.at_once, found.alt, found.media) == (
        Share(6, 6),
        Share(6, 6),
        Share(6, 6),
        Share(6, 6),
    )
    assert found.gap_max_s == 0
    assert three.app.beside_record() == []
    assert [one.language for one in found.answered] == ["en", "es", "ar"]
    assert all(one.pairs == 6 for one in found.answered)


def test_each_language_has_its_own_digits_and_spaces(three: Rehearsed) -> None:
    texts = {one.language: one.content.text for one in three.app.store.results() if one.post == "facts-2027-01-18"}
    assert "١٨ يناير ٢٠٢٧, ١٢:٠٠" in texts["ar"]
    assert "٣٥٬٠٠٠٫٥, ٢٫٨" in texts["ar"]
    assert "18 de enero de 2027, 12:00: 35.000,5, 2,8\u00a0%" in texts["es"]
    assert "35,000.5, 2.8% #OpenGov" in texts["en"]


def test_pages_know_the_direction(three: Rehearsed) -> None:
    page = three.app.previews(three.app.store.deliveries(), "en")
    assert page.count('<div lang="ar" dir="rtl">') == 6
    assert page.count('<div lang="es" dir="ltr">') == 6
    assert '<p class="text" lang="ar" dir="auto">' in three.timeline.read_text("utf-8")


def test_the_report_puts_three_languages_side_by_side(three: Rehearsed) -> None:
    app = three.app
    evaluation = app.evaluation()
    told = json.loads(render(evaluation, format="json", language="en", annex=app.annex()))
    assert told["parity"]["languages"] == ["en", "es", "ar"]
    assert told["record_head"]["hash"] == app.store.head().hash
    french = render(evaluation, format="html", language="fr", annex=app.annex())
    assert "Arabe" in french
    assert "6 sur 6" in french
    assert app.store.head().hash in french
    assert app.store.head().hash in render(evaluation, format="md", language="en", annex=app.annex())


def test_a_campaign_in_one_language_has_no_pairs(tmp_path: Path) -> None:
    campaign = CAMPAIGN.replace("languages: [en, es, ar]", "languages: [es]").replace(
        ACCOUNTS, ACCOUNTS.splitlines()[1]
    )
    only: dict[str, str | None] = {
        name: text if text is None else _only_spanish(text)
        for name, text in (FILES | {"content/campaign.yaml": campaign}).items()
    }
    only |= {"content/series/facts/post.en.j2": None, "content/series/facts/post.ar.j2": None}
    directory = write_campaign(tmp_path / "one", **only)
    (directory / "content/media").mkdir()
    Image.new("RGB", (60, 40)).save(directory / "content/media/a.png")
    done = rehearse(directory, tmp_path / "out", seed=1)
    assert [one.state for one in done.app.store.results()] == [State.SENT] * 3
    assert done.app.annex().parity is None
    report = render(done.app.evaluation(), format="html", language="en", annex=done.app.annex())
    assert "parity-title" not in report
    assert 'record-title">The record' in report
    done.app.close()
    done.networks.stop()


def _only_spanish(text: str) -> str:
    """`{en: …, es: X, ar: …}` says only `{es: X}`."""
    lines: list[str] = []
    for line in text.splitlines():
        if "{en: " in line and ", es: " in line:
            head, _, rest = line.partition("{en: ")
            line = f"{head}{{es: {rest.partition(', es: ')[2].partition(', ar: ')[0]}}}" + (
                "}" if line.endswith("}}") else ""
            )
        lines.append(line)
    return "\n".join(lines) + "\n"

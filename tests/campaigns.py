"""A small campaign for tests: two accounts of each network, one series, a card, a poll, two weeks."""

from __future__ import annotations

from pathlib import Path

CAMPAIGN = """\
id: small
name: {en: Small, fr: Petite}
goal: {en: Try it, fr: Essayer}
starts: 2027-01-18
ends: 2027-01-31
timezone: America/Toronto
languages: [en, fr]
priorities:
  impact: {en: Impact, fr: Impact}
accounts:
  x-en: {network: x, language: en, handle: small_en}
  x-fr: {network: x, language: fr, handle: small_fr}
  mastodon-en: {network: mastodon, language: en, handle: small_en, server: "https://mastodon.example"}
  mastodon-fr: {network: mastodon, language: fr, handle: small_fr, server: "https://mastodon.example"}
  bluesky-en: {network: bluesky, language: en, handle: small-en.bsky.example}
  bluesky-fr: {network: bluesky, language: fr, handle: small-fr.bsky.example}
collect_at: [1h, 24h]
"""

FACTS = """\
- id: one
  text: {en: The first fact of all., fr: Le premier fait de tous.}
- id: two
  text: {en: A second fact follows it., fr: Un deuxième fait le suit.}
- id: three
  text: {en: And a third one ends it., fr: Et un troisième conclut.}
"""

SERIES = """\
title: {en: Facts, fr: Faits}
purpose: {en: Tell facts, fr: Dire des faits}
priority: impact
items: {data: facts}
pictures:
  - card: fact
    alt: {en: "A card says: {{ item.text }}", fr: "Une carte dit\u00a0: {{ item.text }}"}
"""

CARD = """\
<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="675"><rect width="1200" height="675" fill="#123"/>
<text x="80" y="300" font-family="Liberation Sans" font-size="60" fill="#fff">{{ item.text }}</text></svg>
"""

SCHEDULE = """\
facts-weekly:
  series: facts
  when: {cron: "0 12 * * mon,thu"}
  ends: 2027-01-25
"""

FILES = {
    "content/campaign.yaml": CAMPAIGN,
    "content/data/facts.yaml": FACTS,
    "content/series/facts/series.yaml": SERIES,
    "content/series/facts/post.en.j2": "{{ item.text }}\n\n{{ link('https://open.canada.ca/en') }} #OpenGov\n--- shorter ---\n{{ item.text }} #OpenGov\n",
    "content/series/facts/post.fr.j2": "{{ item.text }}\n\n{{ link('https://ouvert.canada.ca/fr') }} #GouvOuvert\n--- shorter ---\n{{ item.text }} #GouvOuvert\n",
    "content/cards/fact.svg.j2": CARD,
    "schedules/weekly.yaml": SCHEDULE,
}


def write_campaign(directory: Path, **changed: str | None) -> Path:
    """The small campaign in a directory; `changed` replaces files by path (None leaves one out)."""
    for name, text in {**FILES, **changed}.items():
        if text is not None:
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_text(text, encoding="utf-8")
    return directory

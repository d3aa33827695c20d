"""The report as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from campaign_bot.evaluate import Evaluation
from campaign_bot.report.labels import local, period, text_label
from campaign_bot.report.sections import Card, Cards, Section, Table
from campaign_bot.report.view import sections
from campaign_bot.report.words import Speaker


def render(evaluation: Evaluation, languages: Sequence[str]) -> str:
    return "\n".join(_render(evaluation, language) for language in languages)


def _render(evaluation: Evaluation, language: str) -> str:
    speaker = Speaker(language, evaluation.campaign.region)
    name = text_label(evaluation.campaign.name, evaluation.campaign.id, speaker)
    lines = [f"# {name}{speaker.colon} {speaker.word('report').lower()}", ""]
    if evaluation.simulated:
        lines += [f"> **{speaker.word('simulated')}** {speaker.word('simulated_words')}", ""]
    lines += [
        " · ".join(
            filter(
                None,
                [
                    f"{speaker.word('made')} {speaker.date(local(evaluation.now, evaluation))}",
                    period(evaluation, speaker),
                ],
            )
        ),
        "",
    ]
    for section in sections(evaluation, speaker):
        lines += _section(section)
    return "\n".join(lines).rstrip() + "\n"


def _section(section: Section) -> list[str]:
    lines = [f"## {section.title}", ""]
    bullet = "- " if section.id in ("summary", "methods") else ""
    for words in section.words:
        lines += [bullet + words] if bullet else [words, ""]
    lines += [""] if bullet else []
    for table in section.tables:
        lines += _table(table)
    for note in section.notes:
        heading = f"{note.heading} – {note.verdict}" if note.verdict else note.heading
        lines += [f"### {heading}", "", *(f"- {words}" for words in note.sentences), ""]
    for cards in section.cards:
        lines += _cards(cards)
    return lines


def _cards(cards: Cards) -> list[str]:
    words = [line for words in cards.words for line in (words, "")]
    return [f"### {cards.heading}", "", *words, *(line for card in cards.cards for line in _card(card))]


def _card(card: Card) -> list[str]:
    return [
        " ".join(filter(None, (f"- **{card.name}**", card.said_in, f"– {card.rate}", card.url))),
        *(f"  > {line}" for line in card.text.splitlines()),
        "",
    ]


def _table(table: Table) -> list[str]:
    rows = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in (table.columns, *table.rows)]
    rule = "|" + "|".join("---" if place in (0, *table.words) else "---:" for place in range(len(table.columns))) + "|"
    return [f"**{table.caption}**", "", rows[0], rule, *rows[1:], ""]

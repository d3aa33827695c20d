"""The report as Markdown."""

from __future__ import annotations

from campaign_bot.evaluate import Evaluation
from campaign_bot.report.view import Section, Table, sections
from campaign_bot.report.words import Speaker


def render(evaluation: Evaluation, language: str) -> str:
    speaker = Speaker(language, evaluation.campaign.region)
    name = evaluation.campaign.name.get(language, evaluation.campaign.id)
    lines = [f"# {name}: {speaker.word('report')}", ""]
    if evaluation.simulated:
        lines += [f"> **{speaker.word('simulated')}** {speaker.word('simulated_words')}", ""]
    lines += [f"{speaker.word('made')} {speaker.date(evaluation.now)}", ""]
    for section in sections(evaluation, speaker):
        lines += _section(section)
    return "\n".join(lines).rstrip() + "\n"


def _section(section: Section) -> list[str]:
    lines = [f"## {section.title}", ""]
    for words in section.words:
        lines += [words, ""]
    for table in section.tables:
        lines += _table(table)
    for name, rate, text, _, url in section.posts:
        lines += [f"- **{name}** – {rate}  {url}", *(f"  > {line}" for line in text.splitlines()), ""]
    return lines


def _table(table: Table) -> list[str]:
    rows = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in (table.columns, *table.rows)]
    rule = "|---" + "|---:" * (len(table.columns) - 1) + "|"
    return [f"**{table.caption}**", "", rows[0], rule, *rows[1:], ""]

"""The table of rules as text: for `check --explain`, and for docs/checks.md, which is written from here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from campaign_bot.check.examples import as_drafts
from campaign_bot.check.reading import NARROW, NBSP
from campaign_bot.check.registry import RULES, Example, Rule

#: The files of rules in the order of the table, with their titles.
GROUPS = {
    "fit": "What fits each network", "wording": "Words", "signs": "Tags, emoji and links", "pictures": "Pictures and videos",
    "languages": "Languages", "sets": "Two languages, and repeats", "ease": "Easy to read", "french": "French", "english": "English", "facts": "Facts",
}  # fmt: skip
LOOKS = {
    "text": "every text of the post: its parts, alt texts, poll options and content warning",
    "post": "the post on one account",
    "pair": "the post in its languages",
    "series": "the different texts of a series in one language, from 100 words on (`check` only)",
    "set": "all posts, beside each other",
    "network": "the post, by the network’s own count and limits",
    "files": "the files",
    "approval": "what a person is about to approve",
}  # fmt: skip
#: Examples that are mostly repetition are told by their beginning.
LONGEST = 160

HEAD = """<!-- Written by `make docs` from the table of rules in campaign_bot/check/. Do not edit it here. -->
# Checks

What a post must pass. An **error** blocks approval and publishing, a **warning** informs. Posts are checked when files are
read (`campaign-bot check`), when they are previewed and when they are approved. A false alarm is a defect: tell us.

    campaign-bot check                        every file and every post, with the line and what to do
    campaign-bot check --explain fr-nbsp      one rule, with examples
    campaign-bot check --fix                  show what can be mended without doubt, and mend it
    campaign-bot check --drafts drafts.jsonl  texts that are in no campaign file, from editors and other tools

## In your campaign

In `content/campaign.yaml`, all of it optional; what is left out is as here:

    glossary: [OGP, PGO]             # acronyms that your readers know
    checks:
      rules: {emoji: "off"}          # a rule's severity: off, warning or error
      hashtags: [DonnéesOuvertes]    # tags of several words, as they are to be written
      words: [center]                # words that spelling, capitals and acronyms leave alone
      sentence_words: 20             # more is a warning
      sentence_words_most: 25        # more is an error
      hashtags_most: 2
      alt_characters: 250
      repeat_after: 30d              # near-duplicate
      pair_gap: 60s
      pair_length: 0.6               # of the longer language

One series or one item may break a rule, with a reason that stays in the record, in `series.yaml` or on the row of data:

    allow:
      - {rule: sentence-long, reason: it is a quotation of the law}

An item of `status: historic` needs its year (`as_of:`) in the text; one of `status: check-before-use` needs `signed_off:` with a
name and a date.

## Drafts of other tools

`campaign-bot check --drafts FILE` (or `-` for standard input) reads one JSON object a line, and writes one line of findings for
each; it needs no campaign directory. Only `text`, `language` and `network` are needed; a media file need not exist.

    {"id": "1", "language": "fr", "network": "x", "text": "…", "media": [{"file": "a.png", "alt": "…", "captions": true}],
     "poll": {"options": ["…", "…"], "hours": 24}, "pair": {"language": "en", "text": "…"}, "fact": "ipu-2-8", "signed_off": false}

    {"id": "1", "findings": [{"rule": "fr-nbsp", "severity": "error", "where": "text", "message": "…"}]}

(Shown on several lines; a draft is one.) `where` is text, alt 1, option 2, media, poll, pair or fact. The exit code is 1 if
anything blocks. What is no draft gets the rule `bad-draft`, and a line on standard error with its number. Drafts of one file
are compared with each other only where nothing else is found in them.

## In a pull request, and before each commit

`--format sarif` is for code review tools, `--format github` annotates a pull request, and content repositories check themselves
with [pre-commit](https://pre-commit.com):

    # .pre-commit-config.yaml
    repos:
      - repo: https://example.org/your/copy/of/campaign-bot
        rev: v0.1.0
        hooks: [{id: campaign-bot-check}]

## The rules

| rule | | what it asks | `--fix` |
|---|---|---|---|
"""


def ordered() -> list[Rule]:
    """Every rule in the order of the table."""
    groups = list(GROUPS)
    return sorted(RULES.values(), key=lambda rule: groups.index(rule.group))


def page() -> str:
    """docs/checks.md."""
    lines = [HEAD.rstrip("\n")]
    for rule in ordered():
        mends = "yes" if rule.mend else ""
        lines.append(f"| [{rule.id}](#{rule.id}) | {severity_of(rule)} | {_cell(rule.says)} | {mends} |")
    group = ""
    for rule in ordered():
        if rule.group != group:
            group = rule.group
            lines += ["", f"## {GROUPS[group]}"]
        lines += ["", *_section(rule)]
    return "\n".join(lines) + "\n"


def severity_of(rule: Rule) -> str:
    return rule.severities or rule.severity


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _section(rule: Rule) -> Iterator[str]:
    yield f"### {rule.id}"
    yield ""
    yield f"{rule.says} Looks at {LOOKS[rule.looks]}. Source: {rule.source}."
    yield ""
    yield f"- English: {rule.advice['en']}"
    yield f"- Français : {rule.advice['fr']}".replace(" :", f"{NBSP}:", 1)
    for title, examples in (("Passes", rule.passes), ("Found", rule.fails)):
        if examples:
            yield ""
            yield f"{title}:"
            yield ""
            yield from (f"    {told(example)}" for example in examples)


def told(example: Example) -> str:
    """An example on one line. Spaces that cannot be seen are spelt out."""
    if isinstance(example, tuple):
        language, text = example
        return f"{language}: {_visible(text)}"
    return " + ".join(_visible(json.dumps(_short(one), ensure_ascii=False)) for one in as_drafts(example))


def _short(draft: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in draft.items()
        if not (key == "id" and value == "example") and value not in (False, None)
    }


def _visible(text: str) -> str:
    text = (
        text.replace("\n", "⏎")
        .replace(NBSP, "[nbsp]")
        .replace(NARROW, "[U+202F]")
        .replace("\u200b", "[U+200B]")
        .replace("\u2060", "[U+2060]")
    )
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-20:]} ({len(text)} characters)"


def as_json(rule: Rule) -> dict[str, Any]:
    """A rule for programs."""
    return {
        "id": rule.id, "severity": severity_of(rule), "says": rule.says, "looks_at": rule.looks, "advice": dict(rule.advice), "source": rule.source, "fix": rule.mend,
        "passes": [as_drafts(one) for one in rule.passes], "fails": [as_drafts(one) for one in rule.fails],
    }  # fmt: skip

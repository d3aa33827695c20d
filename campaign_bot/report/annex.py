"""What every report ends with: parity of the languages, and the head of the record, which pins all that it tells.

Added to what the formats have rendered, so that they need not know of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from campaign_bot.bilingual import say
from campaign_bot.library.files import Text
from campaign_bot.model import State
from campaign_bot.parity import Incomplete, Parity, Share
from campaign_bot.report.labels import language_label, network_label, sentence_case, series_label
from campaign_bot.report.words import N, Speaker

WORDS: dict[str, tuple[str, str]] = {
    "title": ("Languages side by side", "Les langues côte à côte"),
    "cap": ("How complete the pairs are", "Dans quelle mesure les paires sont complètes"),
    "words": (
        "A post is one thing in all its languages: it is approved and due as one. A pair is one post on one network, in"
        " all its languages.",
        f"Une publication forme un tout dans toutes ses langues{N}: elle est approuvée et prévue comme un tout. Une paire est une"
        " publication sur un réseau, dans toutes ses langues.",
    ),
    "measure": ("Measure", "Mesure"),
    "value": ("Value", "Valeur"),
    "complete": ("Complete pairs", "Paires complètes"),
    "at_once": ("Pairs that left within 60 seconds", "Paires parues à 60 secondes d’intervalle au plus"),
    "gap": ("Seconds between the sides, median and longest", "Secondes entre les langues, médiane et maximum"),
    "alt": ("Pairs with alt text for every picture", "Paires dont chaque image a son texte de remplacement"),
    "media": ("Pairs with the same pictures and poll", "Paires ayant les mêmes images et le même sondage"),
    "answered": ("How each language was answered", "Réactions dans chaque langue"),
    "language": ("Language", "Langue"),
    "pairs": ("Pairs read", "Paires relevées"),
    "engagements": ("Engagements", "Réactions"),
    "median": ("Median per delivery", "Médiane par envoi"),
    "same_age": (
        "In complete pairs whose sides were read at the same age. Audiences differ in size: this does not say which text"
        " was better.",
        "Dans les paires complètes dont les langues ont été relevées au même âge. Les auditoires n’ont pas la même taille"
        f"{N}: ceci ne dit pas quel texte était le meilleur.",
    ),
    "incomplete": ("Incomplete", "Incomplètes"),
    "lacks": ("lacks", f"langue manquante{N}:"),
    "lack_several": ("lacks", f"langues manquantes{N}:"),
    "of": ("of", "sur"),
    "and": ("and", "et"),
    "no_pair": ("no pair", "aucune paire"),
    "no_complete": ("no complete pair", "aucune paire complète"),
    "no_picture": ("no pictures", "aucune image"),
    "record": ("The record", "Le registre"),
    "record_words": (
        "Who did what is kept in a record in which each line holds the hash of the one before it. When this report was"
        " written it ended with the hash below; `campaign-bot audit verify --head` tells whether it has been changed since.",
        "Qui a fait quoi est conservé dans un registre dont chaque ligne porte l’empreinte de la précédente. À la rédaction"
        " de ce rapport, il se terminait par l’empreinte ci-dessous; `campaign-bot audit verify --head` dit s’il a été"
        " modifié depuis.",
    ),
    "event": ("Event {event}:", f"Événement {{event}}{N}:"),
}  # fmt: skip
STATES: dict[str, tuple[str, str]] = {
    State.DRAFT: ("waits for approval", "attend d’être approuvé"),
    State.APPROVED: ("is approved and not sent", "est approuvé et non paru"),
    State.SENDING: ("is being sent", "en cours d’envoi"),
    State.UNCONFIRMED: ("not confirmed by the network", "non confirmé par le réseau"),
    State.SENT: ("sent", "paru"),
    State.FAILED: ("failed", "échoué"),
    State.MISSED: ("missed", "manqué"),
    State.CANCELLED: ("cancelled", "annulé"),
    State.RETRACTED: ("deleted afterwards", "supprimé après coup"),
}
#: So many incomplete pairs are named; JSON has all.
NAMED = 10


@dataclass(frozen=True, slots=True)
class Annex:
    """`parity` is None in a campaign with one language; `event` and `hash` are where the record ends; `titles` of the
    series, and the zone of the campaign's days."""

    parity: Parity | None
    event: int
    hash: str
    titles: Mapping[str, Text] = field(default_factory=dict[str, Text])
    zone: tzinfo = UTC


def add(report: str, annex: Annex, *, format: str, speaker: Speaker) -> str:  # noqa: A002 - what people call it
    """The report with its annex, in the same format. CSV has rows of deliveries only."""
    match format:
        case "html":
            head, end, tail = report.partition(f"<!--end of {speaker.language}-->")
            mark = f"<!--contents of {speaker.language}-->"
            return head.replace(mark, _contents(annex, speaker) + mark) + _html(annex, speaker) + end + tail
        case "md":
            return report.rstrip() + "\n\n" + _markdown(annex, speaker)
        case "json":
            return json.dumps(json.loads(report) | as_json(annex), ensure_ascii=False, indent=2) + "\n"
        case _:
            return report


def as_json(annex: Annex) -> dict[str, Any]:
    """The incomplete pairs with all that became of them."""
    told = asdict(annex.parity) if annex.parity else None
    for one in told["incomplete"] if told else ():
        one["due"] = one["due"].isoformat()
    return {
        "parity": told,
        "record_head": {"event": annex.event, "hash": annex.hash},
    }


def _word(name: str, speaker: Speaker) -> str:
    return say(WORDS, name, speaker.language)


def _measures(parity: Parity, speaker: Speaker) -> list[tuple[str, str]]:
    def share(value: Share, none: str = "no_complete") -> str:
        """Which no line's end takes apart; of nothing there is no share."""
        if not value.whole:
            return _word(none, speaker)
        return f"{speaker.number(value.part)}{N}{_word('of', speaker)}{N}{speaker.number(value.whole)}"

    gap = (
        _word("no_complete", speaker)
        if parity.gap_median_s is None
        else f"{speaker.number(parity.gap_median_s, 1)} {_word('and', speaker)} {speaker.number(parity.gap_max_s, 1)}"
    )
    told = {
        "complete": share(parity.complete, "no_pair"), "at_once": share(parity.at_once), "gap": gap,
        "alt": share(parity.alt, "no_picture" if parity.complete.part else "no_complete"), "media": share(parity.media),
    }  # fmt: skip
    return [(_word(name, speaker), value) for name, value in told.items()]


def _answered(parity: Parity, speaker: Speaker) -> list[tuple[str, str, str, str]]:
    return [
        (
            sentence_case(language_label(one.language, speaker)), speaker.number(one.pairs), speaker.number(one.engagements),
            speaker.number(one.median, 1),
        )
        for one in parity.answered
    ]  # fmt: skip


def _incomplete(annex: Annex, speaker: Speaker) -> list[str]:
    """The first of them, by the names that people gave."""
    return [_lacking(one, annex, speaker) for one in annex.parity.incomplete[:NAMED]] if annex.parity else []


def _lacking(one: Incomplete, annex: Annex, speaker: Speaker) -> str:
    languages = ", ".join(language_label(each, speaker) for each in one.languages)
    day = speaker.date(one.due.astimezone(annex.zone))
    name = speaker.sentence(
        "shown_name", series=series_label(one.series, annex.titles.get(one.series, {}), speaker), day=day,
        network=network_label(one.network),
    )  # fmt: skip
    sides = "; ".join(
        f"{language_label(side.language, speaker)}{speaker.colon} {say(STATES, side.state, speaker.language)}"
        + (f" ({side.reason})" if side.reason else "")
        for side in one.sides
    )
    return f"{name}, {_word('lacks' if len(one.languages) == 1 else 'lack_several', speaker)} {languages} ({sides})"


def _contents(annex: Annex, speaker: Speaker) -> str:
    """The links to what is added."""
    id = f"{speaker.language}-"  # noqa: A001 - what HTML calls it
    names = (("parity", "title"), ("record", "record")) if annex.parity else (("record", "record"),)
    return "".join(f'<li><a href="#{id}{name}">{_word(word, speaker)}</a></li>' for name, word in names)


def _html(annex: Annex, speaker: Speaker) -> str:
    env = Environment(
        loader=PackageLoader("campaign_bot.report"), undefined=StrictUndefined,
        autoescape=select_autoescape(default=True), trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    parity = annex.parity
    return env.get_template("annex.html.j2").render(
        word=lambda name: _word(name, speaker),  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
        id=f"{speaker.language}-",
        annex=annex,
        measures=_measures(parity, speaker) if parity else [],
        answered=_answered(parity, speaker) if parity else [],
        incomplete=_incomplete(annex, speaker),
    )


def _markdown(annex: Annex, speaker: Speaker) -> str:
    lines: list[str] = []
    if annex.parity:
        lines += [f"## {_word('title', speaker)}", "", _word("words", speaker), ""]
        lines += [f"| {_word('measure', speaker)} | {_word('value', speaker)} |", "|---|---:|"]
        lines += [f"| {name} | {value} |" for name, value in _measures(annex.parity, speaker)]
        heads = [_word(name, speaker) for name in ("language", "pairs", "engagements", "median")]
        lines += ["", f"**{_word('answered', speaker)}**", "", f"| {' | '.join(heads)} |", "|---|---:|---:|---:|"]
        lines += [f"| {' | '.join(row)} |" for row in _answered(annex.parity, speaker)]
        lines += ["", _word("same_age", speaker), ""]
        lines += [f"- {one}" for one in _incomplete(annex, speaker)]
        lines += [""] if annex.parity.incomplete else []
    lines += [f"## {_word('record', speaker)}", "", _word("record_words", speaker), ""]
    lines += [f"{_word('event', speaker).format(event=annex.event)} `{annex.hash}`"]
    return "\n".join(lines) + "\n"

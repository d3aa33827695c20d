"""What must be true between the parts of a campaign. Each check is a small function over the draft; CHECKS has all.

A check looks at what is right in itself, and leaves alone what has its problem already.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from campaign_bot.library.draft import Draft, Part
from campaign_bot.library.files import CampaignFile, ExperimentFile, Row, ScheduleEntry, SeriesFile
from campaign_bot.library.words import advice_for, describe, nearest, texts_of
from campaign_bot.library.yaml import Document, Keys
from campaign_bot.model import QUEUE, Problem
from campaign_bot.schedule import when_problem
from campaign_bot.values import replace

#: An address: its digits are no figures that somebody states.
#: Digits that state no figure: those of a link, and of a time of day.
_NO_FIGURE = re.compile(r"https?://\S+|\b(?:[01]?\d|2[0-3])(?::[0-5]\d\b|[ \u00a0]?h(?:[ \u00a0]?[0-5]\d)?\b)")

Check = Callable[[Draft, Collection[str]], Iterable[Problem]]  # the second argument: the names of the networks


def check_draft(draft: Draft, networks: Collection[str]) -> list[Problem]:
    """Everything that is wrong between the parts."""
    return [problem for check in CHECKS for problem in check(draft, networks)]


# The campaign


def timezone_exists(draft: Draft, _networks: Collection[str]) -> Iterator[Problem]:
    document = draft.campaign.document if draft.campaign else None
    name = document.at("timezone") if document else None
    if document and isinstance(name, str) and name not in available_timezones():
        cities = {zone.rpartition("/")[2]: zone for zone in sorted(available_timezones())}
        meant = nearest(name, available_timezones()) or cities.get(nearest(name.rpartition("/")[2], cities), "")
        advice = f"Did you mean `{meant}`?" if meant else "Write a name such as America/Toronto or Europe/Paris."
        yield document.problem("unknown-timezone", ("timezone",), f"There is no timezone `{name}`.", advice)


def campaign_dates_in_order(draft: Draft, _networks: Collection[str]) -> Iterator[Problem]:
    if draft.campaign is None or (campaign := draft.campaign.value) is None:
        return
    yield from _in_order(draft.campaign, (), campaign.starts, campaign.ends)
    if draft.campaign.sound("quiet_periods"):
        for number, period in enumerate(campaign.quiet_periods):
            yield from _in_order(draft.campaign, ("quiet_periods", number), period.starts, period.ends)


def languages_once(draft: Draft, _networks: Collection[str]) -> Iterator[Problem]:
    if draft.campaign:
        yield from _once(draft.campaign, ("languages",), draft.languages)


def accounts_fit(draft: Draft, networks: Collection[str]) -> Iterator[Problem]:
    for name, account in draft.accounts().items():
        assert draft.campaign is not None  # noqa: S101 - it has the accounts
        part, keys = draft.campaign, ("accounts", name)
        if part.document.has((*keys, "name")):
            message = f"`name` is not a key of an account: its name is `{name}`, the key."
            yield part.problem("unknown-key", (*keys, "name"), message, "Remove it.", at_key=True)
        if draft.languages and account.language not in draft.languages:
            message = f"`{name}` speaks `{account.language}`, which is not a language of the campaign."
            advice = advice_for(account.language, draft.languages, "language")
            yield part.problem("unknown-language", (*keys, "language"), message, advice)
        if account.network not in networks:
            message = f"There is no network `{account.network}`."
            advice = advice_for(account.network, networks, "network")
            yield part.problem("unknown-network", (*keys, "network"), message, advice)


def budgets_name_networks(draft: Draft, networks: Collection[str]) -> Iterator[Problem]:
    if draft.campaign is None or (campaign := draft.campaign.value) is None:
        return
    for name in campaign.budget:
        if name not in networks:
            advice = advice_for(name, networks, "network")
            yield draft.campaign.problem(
                "unknown-network", ("budget", name), f"There is no network `{name}`.", advice, at_key=True
            )


# Approvals


def approvals_name_what_exists(draft: Draft, _networks: Collection[str]) -> Iterator[Problem]:
    if draft.campaign is None or (campaign := draft.campaign.value) is None or campaign.approvals is None:
        return
    part, approvals = draft.campaign, campaign.approvals
    roles = {role for roles in campaign.people.values() for role in roles}
    for keys, rule in (
        (("approvals",), approvals),
        *((("approvals", "rules", number), one) for number, one in enumerate(approvals.rules)),
    ):
        for role in rule.roles or ():
            if campaign.people and role not in roles:
                message, advice = f"Nobody among `people` has the role `{role}`.", advice_for(role, roles, "role")
                yield part.problem("unknown-role", (*keys, "roles"), message, advice)
    for number, one in enumerate(approvals.rules):
        for name, known, kind in (
            (one.series, (*draft.series, QUEUE), "series"),
            (one.accounts, draft.account_names, "account"),
        ):
            for word in name:
                if word not in known:
                    key = "series" if kind == "series" else "accounts"
                    yield part.problem(
                        f"unknown-{kind}", ("approvals", "rules", number, key), f"There is no {kind} `{word}`.",
                        advice_for(word, known, kind),
                    )  # fmt: skip


def enough_people_can_approve(draft: Draft, _networks: Collection[str]) -> Iterator[Problem]:
    """A rule that nobody can meet would hold every post back for ever."""
    if draft.campaign is None or (campaign := draft.campaign.value) is None or campaign.approvals is None:
        return
    rules = campaign.approvals.rules
    for keys, rule in (
        (("approvals",), campaign.approvals.rule_for("", "")),
        *((("approvals", "rules", number), campaign.approvals.completed(one)) for number, one in enumerate(rules)),
    ):
        able = [name for name, roles in campaign.people.items() if not rule.roles or set(rule.roles) & set(roles)]
        named = {role for roles in campaign.people.values() for role in roles}
        if campaign.people and set(rule.roles) <= named and len(able) < rule.needed:
            there = f"only {', '.join(able)}" if able else "nobody"
            message = f"It takes {rule.needed} {'person' if rule.needed == 1 else 'people'}, and {there} may approve."
            yield draft.campaign.problem("too-few-people", keys, message, "Add people with the role, or need fewer.")
        elif not campaign.people and rule.needed > 1:
            message = f"It takes {rule.needed} people, and nobody is listed: one person can go by several names."
            advice = "List who takes part under `people:`."
            yield _warning(draft.campaign.problem("too-few-people", keys, message, advice))
        elif campaign.people and rule.self_approval == "never" and len(able) == rule.needed:
            message = f"What one of {', '.join(able)} writes or moves, the others are too few to approve."
            advice = "Add people with the role, need fewer, or set `self_approval: counts-as-one`."
            yield _warning(draft.campaign.problem("too-few-people", keys, message, advice))


def _warning(problem: Problem) -> Problem:
    return replace(problem, severity="warning")


# Texts in every language


def texts_in_every_language(draft: Draft, _networks: Collection[str]) -> Iterator[Problem]:
    for document, keys in _texts(draft):
        text = document.at(*keys)
        if isinstance(text, dict):
            yield from _languages(document, keys, text, draft.languages)


def _texts(draft: Draft) -> Iterator[tuple[Document, Keys]]:
    parts = (
        (draft.campaign, CampaignFile),
        *((series.part, SeriesFile) for series in draft.series.values()),
        *((part, ExperimentFile) for part in draft.experiments),
    )
    for part, model in parts:
        if part is not None and draft.languages:
            yield from ((part.document, keys) for keys in texts_of(model, part.document))
    for part in _all_rows(draft):
        yield from ((part.document, (*part.keys, *keys)) for keys in translated(part, draft.languages))


def translated(part: Part[Row], languages: Collection[str]) -> Iterator[Keys]:
    """The translated fields of a row: mappings of the campaign's own that have a language of the campaign as a key."""

    def inside(value: Any, keys: Keys) -> Iterator[Keys]:
        if isinstance(value, dict) and any(language in value for language in languages):
            yield keys
        elif isinstance(value, dict | list):
            for key, below in value.items() if isinstance(value, dict) else enumerate(value):
                yield from inside(below, (*keys, key))

    for name, value in (part.value.model_extra or {}).items() if part.value else ():
        yield from inside(value, (name,))


def _languages(document: Document, keys: Keys, text: dict[str, Any], languages: Collection[str]) -> Iterator[Problem]:
    name = keys[-1]
    for language in languages:
        if language not in text:
            message = f"`{name}` has no text in `{language}`."
            yield document.problem("missing-language", keys, message, f"Add `{language}: …` to it.", at_key=True)
        elif text[language] in (None, "", []):
            message = f"`{name}` is empty in `{language}`."
            yield document.problem("missing-language", (*keys, language), message, "Write the text.")
    for language in text:
        if language not in languages:
            message = f"`{language}` is not a language of the campaign."
            advice = advice_for(language, languages, "language")
            yield document.problem("unknown-language", (*keys, language), message, advice, at_key=True)


# Items


def rows_once(draft: Draft, _networks: Collection[str]) -> Iterator[Problem]:
    for parts in draft.rows.values():
        first: dict[str, Part[Row]] = {}
        for part in parts:
            if part.id and first.setdefault(part.id, part) is not part:
                line, _column = first[part.id].document.place((*first[part.id].keys, "id"))
                message = f"The item `{part.id}` is also defined on line {line}."
                yield part.problem("defined-twice", ("id",), message, "Give one of them another id.")


def row_keys_not_misspelt(draft: Draft, _networks: Collection[str]) -> Iterator[Problem]:
    known = set(Row.model_fields)
    for part in _all_rows(draft):
        for name in part.value.model_extra or {} if part.value else ():
            meant = nearest(name, known)
            if meant and meant not in (part.value.model_fields_set if part.value else ()):
                line, column = part.document.key_place((*part.keys, name))
                message = f"`{name}` is a field of your own; `{meant}` is the one that the bot knows."
                advice = f"Write `{meant}` if that is what you mean."
                yield Problem(part.document.file, line, column, "unknown-key", "warning", message, advice)


def numbers_have_sources(draft: Draft, _networks: Collection[str]) -> Iterator[Problem]:
    for part in _all_rows(draft):
        if part.value and part.value.source is None and part.sound("source"):
            found = next(_numbers(part, draft.languages), None)
            if found:
                message = f"`{part.id}` states a number and does not say where it comes from."
                advice = "Add `source:` with title, url and date."
                yield replace(part.problem("source-missing", found, message, advice), where=part.id)


def _numbers(part: Part[Row], languages: Collection[str]) -> Iterator[Keys]:
    for keys in translated(part, languages):
        for language, text in part.document.at(*part.keys, *keys).items():
            if isinstance(text, str) and any(character.isdigit() for character in _NO_FIGURE.sub("", text)):
                yield (*keys, language)


def priorities_exist(draft: Draft, _networks: Collection[str]) -> Iterator[Problem]:
    if draft.campaign is None:
        return
    for part in (*(series.part for series in draft.series.values()), *_all_rows(draft)):
        name = part.value.priority if part.value else ""
        if name and name not in draft.priorities:
            advice = advice_for(name, draft.priorities, "priority")
            yield part.problem("unknown-priority", ("priority",), f"There is no priority `{name}`.", advice)


def commitments_exist(draft: Draft, _networks: Collection[str]) -> Iterator[Problem]:
    """Where content/data/commitments.yaml lists them."""
    if "commitments" not in draft.rows or "commitments" in draft.unread:
        return
    known = [row.id for row in draft.rows["commitments"]]
    for part in (*(series.part for series in draft.series.values()), *_all_rows(draft)):
        for number, name in enumerate(part.value.commitments if part.value and part.sound("commitments") else ()):
            if name not in known:
                advice = advice_for(name, known, "commitment")
                message = f"There is no commitment `{name}`."
                yield part.problem("unknown-commitment", ("commitments", number), message, advice)


# Schedules


def entries_once(draft: Draft, _networks: Collection[str]) -> Iterator[Problem]:
    first: dict[str, Part[ScheduleEntry]] = {}
    for part in draft.entries:
        other = first.setdefault(part.id, part)
        if other is not part:
            line, _column = other.document.key_place(other.keys)
            message = f"The schedule entry `{part.id}` is also defined in {other.document.file}, line {line}."
            yield part.problem("defined-twice", (), message, "Give one of them another name.", at_key=True)


def entries_name_what_exists(draft: Draft, _networks: Collection[str]) -> Iterator[Problem]:
    for part, entry in _all_entries(draft):
        if entry.series not in draft.series:
            advice = advice_for(entry.series, draft.series, "series")
            yield part.problem("unknown-series", ("series",), f"There is no series `{entry.series}`.", advice)
        if entry.accounts == "all" or draft.campaign is None or not part.sound("accounts"):
            continue
        if not entry.accounts:
            message, advice = "`accounts` names no account.", "Name at least one, or write `accounts: all`."
            yield part.problem("unknown-account", ("accounts",), message, advice)
        yield from _once(part, ("accounts",), entry.accounts)
        for number, name in enumerate(entry.accounts):
            if name not in draft.account_names:
                advice = advice_for(name, draft.account_names, "account")
                yield part.problem("unknown-account", ("accounts", number), f"There is no account `{name}`.", advice)


def entries_can_be_followed(draft: Draft, _networks: Collection[str]) -> Iterator[Problem]:
    for part, entry in _all_entries(draft):
        yield from _in_order(part, (), entry.starts, entry.ends)
        said = when_problem(entry.when) if part.sound("when") else None
        if said:
            kind = next((kind for kind in ("cron", "every", "before") if kind in entry.when.model_fields_set), "")
            keys = ("when", kind) if kind and "exactly one" not in said else ("when",)
            yield part.problem("bad-when", keys, f"{said}.", at_key=len(keys) == 1)
        elif entry.when.before and entry.series in draft.series:
            yield from _dated(draft, entry)


def _dated(draft: Draft, entry: ScheduleEntry) -> Iterator[Problem]:
    """`before` counts from a date of each item."""
    for row in chosen_rows(draft, entry.series):
        value = row.value.field(entry.when.before) if row.value else None
        if row.value and not isinstance(value, date) and row.sound(entry.when.before):
            name = entry.when.before
            message = (
                f"`{name}` of `{row.id}` must be a date, because a schedule counts from it; it is {describe(value)}."
            )
            yield row.problem("bad-when", (name,), message, f"Write `{name}: 2027-03-04`, without quotation marks.")


# What several checks use


def chosen_rows(draft: Draft, series: str) -> list[Part[Row]]:
    """The items that a series takes, in the order of use. A shuffle is the same on every machine, and a new item does
    not move the others about."""
    file = draft.series[series].part.value
    if file is None:
        return []
    by_id = {part.id: part for part in draft.rows.get(file.items.data, [])}
    parts = [by_id[id] for id in file.items.only if id in by_id] if file.items.only else list(by_id.values())  # noqa: A001
    parts = [part for part in parts if part.value and _matches(part.value, file.items.where)]
    if file.items.order == "shuffled":
        campaign = draft.campaign.document.at("id") if draft.campaign else ""
        parts.sort(key=lambda part: hashlib.sha256(f"{campaign}\x1f{series}\x1f{part.id}".encode()).digest())
    return parts


def _matches(row: Row, where: dict[str, str | bool | int]) -> bool:
    return all(row.field(name) == wanted for name, wanted in where.items())


def _all_rows(draft: Draft) -> Iterator[Part[Row]]:
    return (part for parts in draft.rows.values() for part in parts)


def _all_entries(draft: Draft) -> Iterator[tuple[Part[ScheduleEntry], ScheduleEntry]]:
    return ((part, part.value) for part in draft.entries if part.value)


def _in_order(part: Part[Any], keys: Keys, starts: date | None, ends: date | None) -> Iterator[Problem]:
    if starts and ends and ends < starts:
        message = f"`ends` ({ends}) comes before `starts` ({starts})."
        yield part.problem("bad-date", (*keys, "ends"), message, "Swap them, or mend the year.")


def _once(part: Part[Any], keys: Keys, words: Iterable[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, word in enumerate(words):
        if word in seen:
            yield part.problem("defined-twice", (*keys, number), f"`{word}` is named twice.", "Keep it once.")
        seen.add(word)


CHECKS: tuple[Check, ...] = (
    timezone_exists,
    campaign_dates_in_order,
    languages_once,
    accounts_fit,
    budgets_name_networks,
    approvals_name_what_exists,
    enough_people_can_approve,
    texts_in_every_language,
    rows_once,
    row_keys_not_misspelt,
    numbers_have_sources,
    priorities_exist,
    commitments_exist,
    entries_once,
    entries_name_what_exists,
    entries_can_be_followed,
)

"""The tables of the data package: which columns of which view, and what is left out.

Every table is a row here; the words for its columns come from `privacy/stored.yaml`, so that the database, its explorer and
the package say the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from campaign_bot.opendata.public import leads_somewhere
from campaign_bot.opendata.suppress import small, told
from campaign_bot.privacy import Text, stored

Row = dict[str, Any]
Rows = Callable[[str], Iterable[Row]]  # a view's rows, by its name

#: What has happened: drafts and what is still to come are nobody's business yet.
PUBLISHED = ("sent", "retracted", "failed", "missed")
ROLE = "campaign team"

SUPPRESSED: Text = {
    "en": "true: a count of this row is between 1 and 9, and is not published",
    "fr": "true\u00a0: un chiffre de cette ligne est entre 1 et 9, et n’est pas publié",
}


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str  # of the Table Schema
    what: Text
    format: str = ""


@dataclass(frozen=True, slots=True)
class DataTable:
    """One CSV file. `make` reads views and yields rows by column name; None is an empty cell."""

    name: str
    title: Text
    fields: tuple[Field, ...]
    make: Callable[[Rows], Iterator[Row]]
    key: tuple[str, ...]


_TYPES = {
    "integer": "polls likes reposts replies quotes bookmarks impressions link_clicks engagements followers_when_sent"
    " followers option votes count times parts pictures attempts",
    "number": "age_hours late_hours late_s usd",
    "boolean": "simulated poll suppressed",
    "datetime": "due sent approved taken closed counted",
    "date": "day",
    "yearmonth": "month",
}
_TYPE_OF = {name: kind for kind, names in _TYPES.items() for name in names.split()}


def _fields(view: str, names: str, **more: Text) -> tuple[Field, ...]:
    """The columns of a view by their names, then columns that only the package has."""
    found: list[Field] = []
    for name in names.split():
        column = stored().column(view, name)
        what = more.get(name, column.what if column is not None else None)
        if what is None:
            raise KeyError(f"{view}.{name} has no words in privacy/stored.yaml")
        found.append(Field(name, _TYPE_OF.get(name, "string"), what))
    return tuple(found)


def _plain(view: str) -> Callable[[Rows], Iterator[Row]]:
    return lambda rows: iter(rows(view))


def _posts(rows: Rows) -> Iterator[Row]:
    """Words only of what is out: a post that was withdrawn, refused or missed is not published by the back door."""
    for row in rows("posts"):
        if row["state"] in PUBLISHED:
            out = row["state"] == "sent"
            # A rehearsal's numbers at x.com or bsky.app are those of nobody's posts, or of a stranger's.
            url = row["url"] if out and not row["simulated"] and leads_somewhere(row["url"] or "") else None
            yield {
                **row, "text": row["text"] if out else None, "url": url,
                "approved_by": ROLE if row["approved"] else None,
            }  # fmt: skip


def _engagement(rows: Rows) -> Iterator[Row]:
    """Without votes: beside those of a question, which are exact, the votes of its other accounts would tell a small one."""
    for row in rows("engagement"):
        yield {**row, "link_clicks": told(row["link_clicks"]), "suppressed": small(row["link_clicks"])}


def poll_rows(rows: Rows, settled: Collection[str]) -> Iterator[Row]:
    """By question: the votes of all networks and languages together, of the deliveries that are settled: one more on
    another day would tell its own votes. A poll with a small count is left out whole: shares of
    the others would tell it, and so would the sum of accounts beside the accounts."""
    polls: dict[str, dict[int, list[Row]]] = {}
    for row in rows("polls"):
        if row["delivery"] in settled:
            polls.setdefault(row["post"], {}).setdefault(row["option"], []).append(row)
    for post, options in polls.items():
        votes = {option: sum(row["votes"] for row in some) for option, some in options.items()}
        left = any(map(small, votes.values()))
        for option, some in sorted(options.items()):
            labels = {f"label_{row['language']}": row["label"] for row in some}
            yield {
                **labels, "post": post, "option": option, "votes": None if left else votes[option], "polls": len(some),
                "closed": max(row["closed"] for row in some), "suppressed": left,
            }  # fmt: skip


def _outcomes(rows: Rows, begins: date) -> Iterator[Row]:
    """By day, source and name. Without what happened before the campaign began, which it did not bring about."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for row in rows("outcomes"):
        if row["day"] >= begins.isoformat():
            counts[row["name"], row["source"], row["day"]] += row["count"]
    for (name, source, day), count in sorted(counts.items()):
        yield {"day": day, "source": source, "name": name, "count": told(count), "suppressed": small(count)}


def _clicks(rows: Rows) -> Iterator[Row]:
    """By post, account and kind over all days. Of what is out, as on the page."""
    counts: Counter[tuple[str, str, str]] = Counter()
    apart = {(row["post"], row["account"]) for row in rows("posts") if row["state"] != "sent"}
    for row in rows("clicks"):
        if (row["post"], row["account"]) not in apart:
            counts[row["kind"], row["post"], row["account"]] += row["count"]
    for (kind, post, account), count in sorted(counts.items()):
        yield {"post": post, "account": account, "kind": kind, "count": told(count), "suppressed": small(count)}


def _spending(rows: Rows) -> Iterator[Row]:
    yield from sorted(rows("spending"), key=lambda row: (row["month"], row["account"], row["action"]))


def _in_tens(view: str, name: str) -> Text:
    """The words of a column whose counts are told in whole tens."""
    what = next(one.what for one in _fields(view, name))
    return {
        "en": f"{what['en']}; in whole tens, rounded down",
        "fr": f"{what['fr']}; par dizaines entières, arrondi vers le bas",
    }


def _title(english: str, french: str) -> Text:
    return {"en": english, "fr": french}


def tables(settled: Collection[str], begins: date) -> tuple[DataTable, ...]:
    """`settled`: the deliveries whose polls may be told (`Store.settled_polls`); `begins`: the campaign's first day."""
    approved_by = _title(
        "the role of who approved it; names are not published",
        "le rôle de qui l’a approuvée; les noms ne sont pas publiés",
    )
    url = _title(
        "where it can be read; empty: it is out no more, or was where the public cannot reach it, as in a rehearsal",
        "où la lire; vide\u00a0: elle n’est plus en ligne, ou le public ne peut la joindre, comme lors d’une répétition",
    )
    return (
        DataTable(
            "posts", _title("What was published, post by post and account by account", "Ce qui est paru, par publication et par compte"),
            _fields(
                "posts",
                "post account network language state due sent late_s series item priority commitments rung parts pictures poll"
                " approved approved_by text url simulated",
                approved_by=approved_by, url=url,
            ),
            _posts, ("post", "account"),
        ),
        DataTable(
            "engagement", _title("How people engaged, at each age", "Comment les gens ont réagi, à chaque âge"),
            _fields(
                "engagement",
                "post account network language age_hours taken likes reposts replies quotes bookmarks impressions link_clicks"
                " engagements followers_when_sent mark suppressed simulated",
                suppressed=SUPPRESSED, link_clicks=_in_tens("engagement", "link_clicks"),
            ),
            _engagement, ("post", "account", "age_hours"),
        ),
        DataTable(
            "readings", _title("Which counts were read in time, late or not at all", "Quels chiffres ont été relevés à temps, en retard ou pas du tout"),
            _fields("readings", "post account network age_hours taken late_hours reading mark simulated"),
            _plain("readings"), ("post", "account", "age_hours"),
        ),
        DataTable(
            "followers", _title("Followers of each account", "Les abonnés de chaque compte"),
            _fields("audience", "account counted followers simulated"), _plain("audience"), ("account", "counted"),
        ),
        DataTable(
            "polls", _title("Results of polls, all networks and languages together", "Les résultats des sondages, réseaux et langues confondus"),
            _fields(
                "polls",
                "post option label_en label_fr votes polls closed suppressed simulated",
                label_en=_title("its words in English", "ses mots en anglais"),
                label_fr=_title("its words in French", "ses mots en français"),
                polls=_title("how many polls were added up: one a network and language", "combien de sondages sont additionnés\u00a0: un par réseau et par langue"),
                suppressed=SUPPRESSED,
            ),
            lambda rows: poll_rows(rows, settled), ("post", "option"),
        ),
        DataTable(
            "outcomes", _title("What happened elsewhere: sign-ups, submissions, downloads", "Ce qui s’est passé ailleurs\u00a0: inscriptions, propositions, téléchargements"),
            _fields("outcomes", "day source name count suppressed simulated", suppressed=SUPPRESSED, count=_in_tens("outcomes", "count")),
            lambda rows: _outcomes(rows, begins), ("day", "source", "name"),
        ),
        DataTable(
            "clicks", _title("Clicks on the campaign’s own short links", "Les clics sur les liens courts de la campagne"),
            _fields("clicks", "post account kind count suppressed simulated", suppressed=SUPPRESSED, count=_in_tens("clicks", "count")),
            _clicks, ("post", "account", "kind"),
        ),
        DataTable(
            "spending", _title("What the networks’ calls cost", "Ce que coûtent les appels aux réseaux"),
            _fields("spending", "month network account action times usd simulated"), _spending, ("month", "account", "action"),
        ),
    )  # fmt: skip

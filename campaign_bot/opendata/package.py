"""The data package: CSV files and a datapackage.json that says what is in them (Frictionless Data Package 1.0).

https://specs.frictionlessdata.io/data-package/ · every column is described in English and in French.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from campaign_bot.bilingual import N
from campaign_bot.library.files import CampaignFile
from campaign_bot.opendata.tables import DataTable, Row, Rows

#: name -> (title by language, address). SPDX names, but for the Canadian one.
LICENCES: dict[str, tuple[Mapping[str, str], str]] = {
    "CC-BY-4.0": (
        {"en": "Creative Commons Attribution 4.0", "fr": "Creative Commons Attribution 4.0"},
        "https://creativecommons.org/licenses/by/4.0/",
    ),
    "CC0-1.0": (
        {"en": "CC0 1.0: no rights reserved", "fr": "CC0 1.0\u00a0: aucun droit réservé"},
        "https://creativecommons.org/publicdomain/zero/1.0/",
    ),
    "ODC-BY-1.0": (
        {"en": "Open Data Commons Attribution 1.0", "fr": "Open Data Commons Attribution 1.0"},
        "https://opendatacommons.org/licenses/by/1-0/",
    ),
    "OGL-Canada-2.0": (
        {"en": "Open Government Licence – Canada 2.0", "fr": "Licence du gouvernement ouvert – Canada 2.0"},
        "https://open.canada.ca/en/open-government-licence-canada",
    ),
}
#: Spreadsheets take a cell that begins so for a formula, and run it: an apostrophe before it keeps it a text.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: How the figures came about and what they do not tell: (heading, words), by language.
METHOD: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        (
            "Counts",
            "They are read from the networks’ own interfaces at fixed ages of each post. One taken long after its age is in"
            " readings.csv as late, and is not in engagement.csv. Outcomes are those of days from the campaign’s first one on. An"
            " empty cell is unknown, never zero.",
        ),
        (
            "Engagements",
            "Likes, reposts, replies, quotes and bookmarks, as far as the network tells them. Likes, reposts, replies, quotes,"
            " bookmarks and impressions are told to everybody by the networks, beside the post or by their interfaces, and are whole.",
        ),
        ("People", "Nothing about people is collected: no names, no replies, no lists of followers."),
        (
            "Small counts",
            "Votes, clicks on links and outcomes are left out when they are 1 to 9; the column suppressed says so.",
        ),
        (
            "Whole tens",
            "Clicks and outcomes are told in whole tens, rounded down: they change from one export to the"
            " next, and a difference would tell a small count too. A total is the sum of what is told, so that it tells no more;"
            " it falls short by up to 9 for each count in it.",
        ),
        (
            "Polls",
            "Their votes are told by question, all networks and languages together: beside that sum, the votes of a single account"
            " could tell a small count at another. A question with a small count is left out whole. A question is told once each"
            " network has told its votes at the close, or was given up when it had not in three days; what is told or leaves later"
            " changes nothing, as the difference would tell a small count too.",
        ),
        (
            "Addresses",
            "An address that leads nowhere for the public, such as that of a rehearsal, is left empty.",
        ),
        (
            "Apostrophes",
            "A text that begins with =, +, - or @ has an apostrophe before it, so that no spreadsheet runs it as a formula.",
        ),
    ),
    "fr": (
        (
            "Chiffres",
            "Ils viennent des interfaces des réseaux, à des âges fixes de chaque publication. Celui qu’on relève longtemps après"
            " figure dans readings.csv comme tardif (late), et n’est pas dans engagement.csv. Les résultats sont ceux des jours à partir"
            " du premier de la campagne. Une cellule vide est inconnue, jamais zéro.",
        ),
        (
            "Réactions",
            "Les mentions J’aime, les partages, les réponses, les citations et les signets que le réseau communique. Les mentions"
            " J’aime, les partages, les réponses, les citations, les signets et les affichages sont communiqués à tous par les réseaux, à"
            " côté de la publication ou par leurs interfaces, et sont donnés au complet.",
        ),
        ("Personnes", "Rien n’est recueilli sur les personnes\u00a0: ni noms, ni réponses, ni listes d’abonnés."),
        (
            "Petits chiffres",
            "Les votes, les clics et les résultats sont omis quand ils valent de 1 à 9; la colonne suppressed le dit.",
        ),
        (
            "Dizaines entières",
            "Les clics et les résultats sont donnés par dizaines entières, arrondis vers le bas\u00a0: ils"
            " changent d’une exportation à l’autre, et une différence révélerait aussi un petit chiffre. Un total est la somme de ce"
            " qui est donné, pour n’en pas dire plus; il lui manque jusqu’à 9 par chiffre qui y entre.",
        ),
        (
            "Sondages",
            "Leurs votes sont donnés par question, réseaux et langues confondus\u00a0: à côté de cette somme, les votes d’un seul compte"
            " pourraient révéler un petit chiffre d’un autre. Une question qui a un petit chiffre est omise en entier. Une question"
            " figure dès que chaque réseau a communiqué ses votes à la clôture, ou qu’on y a renoncé après trois jours; ce qui est"
            " communiqué ou part plus tard n’y change rien, car la différence révélerait aussi un petit chiffre.",
        ),
        (
            "Adresses",
            "Une adresse qui ne mène nulle part pour le public, comme celle d’une répétition, est laissée vide.",
        ),
        (
            "Apostrophes",
            "Un texte qui commence par =, +, - ou @ est précédé d’une apostrophe, pour qu’aucun tableur ne l’exécute comme une"
            " formule.",
        ),
    ),
}


def write(
    directory: Path, tables: Sequence[DataTable], rows: Rows, *, campaign: CampaignFile, simulated: bool, now: datetime
) -> dict[str, int]:
    """Write every table and the descriptor into an empty directory. Returns the rows of each table."""
    resources: list[dict[str, Any]] = []
    found: dict[str, int] = {}
    for table in tables:
        file = directory / f"{table.name}.csv"
        found[table.name] = _csv(file, table, rows, simulated)
        resources.append(_resource(table, file))
    descriptor = _descriptor(campaign, resources, simulated=simulated, now=now)
    text = json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n"
    (directory / "datapackage.json").write_text(text, encoding="utf-8")
    return found


def _csv(file: Path, table: DataTable, rows: Rows, simulated: bool) -> int:
    number = 0
    names = [field.name for field in table.fields]
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        for row in table.make(rows):
            writer.writerow(_cells({**row, "simulated": simulated}, table))
            number += 1
    return number


def _cells(row: Row, table: DataTable) -> list[object]:
    """As the Table Schema writes them: nothing for what is unknown."""
    values = ((field, row.get(field.name)) for field in table.fields)
    return [
        "" if value is None
        else ("true" if value else "false") if field.type == "boolean"
        else f"'{value}" if isinstance(value, str) and value.startswith(FORMULA)
        else value
        for field, value in values
    ]  # fmt: skip


def _resource(table: DataTable, file: Path) -> dict[str, Any]:
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return {
        "name": table.name,
        "path": file.name,
        "profile": "tabular-data-resource",
        "title": table.title["en"],
        "title_fr": table.title["fr"],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.stat().st_size,
        "hash": f"sha256:{digest}",
        "schema": {
            "fields": [
                {
                    "name": field.name, "type": field.type, "description": field.what["en"],
                    "description_fr": field.what["fr"],
                }
                for field in table.fields
            ],
            "primaryKey": list(table.key),
            "missingValues": [""],
        },
    }  # fmt: skip


def _descriptor(
    campaign: CampaignFile, resources: list[dict[str, Any]], *, simulated: bool, now: datetime
) -> dict[str, Any]:
    title, address = LICENCES[campaign.open_data.licence]
    told = {language: campaign.name.get(language, campaign.id) for language in ("en", "fr")}
    publisher = campaign.open_data.publisher
    contributors = [
        {"title": publisher.get("en") or next(iter(publisher.values())), "role": "publisher",
         **({"email": campaign.open_data.contact} if "@" in campaign.open_data.contact else {})}
    ] if publisher else []  # fmt: skip
    return {
        "profile": "tabular-data-package",
        "name": campaign.id,
        "title": told["en"] + (" (SIMULATED)" if simulated else ""),
        "title_fr": told["fr"] + (" (SIMULÉ)" if simulated else ""),
        "description": campaign.goal.get("en", ""),
        "description_fr": campaign.goal.get("fr", ""),
        "languages": list(campaign.languages),
        "created": now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "simulated": simulated,
        "method": _method("en"),
        "method_fr": _method("fr"),
        "licenses": [
            {"name": campaign.open_data.licence, "title": title["en"], "title_fr": title["fr"], "path": address}
        ],
        **({"homepage": campaign.open_data.url} if campaign.open_data.url else {}),
        **({"contributors": contributors} if contributors else {}),
        "keywords": ["open government", "gouvernement ouvert", "social media", "médias sociaux"],
        "resources": resources,
    }


def _method(language: str) -> str:
    """As one text, its headings before a colon."""
    colon = f"{N}:" if language == "fr" else ":"
    return "\n".join(f"{heading}{colon} {words}" for heading, words in METHOD[language])

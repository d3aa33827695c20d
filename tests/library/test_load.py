"""A good campaign becomes a Library that the other parts can rely on."""

from __future__ import annotations

import os
import struct
import time as clock
import zlib
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from PIL import Image

from campaign_bot.library.files import Library
from campaign_bot.library.load import load
from campaign_bot.model import Problem
from tests.library.conftest import GOOD, Write

NETWORKS = ("bluesky", "mastodon", "x")


def loaded(directory: Path) -> Library:
    library, problems = load(directory, networks=NETWORKS)
    assert problems == []
    assert library is not None
    return library


def test_good_campaign_has_all_its_parts(write: Write) -> None:
    library = loaded(write({}))
    assert library.campaign.starts == date(2027, 1, 4)
    assert [account.name for account in library.campaign.accounts.values()] == ["mastodon-en", "mastodon-fr", "x-en"]
    series = library.series["did-you-know"]
    assert [row.id for row in series.rows] == ["half", "words", "third"]
    assert series.template("x", "fr") == ("post.fr.j2", "{{ item.text }}")
    assert [account.name for account in library.accounts_of(library.schedules["mondays"])] == [
        "mastodon-en",
        "mastodon-fr",
    ]
    assert library.schedule_places == {"mondays": ("schedules/weekly.yaml", 1, 1)}


def test_rows_keep_their_own_fields_and_a_year_is_a_source_date(write: Write) -> None:
    row = loaded(write({})).series["did-you-know"].rows[0]
    assert row.field("text") == {"en": "50% of people", "fr": "50 % des gens"}
    assert row.field("day") == date(2027, 2, 1)
    assert row.source is not None
    assert row.source.date == "2023"


def test_only_picks_in_its_own_order(write: Write) -> None:
    file = GOOD["content/series/did-you-know/series.yaml"].replace("facts}", "facts, only: [third, half]}")
    series = loaded(write({"content/series/did-you-know/series.yaml": file})).series["did-you-know"]
    assert [row.id for row in series.rows] == ["third", "half"]


def test_where_keeps_rows_whose_fields_are_equal(write: Write) -> None:
    data = GOOD["content/data/facts.yaml"].replace("- id: words\n", "- id: words\n  season: winter\n")
    file = GOOD["content/series/did-you-know/series.yaml"].replace("facts}", "facts, where: {season: winter}}")
    directory = write({"content/data/facts.yaml": data, "content/series/did-you-know/series.yaml": file})
    assert [row.id for row in loaded(directory).series["did-you-know"].rows] == ["words"]


def test_shuffle_is_repeatable_and_a_new_row_moves_no_other(write: Write) -> None:
    names = [f"row-{number}" for number in range(20)]
    file = GOOD["content/series/did-you-know/series.yaml"].replace("facts}", "facts, order: shuffled}")

    def order(rows: list[str]) -> list[str]:
        data = "".join(f"- id: {name}\n" for name in rows)
        directory = write({"content/data/facts.yaml": data, "content/series/did-you-know/series.yaml": file})
        return [row.id for row in loaded(directory).series["did-you-know"].rows]

    first = order(names)
    assert sorted(first) == sorted(names)
    assert first != names
    assert order(list(reversed(names))) == first
    assert [name for name in order([*names, "late"]) if name != "late"] == first


def test_when_reads_wall_clock_times(write: Write) -> None:
    text = """\
days:
  series: did-you-know
  when: {dates: ["2027-02-01 12:00", 2027-02-02T09:30:00]}
before:
  series: did-you-know
  when: {before: day, days: [7, 0, -1], at: "18:00"}
every:
  series: did-you-know
  when: {every: 3d, from: "2027-01-05 08:00"}
  spread: 1h30m
  not_on: [2027-01-08]
"""
    schedules = loaded(write({"schedules/weekly.yaml": text})).schedules
    assert schedules["days"].when.dates == (datetime(2027, 2, 1, 12), datetime(2027, 2, 2, 9, 30))
    assert schedules["before"].when.at == time(18)
    assert schedules["every"].when.start == datetime(2027, 1, 5, 8)
    assert schedules["every"].spread == timedelta(minutes=90)


def test_byte_order_mark_and_windows_line_ends_are_accepted(write: Write) -> None:
    text = GOOD["content/campaign.yaml"].replace("\n", "\r\n").encode("utf-8-sig")
    assert loaded(write({"content/campaign.yaml": text})).campaign.id == "spring"


def test_a_text_may_be_shared_with_an_alias(write: Write) -> None:
    text = (
        GOOD["content/campaign.yaml"].replace("name: {", "name: &name {").replace("{en: Say it, fr: Le dire}", "*name")
    )
    assert loaded(write({"content/campaign.yaml": text})).campaign.goal == {"en": "Spring", "fr": "Printemps"}


def test_commitments_are_free_where_no_file_lists_them(write: Write) -> None:
    assert loaded(write({"content/data/commitments.yaml": None})).series["did-you-know"].file.commitments


def test_a_picture_file_is_found_and_opened(write: Write) -> None:
    directory = write({"content/series/did-you-know/series.yaml": with_picture("a/map.png")})
    (directory / "content/media/a").mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(directory / "content/media/a/map.png")
    loaded(directory)


def header_of_png(width: int, height: int) -> bytes:
    """What a file says before anybody has unpacked a pixel of it."""
    size = struct.pack(">II5B", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", size), (b"IDAT", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def with_picture(file: str) -> str:
    return f"{GOOD['content/series/did-you-know/series.yaml']}pictures: [{{file: {file}, alt: {{en: A, fr: B}}}}]\n"


@pytest.mark.parametrize(
    ("made", "rule", "fragment"),
    [
        ("text", "picture-broken", "it is not a picture"),
        ("cut", "picture-broken", "cut short"),
        ("icon", "picture-broken", "ICO"),
        ("empty", "picture-broken", "it is empty"),
        ("moving", "picture-broken", "only a GIF may move"),
        ("200 megapixels", "picture-broken", "far more than 50,000,000 pixels"),
        ("bomb", "picture-broken", "pixels"),
        ("nothing", "picture-missing", "There is no picture `map.png`"),
        ("link out", "picture-missing", "There is no picture `map.png`"),
        ("link loop", "picture-missing", "There is no picture `map.png`"),
    ],
)
def test_pictures_that_cannot_be_published(write: Write, made: str, rule: str, fragment: str) -> None:
    directory = write({"content/series/did-you-know/series.yaml": with_picture("map.png"), "secret.png": b"x"})
    path = directory / "content/media/map.png"
    path.parent.mkdir(parents=True)
    noise = Image.effect_noise((64, 64), 90)
    match made:
        case "text":
            path.write_text("not a picture")
        case "cut":
            noise.save(path, "PNG")
            path.write_bytes(path.read_bytes()[:2000])
        case "icon":
            noise.save(path, "ICO")
        case "empty":
            path.touch()
        case "moving":
            noise.save(path, "WEBP", save_all=True, append_images=[noise.rotate(90)])
        case "200 megapixels":
            path.write_bytes(header_of_png(20_000, 10_000))
        case "bomb":
            Image.new("1", (10_000, 9_000)).save(path, "PNG")
        case "link out":
            noise.save(directory / "secret.png", "PNG")
            path.symlink_to(directory / "secret.png")
        case "link loop":
            path.symlink_to(path)
        case _:
            pass
    _library, problems = load(directory, networks=NETWORKS)
    assert [(p.place, p.rule) for p in problems] == [("content/series/did-you-know/series.yaml:6:19", rule)]
    assert fragment in problems[0].message


def test_templates_and_alt_texts_are_given_to_the_template_check(write: Write) -> None:
    def refuse(file: str, source: str) -> list[Problem]:
        return [Problem(file, 1, 2, "template-error", "error", f"no: {source}")]

    directory = write(
        {
            "content/series/did-you-know/series.yaml": f"{GOOD['content/series/did-you-know/series.yaml']}"
            "pictures:\n- card: fact\n  alt: {en: Alt, fr: Texte}\n",
            "content/cards/fact.svg.j2": "<svg/>",
        }
    )
    _library, problems = load(directory, networks=NETWORKS, template_problems=refuse)
    assert [(p.place, p.message) for p in problems] == [
        ("content/cards/fact.svg.j2:1:2", "no: <svg/>"),
        ("content/series/did-you-know/post.en.j2:1:2", "no: {{ item.text }}"),
        ("content/series/did-you-know/post.fr.j2:1:2", "no: {{ item.text }}"),
        ("content/series/did-you-know/series.yaml:8:13", "no: Alt"),
        ("content/series/did-you-know/series.yaml:8:22", "no: Texte"),
    ]


def test_a_campaign_of_sixty_rows_loads_in_half_a_second(write: Write) -> None:
    row = GOOD["content/data/facts.yaml"].split("- id: words")[0]
    rows = "".join(
        row.replace("half", f"half-{number}").replace("day:", "note: some words\n  day:") for number in range(60)
    )
    directory = write({"content/data/facts.yaml": rows})
    start = clock.process_time()
    loaded(directory)
    assert clock.process_time() - start < 0.5


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_problem(write: Write) -> None:
    directory = write({})
    (directory / "content/data/facts.yaml").chmod(0)
    _library, problems = load(directory, networks=NETWORKS)
    assert ("content/data/facts.yaml", "unreadable") in [(p.place, p.rule) for p in problems]

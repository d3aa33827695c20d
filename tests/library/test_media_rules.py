"""Keys of series.yaml that name videos, captions, links and earlier posts: each mistake at its place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from campaign_bot.contract import VIDEO
from campaign_bot.library.load import load
from campaign_bot.library.videos import VideoFacts, captions_of, video_facts, without_making
from tests.library.conftest import GOOD, Write

SERIES = "content/series/did-you-know/series.yaml"

ALT = "alt: {en: A, fr: B}"
SRT = "1\n00:00:01,000 --> 00:00:02,000\nBonjour à tous\n"

#: What is added to a good series.yaml, where the problem is, its rule, and words of its message.
BAD: list[tuple[str, str, str, str]] = [
    (f"videos: [{{file: short.mpp, {ALT}}}]", "6:17", "video-missing", "There is no video `short.mpp`"),
    (f"videos: [{{file: broken.mp4, {ALT}}}]", "6:17", "video-broken", "networks take MP4"),
    (f"videos: [{{file: empty.mp4, {ALT}}}]", "6:17", "video-broken", "it is empty"),
    (f"videos: [{{file: short.mp4, {ALT}}}]", "6:17", "captions-missing", "has no captions"),
    (
        f"videos: [{{file: short.mp4, {ALT}, captions: {{en: no.vtt, fr: good.srt}}}}]",
        "6:64", "captions-missing", "There is no file of captions `no.vtt`",
    ),
    (
        f"videos: [{{file: short.mp4, {ALT}, captions: {{en: bad.vtt, fr: good.srt}}}}]",
        "6:64", "captions-broken", "they are not WebVTT",
    ),
    (
        f"videos: [{{file: short.mp4, {ALT}, captions: {{en: backwards.vtt, fr: good.srt}}}}]",
        "6:64", "captions-broken", "ends before it begins",
    ),
    (
        f"videos: [{{file: moves.gif, {ALT}, captions: {{en: good.srt, fr: good.srt}}}}]",
        "6:49", "captions-broken", "A GIF has no sound",
    ),
    (
        f"videos: [{{file: moves.gif, {ALT}}}]\npictures: [{{file: still.png, {ALT}}}]",
        "6:1", "media-together", "`pictures` or `videos`",
    ),
    ("reposts: {series: other}\nquotes: {series: other}", "6:1", "media-together", "`quotes` or `reposts`"),
    (
        "reposts: {series: other}\ncontent_warning: {en: A, fr: B}",
        "7:1", "media-together", "no `content_warning` of its own",
    ),
    ("quotes: {series: othr}", "6:18", "unknown-series", "There is no series `othr`"),
    ("quotes: {series: did-you-know}", "6:18", "unknown-series", "what it says itself"),
    ("quotes: {series: elsewhere}", "5:15", "unknown-item", "takes its items from `commitments`"),
    (
        "link_card: {link: {en: a, fr: b}, title: {en: A, fr: B}, card: a, file: b}",
        "6:1", "picture-missing", "either a `card` or a `file`",
    ),
    ("label: rude", "6:8", "wrong-type", "`label` must be"),
    ("replies: nobdy", "6:10", "wrong-type", "`replies` must be"),
]  # fmt: skip


@pytest.fixture
def directory(write: Write) -> Path:
    other = {f"content/series/{name}/{file}": GOOD[f"content/series/did-you-know/{file}"]
             for name in ("other", "elsewhere") for file in ("series.yaml", "post.en.j2", "post.fr.j2")}  # fmt: skip
    other["content/series/elsewhere/series.yaml"] = GOOD[SERIES].replace("data: facts", "data: commitments")
    made = write(other)
    media = made / "content/media"
    media.mkdir()
    shutil.copy(VIDEO, media)
    (media / "broken.mp4").write_text("not a video")
    (media / "empty.mp4").touch()
    (media / "good.srt").write_text(SRT, encoding="utf-8")
    (media / "bad.vtt").write_text("Hello", encoding="utf-8")
    (media / "backwards.vtt").write_text("WEBVTT\n\n00:00:05.000 --> 00:00:01.000\nx\n", encoding="utf-8")
    noise = Image.effect_noise((16, 16), 90)
    noise.save(media / "still.png")
    noise.save(media / "moves.gif", save_all=True, append_images=[noise.rotate(90)])
    return made


@pytest.mark.parametrize(("keys", "place", "rule", "fragment"), BAD)
def test_each_mistake_is_told_at_its_place(directory: Path, keys: str, place: str, rule: str, fragment: str) -> None:
    (directory / SERIES).write_text(f"{GOOD[SERIES]}{keys}\n", encoding="utf-8")
    _library, problems = load(directory, networks=("mastodon", "x"))
    assert [(p.place, p.rule) for p in problems if p.rule == rule][:1] == [(f"{SERIES}:{place}", rule)], problems
    assert fragment in next(p.message for p in problems if p.rule == rule)


def test_a_video_with_captions_in_each_language_is_right(directory: Path) -> None:
    keys = f"videos: [{{file: short.mp4, {ALT}, captions: {{en: good.srt, fr: good.srt}}}}]\n"
    (directory / SERIES).write_text(GOOD[SERIES] + keys, encoding="utf-8")
    library, problems = load(directory, networks=("mastodon", "x"))
    assert (library is not None, problems) == (True, [])


def test_a_mistaken_choice_gets_the_nearest_right_word(directory: Path) -> None:
    campaign = directory / "content/campaign.yaml"
    campaign.write_text(campaign.read_text("utf-8") + "unsupported: {pol: skip, video: skpi}\n", encoding="utf-8")
    _library, problems = load(directory, networks=("mastodon", "x"))
    assert [(p.place, p.advice) for p in problems] == [
        ("content/campaign.yaml:14:15", "Did you mean `poll`?"),
        ("content/campaign.yaml:14:33", "Did you mean `skip`?"),
    ]


def test_a_video_keeps_its_frames_and_loses_where_it_was_made() -> None:
    before = VIDEO.read_bytes()
    after = without_making(before)
    assert b"+45.4215-075.6972" in before
    assert b"45.4215" not in after and b"shot at home" not in after
    assert len(after) == len(before)
    assert video_facts(after) == VideoFacts(64, 36, 2.128)
    assert without_making(after) == after


def test_srt_becomes_webvtt() -> None:
    assert captions_of("\ufeff" + SRT.replace("\n", "\r\n"), "a.SRT") == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nBonjour à tous\n"
    )

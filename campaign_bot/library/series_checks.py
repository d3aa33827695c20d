"""What must be true of a series: its items, its pictures, its poll and its templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from campaign_bot.library.checks import chosen_rows
from campaign_bot.library.draft import Draft, Part, SeriesDraft
from campaign_bot.library.experiment_checks import wordings_of
from campaign_bot.library.files import Account, Row, SeriesFile
from campaign_bot.library.pictures import MEDIA, media_path, picture_problem
from campaign_bot.library.videos import captions_of, video_problem
from campaign_bot.library.words import advice_for, nearest
from campaign_bot.library.yaml import Keys, read_text
from campaign_bot.model import Problem
from campaign_bot.values import replace

TemplateProblems = Callable[[str, str], list[Problem]]  # (file, source)

_TEMPLATE = re.compile(r"post\.(?:(?P<network>[a-z0-9-]+)\.)?(?P<language>[a-z]{2,3})\.j2")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check_series(draft: Draft, networks: Collection[str], template_problems: TemplateProblems | None) -> list[Problem]:
    """Everything that is wrong with the series."""
    found: list[Problem] = []
    for name, series in draft.series.items():
        found += named_well(series.part)
        found += templates_known(draft, series, networks)
        found += templates_there(draft, name, series)
        if series.part.value is not None:
            found += items_exist(draft, name, series.part, series.part.value)
            found += pictures_exist(draft, series.part, series.part.value)
            found += poll_options_fit(draft, name, series.part.value)
            found += result_is_missing(series.part, series.part.value)
            found += media_goes_together(series.part, series.part.value)
            found += videos_exist(draft, series.part, series.part.value)
            found += link_card_is_there(draft, series.part, series.part.value)
            found += earlier_series_fits(draft, name, series.part, series.part.value)
    if template_problems is not None:
        found += templates_parse(draft, template_problems)
    return found


def named_well(part: Part[SeriesFile]) -> Iterator[Problem]:
    if not _SLUG.fullmatch(part.id):
        message = f"The folder `{part.id}` must be named in lower-case letters, digits and hyphens."
        yield part.problem("wrong-type", (), message, "Rename it; did-you-know is a good name.")


# Items


def items_exist(draft: Draft, name: str, part: Part[SeriesFile], file: SeriesFile) -> Iterator[Problem]:
    if not part.sound("items") or file.items.data in draft.unread:
        return
    if file.items.data not in draft.rows:
        message = f"There is no content/data/{file.items.data}.yaml."
        yield part.problem("unknown-data", ("items", "data"), message, advice_for(file.items.data, draft.rows, "file"))
        return
    rows = draft.rows[file.items.data]
    known = {row.id for row in rows}
    for number, id in enumerate(file.items.only):  # noqa: A001
        if id not in known:
            message = f"content/data/{file.items.data}.yaml has no item `{id}`."
            yield part.problem("unknown-item", ("items", "only", number), message, advice_for(id, known, "item"))
        if id in file.items.only[:number]:
            yield part.problem("defined-twice", ("items", "only", number), f"`{id}` is named twice.", "Keep it once.")
    fields = {key for row in rows if row.value for key in (*Row.model_fields, *(row.value.model_extra or {}))}
    unknown = [key for key in file.items.where if fields and key not in fields]
    for key in unknown:
        message = f"No item has a field `{key}`."
        advice = advice_for(key, fields, "field")
        yield part.problem("unknown-key", ("items", "where", key), message, advice, at_key=True)
    if not chosen_rows(draft, name) and not unknown and not set(file.items.only) - known and all(r.value for r in rows):
        message = f"The series takes no item from content/data/{file.items.data}.yaml."
        advice = "Add items there, or ask for less in `where`." if file.items.where else "Add items there."
        yield part.problem("no-items", ("items",), message, advice, at_key=True)


def poll_options_fit(draft: Draft, name: str, file: SeriesFile) -> Iterator[Problem]:
    if file.poll is None or not draft.series[name].part.sound("poll"):
        return
    key = file.poll.options
    for row in chosen_rows(draft, name):
        options = row.value.field(key) if row.value else None
        said = _options_problem(options)
        if said:
            message = f"`{key}` of `{row.id}` {said}."
            yield row.problem("poll-options", (key,), message, f"Write `{key}: {{en: [Yes, No], fr: [Oui, Non]}}`.")


def _options_problem(options: object) -> str | None:
    if options is None:
        return "is missing, and the series makes a poll from it"
    if not isinstance(options, dict) or not all(isinstance(texts, list) for texts in options.values()):
        return "must be a list of options for each language"
    for language, texts in options.items():
        if not 2 <= len(texts) <= 4:
            return f"has {len(texts)} in `{language}`; a poll has 2 to 4 options"
        if not all(isinstance(text, str) and text.strip() for text in texts):
            return f"has an option in `{language}` that is not text (put numbers, dates and true/false into quotes)"
    counts = {len(texts) for texts in options.values()}
    return None if len(counts) == 1 else "must have as many options in each language"


# Pictures


def pictures_exist(draft: Draft, part: Part[SeriesFile], file: SeriesFile) -> Iterator[Problem]:
    if not part.sound("pictures"):
        return
    for number, picture in enumerate(file.pictures):
        keys = ("pictures", number)
        if bool(picture.card) == bool(picture.file):
            message = "A picture is either a `card` or a `file`, exactly one of the two."
            yield part.problem("picture-missing", keys, message, "Keep one of them.")
        elif picture.card:
            yield from _card(draft, part, picture.card, (*keys, "card"))
        else:
            yield from _file(draft, part, picture.file, (*keys, "file"))


def _card(draft: Draft, part: Part[SeriesFile], card: str, keys: Keys) -> Iterator[Problem]:
    if card not in draft.cards:
        message = f"There is no content/cards/{card}.svg.j2."
        yield part.problem("picture-missing", keys, message, advice_for(card, draft.cards, "card"))


def _file(draft: Draft, part: Part[SeriesFile], file: str, keys: Keys) -> Iterator[Problem]:
    path = media_path(draft.directory, file)
    if path is None:
        yield _not_there(draft, part, file, keys, "picture")
    elif said := picture_problem(path):
        message = f"`{file}` cannot be published: {said}."
        yield part.problem("picture-broken", keys, message, "Save it again as PNG or JPEG.")


def _not_there(draft: Draft, part: Part[SeriesFile], file: str, keys: Keys, kind: str) -> Problem:
    message = f"There is no {'file of captions' if kind == 'captions' else kind} `{file}` in {MEDIA}."
    media = draft.directory / MEDIA
    there = sorted(p.relative_to(media).as_posix() for p in media.rglob("*") if p.is_file()) if media.is_dir() else []
    meant = nearest(file, there)
    advice = f"Did you mean `{meant}`?" if meant else f"Put it into {MEDIA}; links that lead out of it are refused."
    return part.problem(f"{kind}-missing", keys, message, advice)


def result_is_missing(part: Part[SeriesFile], file: SeriesFile) -> Iterator[Problem]:
    """A poll has a result; and where nobody is called to take part, nobody waits for one."""
    if not file.no_result:
        return
    if file.poll is not None:
        yield part.problem("no-result", ("no_result",), "A poll has a result.", "Remove it.", at_key=True)
    elif file.rung not in ("participating", "co-creating"):
        message = "Nobody waits for a result of this series: its rung is not participating or co-creating."
        yield part.problem("no-result", ("no_result",), message, "Remove it.", at_key=True)


# Videos, links, earlier posts


def media_goes_together(part: Part[SeriesFile], file: SeriesFile) -> Iterator[Problem]:
    """Networks take pictures, a video, a poll or a link card: one of them; a repost has nothing of its own."""
    asked = [key for key in ("pictures", "videos", "poll", "link_card") if getattr(file, key) and part.sound(key)]
    for key in asked[1:]:
        message = f"A post has `{asked[0]}` or `{key}`, not both: no network takes them together."
        if {asked[0], key} != {"pictures", "poll"}:  # X and Mastodon refuse that one themselves; others need not
            yield part.problem("media-together", (key,), message, "Keep one of them.", at_key=True)
    if file.quotes and file.reposts:
        message = "A post `quotes` or `reposts`, not both."
        yield part.problem("media-together", ("reposts",), message, "Keep one of them.", at_key=True)
    elif file.reposts:
        for key in (*asked, *(key for key in ("content_warning", "label") if getattr(file, key))):
            message = f"A repost shows the earlier post as it is: it has no `{key}` of its own."
            yield part.problem("media-together", (key,), message, "Remove it, or use `quotes`.", at_key=True)


def videos_exist(draft: Draft, part: Part[SeriesFile], file: SeriesFile) -> Iterator[Problem]:
    if not part.sound("videos"):
        return
    for number, video in enumerate(file.videos):
        keys = ("videos", number, "file")
        path = media_path(draft.directory, video.file)
        if path is None:
            yield _not_there(draft, part, video.file, keys, "video")
            continue
        moves = path.suffix.lower() == ".gif"
        said = picture_problem(path) if moves else video_problem(path)
        if said:
            message = f"`{video.file}` cannot be published: {said}."
            yield part.problem("video-broken", keys, message, "Save it again as MP4 with H.264 and AAC, or as GIF.")
        if moves and video.captions:
            message = "A GIF has no sound, and no captions."
            yield part.problem("captions-broken", ("videos", number, "captions"), message, "Remove them.", at_key=True)
        for language, name in video.captions.items():
            yield from _captions(draft, part, name, ("videos", number, "captions", language))
        if not video.captions and not moves:
            message = (
                f"`{video.file}` has no captions: people who do not hear it, or watch without sound, are left out."
            )
            advice = "Add `captions: {en: …, fr: …}` with WebVTT or SRT files."
            found = part.problem("captions-missing", keys, message, advice)
            yield replace(found, severity="warning")


def _captions(draft: Draft, part: Part[SeriesFile], name: str, keys: Keys) -> Iterator[Problem]:
    path = media_path(draft.directory, name)
    if path is None:
        yield _not_there(draft, part, name, keys, "captions")
        return
    text, problems = read_text(path, f"{MEDIA}/{name}")
    yield from problems
    try:
        captions_of(text, name) if text is not None else None
    except ValueError as error:
        yield part.problem("captions-broken", keys, f"The captions `{name}` cannot be used: {error}.", "Mend the file.")


def link_card_is_there(draft: Draft, part: Part[SeriesFile], file: SeriesFile) -> Iterator[Problem]:
    source = file.link_card
    if source is None or not part.sound("link_card"):
        return
    if source.card and source.file:
        message = "The picture of a link card is either a `card` or a `file`, not both."
        yield part.problem("picture-missing", ("link_card",), message, "Keep one of them.", at_key=True)
    elif source.card:
        yield from _card(draft, part, source.card, ("link_card", "card"))
    elif source.file:
        yield from _file(draft, part, source.file, ("link_card", "file"))


def earlier_series_fits(draft: Draft, name: str, part: Part[SeriesFile], file: SeriesFile) -> Iterator[Problem]:
    """What is quoted or reposted is found by the item: both series take theirs from one file."""
    for key, source in (("quotes", file.quotes), ("reposts", file.reposts)):
        if source is None or not part.sound(key):
            continue
        others = [other for other in draft.series if other != name]
        if source.series not in others:
            message = f"There is no series `{source.series}`."
            if source.series == name:
                message = f"The series `{name}` cannot say again what it says itself."
            advice = advice_for(source.series, others, "series")
            yield part.problem("unknown-series", (key, "series"), message, advice)
            continue
        other = draft.series[source.series].part.value
        if other is not None and other.reposts is not None:
            message = f"`{source.series}` reposts by itself: name the series whose posts they are."
            yield part.problem("unknown-series", (key, "series"), message)
        elif other is not None and other.items.data != file.items.data:
            message = (
                f"`{source.series}` takes its items from `{other.items.data}`, this series from `{file.items.data}`:"
                " which post is meant is found by the item."
            )
            advice = f"Write `items: {{data: {other.items.data}}}`."
            yield part.problem("unknown-item", ("items", "data"), message, advice)


# Templates


def templates_known(draft: Draft, series: SeriesDraft, networks: Collection[str]) -> Iterator[Problem]:
    """A template whose name says a language or network that there is not would never be used."""
    if not draft.languages:
        return
    wordings = sorted(wordings_of(draft, series.part.id))
    right = [f"post.{lang}.j2" for lang in draft.languages]
    right += [f"post.{name}.{lang}.j2" for name in (*sorted(networks), *wordings) for lang in draft.languages]
    right += [f"post.{one}.{network}.{lang}.j2" for one in wordings for network in networks for lang in draft.languages]
    for name in series.templates:
        if name not in right:
            file = _beside(series, name)
            message = f"`{name}` is not the name of a template that will be used."
            found = _TEMPLATE.fullmatch(name)
            if found and found["language"] not in draft.languages:
                message = f"`{name}` is in `{found['language']}`, which is not a language of the campaign."
            elif found:
                message = f"`{name}` is for `{found['network']}`, which is not a network and no experiment's wording."
            yield Problem(file, 0, 0, "unknown-file", "error", message, _rename(name, right))


def _rename(name: str, right: list[str]) -> str:
    meant = nearest(name, right)
    return f"Did you mean `{meant}`?" if meant else "Templates are named post.<language>.j2."


def templates_there(draft: Draft, name: str, series: SeriesDraft) -> Iterator[Problem]:
    """Every account that the series publishes to finds its template."""
    if series.part.value and series.part.value.reposts and not series.templates:
        return  # it has no word of its own
    lacking: dict[str, list[str]] = {}
    for account in _accounts_of(draft, name):
        general = f"post.{account.language}.j2"
        own = f"post.{account.network}.{account.language}.j2"
        if account.language in draft.languages and not {general, own} & set(series.templates):
            lacking.setdefault(general, []).append(account.name)
    for template, accounts in lacking.items():
        message = f"The series `{name}` has no {template} for {', '.join(accounts)}."
        found = series.part.problem("template-missing", (), message, f"Add {_beside(series, template)}.")
        yield found if series.part.value else replace(found, line=0, column=0)


def _accounts_of(draft: Draft, series: str) -> list[Account]:
    entries = [part.value for part in draft.entries if part.value and part.value.series == series]
    wanted = {
        name for entry in entries for name in (draft.account_names if entry.accounts == "all" else entry.accounts)
    }
    return [account for name, account in draft.accounts().items() if name in wanted]


def templates_parse(draft: Draft, template_problems: TemplateProblems) -> Iterator[Problem]:
    """Templates of posts and cards, and alt texts, which are templates too."""
    for series in draft.series.values():
        for name, source in series.templates.items():
            yield from template_problems(_beside(series, name), source)
        for keys, source in _small_templates(series):
            for problem in template_problems(series.part.document.file, source):
                line, column = series.part.document.place(keys)
                yield replace(problem, line=line, column=column)
    for name, source in draft.cards.items():
        yield from template_problems(f"content/cards/{name}.svg.j2", source)


def _small_templates(series: SeriesDraft) -> Iterator[tuple[Keys, str]]:
    """The templates that stand in series.yaml itself, with their places."""
    file = series.part.value
    if file is None:
        return
    texts: list[tuple[Keys, dict[str, str]]] = []
    for key in ("pictures", "videos"):
        if series.part.sound(key):
            texts += [((key, number, "alt"), one.alt) for number, one in enumerate(getattr(file, key))]
    if file.link_card is not None and series.part.sound("link_card"):
        texts += [(("link_card", key), getattr(file.link_card, key)) for key in ("link", "title", "description")]
    for keys, translated in texts:
        yield from (((*keys, language), source) for language, source in translated.items())


def _beside(series: SeriesDraft, name: str) -> str:
    return f"{series.part.document.file.removesuffix('series.yaml')}{name}"

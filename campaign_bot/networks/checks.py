"""What every network refuses in its own measure: rules as functions over its Limits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import regex

from campaign_bot.bilingual import N, quoted
from campaign_bot.model import Content, Media, Part, Poll, Problem, Severity
from campaign_bot.networks.base import Network

#: How people call a kind of file.
NAMES = {"video/quicktime": "MOV", "image/svg+xml": "SVG", "application/pdf": "PDF"}
#: White space, what has no width, and the letters that look like nothing.
_INVISIBLE = regex.compile(r"[\s\p{Cf}\p{Cc}\u034f\u2800\u3164\u115f\u1160\uffa0\ufe0f]+")


#: C0 and C1 controls but tab and line feed; and the overrides that show letters in another order than they are in.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e]")


def shared_problems(network: Network, content: Content) -> list[Problem]:
    """Every reason for which this network would refuse the content. The caller knows the place."""
    return [problem for part in content.parts for problem in _of_part(network, content, part)]


def _of_part(network: Network, content: Content, part: Part) -> Iterator[Problem]:
    warning = network.measure(content.content_warning) if network.warning_counts else 0
    length = warning + network.measure(part.text)
    if length > network.limits.text:
        over = length - network.limits.text
        yield _problem(
            "too-long",
            f"{length} of {network.limits.text} characters by {_who(network, 'text')}'s count: {over} too many",
            f"{length} caractères sur {network.limits.text} selon le compte de {_who_in_french(network, 'text')}{N}: {over} de trop",
            "Shorten it, or offer a shorter wording after a line `--- shorter ---`.",
        )
    if content.quotes and "quote" in network.lacks and part is content.parts[0]:
        yield _problem(
            "unsupported",
            "the account's server cannot quote",
            "le serveur du compte ne sait pas citer",
            "Put the link of the earlier post into the text.",
        )
    if content.reposts:
        return
    for where, french_where, text in _texts(content, part):
        if found := CONTROL.search(text):
            yield _problem(
                "control-character",
                f"there is a control character (U+{ord(found[0]):04X}){where} that readers do not see as you do",
                f"il y a un caractère de commande (U+{ord(found[0]):04X}){french_where} que les lecteurs ne voient pas comme vous",
                "Type the text again without it.",
            )
    if not _INVISIBLE.sub("", part.text) and not part.media and part.poll is None:
        yield _problem(
            "empty", "there is no text, picture or poll", "il n’y a ni texte, ni image, ni sondage", "Write something."
        )
    yield from _of_media(network, part.media)
    if part.poll is not None:
        yield from _of_poll(network, part, part.poll)


def _texts(content: Content, part: Part) -> Iterator[tuple[str, str, str]]:
    """All that readers may see or hear of a part, with where that is, in English and in French."""
    yield "", "", part.text
    yield (
        " in the content warning",
        " dans l’avertissement",
        content.content_warning if part is content.parts[0] else "",
    )
    for media in part.media:
        yield f" in the alt text of {media.file}", f" dans le texte de remplacement de {media.file}", media.alt
    for option in part.poll.options if part.poll else ():
        yield " in an option of the poll", " dans un choix du sondage", option
    if part.link_card:
        yield (
            " in the link card",
            " dans la carte du lien",
            f"{part.link_card.link}{part.link_card.title}{part.link_card.description}",
        )


def _of_media(network: Network, media: tuple[Media, ...]) -> Iterator[Problem]:
    limits = network.limits
    # Files that move: one a post, and nothing beside it.
    moving = [one for one in media if one.mime_type == "image/gif" or one.mime_type.startswith("video/")]
    if moving and len(media) > 1:
        yield _problem(
            "media-limits",
            f"{moving[0].file} moves; {network.title} takes one such file, by itself",
            f"{moving[0].file} bouge; {network.title} n’accepte qu’un fichier de ce genre, sans rien d’autre",
            "Leave the rest out.",
        )
    if len(media) > limits.media:
        yield _problem(
            "media-limits",
            f"{len(media)} pictures; {_who(network, 'media')} takes {limits.media}",
            f"{len(media)} images; {_who_in_french(network, 'media')} en accepte {limits.media}",
            "Leave some out.",
        )
    for one in media:
        taken = [*limits.media_types, *(["image/gif"] if limits.gif_bytes else [])]
        taken += limits.video_types if limits.video_bytes else ()
        if one.mime_type not in taken:
            limit = ("media_types", "gif_bytes", "video_bytes")
            kinds = ", ".join(_kind(mime_type) for mime_type in taken)
            yield _problem(
                "media-limits",
                f"{one.file} is {_kind(one.mime_type)}; {_who(network, *limit)} takes {kinds}",
                f"{one.file} est un fichier {_kind(one.mime_type)}; {_who_in_french(network, *limit)} accepte {kinds}",
                "Convert it.",
            )
        if one.duration_s > limits.video_seconds:
            yield _problem(
                "media-limits",
                f"{one.file} takes {one.duration_s:.0f} s; {network.title} takes {limits.video_seconds:.0f} s",
                f"{one.file} dure {one.duration_s:.0f}{N}s; {network.title} accepte {limits.video_seconds:.0f}{N}s",
                "Cut it.",
            )
        if len(one.alt) > limits.alt:
            yield _problem(
                "alt-long", f"the alt text of {one.file} has {len(one.alt)} characters; {_who(network, 'alt')} takes {limits.alt}",
                f"le texte de remplacement de {one.file} compte {len(one.alt)} caractères; {_who_in_french(network, 'alt')} en accepte {limits.alt}",
                "Say what matters in the picture, in about 140 characters.",
            )  # fmt: skip


def _kind(mime_type: str) -> str:
    return NAMES.get(mime_type) or mime_type.partition("/")[2].removeprefix("x-").upper()


def _of_poll(network: Network, part: Part, poll: Poll) -> Iterator[Problem]:
    limits = network.limits
    if limits.poll_options < 2:
        # A network without polls goes by the campaign's choice; a server without them would refuse the post.
        kind: Severity = "warning" if network.cell("poll").can == "no" else "error"
        lacks = f"{network.title} has no polls" if kind == "warning" else "the account's server takes no polls"
        french = (
            f"{network.title} n’a pas de sondages"
            if kind == "warning"
            else "le serveur du compte n’accepte pas de sondages"
        )
        yield _problem("poll-unsupported", lacks, french, "Ask in the text, as a numbered question.", kind)
        return
    if not 2 <= len(poll.options) <= limits.poll_options:
        yield _problem(
            "poll-limits",
            f"{len(poll.options)} options; {_who(network, 'poll_options')} takes 2 to {limits.poll_options}",
            f"{len(poll.options)} choix; {_who_in_french(network, 'poll_options')} en accepte de 2 à {limits.poll_options}",
        )
    if len({option.strip().casefold() for option in poll.options}) < len(poll.options):
        yield _problem(
            "poll-limits",
            "two options of the poll are the same",
            "deux choix du sondage sont les mêmes",
            "Make each one different.",
        )
    for option in poll.options:
        if not len(option.strip()) >= 1 or len(option) > limits.poll_option_length:
            most = limits.poll_option_length
            yield _problem(
                "poll-limits",
                f"the option “{option}” has {len(option)} characters; {_who(network, 'poll_option_length')} takes 1 to {most}",
                f"le choix {quoted(option)} compte {len(option)} caractères; {_who_in_french(network, 'poll_option_length')} en accepte de 1 à {most}",
            )
    if not limits.poll_min_minutes <= poll.duration_min <= limits.poll_max_minutes:
        limit, least, most = ("poll_min_minutes", "poll_max_minutes"), limits.poll_min_minutes, limits.poll_max_minutes
        yield _problem(
            "poll-limits",
            f"the poll is open for {poll.duration_min:,} minutes; {_who(network, *limit)} takes {least:,} to {most:,}",
            f"le sondage est ouvert pendant {poll.duration_min:,}{N}minutes; {_who_in_french(network, *limit)} en accepte de {least:,} à {most:,}".replace(
                ",", N
            ),
        )
    if part.media and not limits.poll_with_media:
        yield _problem(
            "poll-limits",
            f"{network.title} takes a poll or pictures, not both",
            f"{network.title} accepte un sondage ou des images, pas les deux",
            "Leave one of them out.",
        )


def _who(network: Network, *limits: str) -> str:
    return "its server" if _told_otherwise(network, limits) else network.title


def _who_in_french(network: Network, *limits: str) -> str:
    return "son serveur" if _told_otherwise(network, limits) else network.title


def _told_otherwise(network: Network, limits: Sequence[str]) -> bool:
    """Whose limit it is: the account's server may have told another one than the network's documentation has."""
    told, table = network.limits, type(network).limits
    return any(getattr(told, one) != getattr(table, one) for one in limits)


def _problem(rule: str, message: str, french: str, advice: str = "", severity: Severity = "error") -> Problem:
    return Problem("", 0, 0, rule, severity, message, advice, french=french)

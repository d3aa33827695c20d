"""Is this file a video that can be published, and are these its captions?"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from pathlib import Path

#: What every network of ours takes: MP4 with H.264 pictures and, if any, AAC sound.
MP4, PICTURES, SOUND = "video/mp4", ("AVC",), ("AAC",)
LARGEST = 512_000_000  # bytes; the most that any network takes

#: Boxes of an MP4 that tell about its making (place, device, software), by the box that they are in.
TELLING = {"moov": (b"udta", b"meta"), "trak": (b"udta", b"meta"), "": (b"uuid",)}
_HEADER = struct.Struct(">I4s")


@dataclass(frozen=True, slots=True)
class VideoFacts:
    width: int  # as it is shown
    height: int
    duration_s: float


def video_problem(path: Path) -> str | None:
    """What is wrong with the file as a video, as the end of a sentence; None when it can be published."""
    try:
        size = path.stat().st_size
        if size == 0:
            return "it is empty"
        if size > LARGEST:
            return f"it has {size:,} bytes, more than the {LARGEST:,} that any network takes"
        data = path.read_bytes()
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    found = video_facts(data)
    return found if isinstance(found, str) else None


def video_facts(data: bytes) -> VideoFacts | str:
    """Size and length of a video, or what is wrong with it."""
    from pymediainfo import MediaInfo  # late: it loads a library of 15 MB

    told = MediaInfo.parse(io.BytesIO(data))
    general, videos = told.general_tracks[0] if told.general_tracks else None, told.video_tracks
    if general is None or general.format != "MPEG-4" or not videos:
        kind = general.format if general is not None and general.format else "no video"
        return f"it is {kind}, and networks take MP4"
    (video, *more), sounds = videos, told.audio_tracks
    if more or len(sounds) > 1:
        return "it has several tracks of pictures or sound"
    if video.format not in PICTURES:
        return f"its pictures are in {video.format}, and networks take H.264"
    if sounds and sounds[0].format not in SOUND:
        return f"its sound is in {sounds[0].format}, and networks take AAC"
    if not video.width or not video.height or not video.duration:
        return "it is damaged or cut short"
    width, height = int(video.width), int(video.height)
    duration_s = max(float(video.duration), float(general.duration or 0)) / 1000
    turned = round(float(video.rotation or 0)) % 180 == 90
    return VideoFacts(*(height, width) if turned else (width, height), duration_s)


def without_making(data: bytes) -> bytes:
    """The same video without what tells where and with what it was made. The boxes stay, empty: what stands after them
    is found by its place in the file."""
    kept = bytearray(data)
    _blank(kept, 0, len(kept), "")
    return bytes(kept)


def _blank(data: bytearray, start: int, end: int, around: str) -> None:
    while start + _HEADER.size <= end:
        size, kind = _HEADER.unpack_from(data, start)
        begin = start + _HEADER.size
        if size == 1 and begin + 8 <= end:
            size, begin = struct.unpack_from(">Q", data, begin)[0], begin + 8
        stop = end if size == 0 else start + size
        if stop < begin or stop > end:  # damaged: nothing is guessed
            return
        if kind in TELLING.get(around, ()):
            data[start + 4 : start + 8] = b"free"
            data[begin:stop] = bytes(stop - begin)
        elif kind in (b"moov", b"trak"):
            _blank(data, begin, stop, kind.decode())
        start = stop


def captions_of(text: str, name: str) -> str:
    """Captions as WebVTT, from WebVTT or SRT by the name's ending. Raises ValueError with the end of a sentence."""
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    kind = "srt" if name.lower().endswith(".srt") else "vtt"
    try:
        found = webvtt.from_buffer(io.StringIO(text.removeprefix("\ufeff").replace("\r\n", "\n")), kind, strict=True)
    except (MalformedFileError, MalformedCaptionError, ValueError, IndexError) as error:
        raise ValueError(f"they are not {'SRT' if kind == 'srt' else 'WebVTT'} ({error})") from error
    if not found.captions:
        raise ValueError("no caption is in them")
    for one in found.captions:
        if one.end <= one.start:
            raise ValueError(f"a caption ends before it begins ({one.start})")
    return found.content

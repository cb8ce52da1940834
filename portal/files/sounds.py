"""Turning a sound file into plain MP3 in a process of its own, bounded in all it does.

Run as a program: the sound comes in on standard input, the MP3 goes out on standard output, its
length in seconds on standard error; the exit status says how it went. Only samples pass: no
name, place, picture. Imports nothing of the portal; `portal.files.speech` starts it.
"""

import os
import resource
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

import av
import av.error

# av imports these when a file has such a part: then no file can be opened any more.
import av.subtitles.codeccontext
import av.subtitles.stream
import av.video.codeccontext
import av.video.stream

MEMORY = 768 * 1024 * 1024
SECONDS = 20
LARGEST_OUTCOME = 64 * 1024 * 1024
UNREADABLE, TOO_LONG, NO_SOUND = 3, 4, 5
RATE = 24_000
BIT_RATE = 48_000
# For speech as good as more effort, in half the time.
EFFORT = {"compression_level": "7"}
# Recorders stop a little late, and codecs fill up their last frame.
GRACE = 2
# Some players leave tags and rests between the frames; more than these is no sound file.
MOST_FAULTS = 20


class TooLong(Exception):
    """Said as soon as it is known."""


class NoSound(Exception):
    """It can be read, and there is nothing to hear in it."""


def bound() -> None:
    """Give up all that a decoder that was taken over could use: memory, time, files, sockets."""
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_OUTCOME, LARGEST_OUTCOME))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # With this a playlist or a reference inside the file can open nothing: no file, no socket.
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def convert(source: BinaryIO, target: BinaryIO, kind: str, most_seconds: int) -> float:
    """The length in seconds. Raises TooLong, NoSound, and whatever FFmpeg raises."""
    with av.open(source, format=kind, metadata_errors="ignore") as came:
        stream = next(iter(came.streams.audio), None)
        if stream is None:
            raise NoSound
        with av.open(target, "w", format="mp3", options={"id3v2_version": "0"}) as made:
            return _write(_frames(came, stream, most_seconds), made)


def _frames(came: Any, stream: Any, most_seconds: int) -> Iterator[tuple[Any, float]]:
    """Each frame, with the seconds up to its end; counted, for what files claim is theirs."""
    seconds, faults = 0.0, 0
    for packet in came.demux(stream):
        try:
            frames = packet.decode()
        except av.error.EOFError:
            break
        except av.error.FFmpegError:
            faults += 1
            if faults > MOST_FAULTS:
                raise
            continue
        for frame in frames:
            seconds += frame.samples / frame.sample_rate
            if seconds > most_seconds + GRACE:
                raise TooLong
            yield frame, seconds


def _write(frames: Iterator[tuple[Any, float]], made: Any) -> float:
    out = made.add_stream("libmp3lame", rate=RATE, layout="mono")
    out.bit_rate, out.options = BIT_RATE, EFFORT
    resampler = av.AudioResampler(format=out.format.name, layout="mono", rate=RATE)
    seconds = 0.0
    for frame, so_far in frames:
        seconds = so_far
        frame.pts = None
        for part in resampler.resample(frame):
            made.mux(out.encode(part))
    if not seconds:
        raise NoSound
    for part in resampler.resample(None):
        made.mux(out.encode(part))
    made.mux(out.encode(None))
    return seconds


def main() -> int:
    bound()
    try:
        target = sys.stdout.buffer
        seconds = convert(sys.stdin.buffer, target, sys.argv[1], int(sys.argv[2]))
        target.flush()
        sys.stderr.write(f"{seconds:.3f}")
    except TooLong:
        return TOO_LONG
    except NoSound:
        return NO_SOUND
    except Exception:  # noqa: BLE001 - whatever a hostile file makes a decoder raise
        return UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())

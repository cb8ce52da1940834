"""Sounds as phones and attackers send them, made here by the encoders that they use."""

import io
import math
import struct
import wave

import av

SECRET = "CANARYPLACE"
# What phones and browsers record: name -> container, codec and rate.
KINDS = {
    "speech.mp3": ("mp3", "libmp3lame", 44_100),
    "speech.ogg": ("ogg", "libopus", 48_000),
    "speech.opus": ("ogg", "libopus", 48_000),
    "speech.webm": ("webm", "libopus", 48_000),
    "speech.m4a": ("ipod", "aac", 48_000),
    "speech.mp4": ("mp4", "aac", 48_000),
    "speech.aac": ("adts", "aac", 44_100),
    "speech.flac": ("flac", "flac", 48_000),
    "speech.amr": ("amr", "libopencore_amrnb", 8000),
    "speech.3gp": ("3gp", "libopencore_amrnb", 8000),
}


def wav(seconds=2.0, rate=16_000, channels=1):
    out = io.BytesIO()
    count = int(seconds * rate) * channels
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{count}h", *(_height(at) for at in range(count))))
    return out.getvalue()


def silence(seconds, rate=8000):
    """Nothing at all, for as long as one likes."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(2 * rate * seconds))
    return out.getvalue()


def long_silence(seconds):
    """A recording of a telephone in which nobody speaks: 13 bytes for each fiftieth of a second."""
    return b"#!AMR\n" + (b"\x04" + bytes(12)) * 50 * seconds


def recording(name="speech.ogg", source=None, **told):
    """A sound of the kind that the name says; `told` goes into it as metadata."""
    kind, codec, rate = KINDS[name]
    out = io.BytesIO()
    with av.open(io.BytesIO(source or wav())) as came, av.open(out, "w", format=kind) as made:
        made.metadata.update(told)
        stream = made.add_stream(codec, rate=rate, layout="mono")
        resampler = av.AudioResampler(stream.format.name, "mono", rate)
        for frame in came.decode(audio=0):
            for part in resampler.resample(frame):
                made.mux(stream.encode(part))
        made.mux(stream.encode(None))
    return out.getvalue()


def film(kind="mp4"):
    """Pictures that move, without a sound."""
    out = io.BytesIO()
    codec = {"mp4": "mpeg4", "webm": "libvpx"}[kind]
    with av.open(out, "w", format=kind) as made:
        stream = made.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for _ in range(5):
            made.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        made.mux(stream.encode(None))
    return out.getvalue()


def _height(at):
    return int(9000 * math.sin(at / 12))

"""Speech: any sound a phone makes comes out as plain MP3; what is no sound is refused."""

import io
import time

import av
import pytest

from portal.files import domain, kinds, service, shelves, speech, strangers, workshop
from portal.files.domain import FileTooLarge, NoRoomLeft, SoundRefused, SoundTooLong
from portal.files.models import File
from portal.kernel.db import db
from tests.files.recordings import KINDS, SECRET, film, long_silence, recording, silence, wav
from tests.files.samples import archive, pdf, picture

LIVE = b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n"
CONCAT = b"ffconcat version 1.0\nfile /etc/passwd\n"


@pytest.fixture
def keep_audio(mine):
    def keep_audio(content, name="speech", **more):
        return service.keep_audio(io.BytesIO(content), name, **{**mine, **more})

    return keep_audio


def heard(content):
    """What a player makes of it: the kind, the channels and the seconds."""
    with av.open(io.BytesIO(content)) as file:
        stream = file.streams.audio[0]
        seconds = sum(frame.samples / frame.sample_rate for frame in file.decode(stream))
        return file.format.name, stream.codec_context.channels, round(seconds)


@pytest.mark.parametrize("name", KINDS)
def test_whatever_a_phone_records_is_kept_as_mp3(keep_audio, read, name):
    kept = keep_audio(recording(name), name)
    assert (kept.name, kept.type, kept.seconds) == ("speech.mp3", "audio/mpeg", 2)
    content = read(kept.id)
    assert heard(content) == ("mp3", 1, 2)
    assert len(content) == kept.bytes < 20_000


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (44_100, 2), (96_000, 2), (11_025, 1)])
def test_a_wave_file_of_any_rate_is_taken(keep_audio, read, rate, channels):
    kept = keep_audio(wav(1, rate, channels), "speech.wav")
    assert heard(read(kept.id)) == ("mp3", 1, 1)


@pytest.mark.parametrize("name", ["speech.mp3", "speech.m4a", "speech.ogg", "speech.webm"])
def test_what_a_recording_tells_besides_its_sound_is_dropped(keep_audio, read, name):
    told = {"title": SECRET, "artist": SECRET, "comment": SECRET, "location": SECRET}
    content = recording(name, **told)
    assert SECRET.encode() in content
    kept = read(keep_audio(content, name).id)
    assert SECRET.encode() not in kept
    with av.open(io.BytesIO(kept)) as file:
        assert not set(file.metadata) & set(told)


REFUSED = {
    "a text that is called sound": (b"hello, this is my complaint", strangers.TEXT),
    "an archive": (archive(a=b"1"), strangers.ARCHIVE),
    "a page": (b"<html><script>alert(1)</script>", strangers.WEB_PAGE),
    "a paper": (pdf(), kinds.OTHERWISE_TAKEN["pdf"]),
    "a picture": (picture(), kinds.OTHERWISE_TAKEN["jpeg"]),
    "a list of addresses to play": (LIVE, strangers.TEXT),
    "a list of files to join": (CONCAT, strangers.TEXT),
    "a picture of another kind": (b"\0\0\0\x18ftypheic\0\0\0\0", strangers.HEIC),
    "nothing": (b"", kinds.EMPTY),
    "a film without sound": (film("mp4"), speech.NO_SOUND),
    "a web film without sound": (film("webm"), speech.NO_SOUND),
    "a wave without waves": (wav(0), speech.NO_SOUND),
    "an ogg that is cut in its middle": (recording("speech.ogg")[:-400], kinds.DAMAGED),
    "an ogg that is cut in its head": (recording("speech.ogg")[:40], kinds.DAMAGED),
    "an ogg that is cut after three signs": (b"OggS", kinds.DAMAGED),
    "an m4a without its table": (recording("speech.m4a")[:4000], kinds.DAMAGED),
    "noise behind the first bytes of an mp3": (b"ID3" + bytes(range(256)) * 40, kinds.DAMAGED),
    "noise behind the first bytes of a webm": (b"\x1aE\xdf\xa3" + b"x" * 999, kinds.DAMAGED),
}


@pytest.mark.parametrize(("content", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_sound_is_refused_by_name(keep_audio, content, said):
    with pytest.raises(SoundRefused) as refused:
        keep_audio(content, "speech.mp3")
    assert refused.value.what == said
    assert str(refused.value) == f"{said} Record it again, or send another sound file."
    assert refused.value.status == 422
    assert db.session.query(File).count() == 0
    assert list(shelves.everything()) == []


def test_three_hours_of_silence_that_weigh_nothing_are_refused_soon(keep_audio):
    content = long_silence(3 * 3600)
    assert len(content) < domain.MOST_SOUND_BYTES
    began = time.monotonic()
    with pytest.raises(SoundTooLong, match="longer than 60 seconds"):
        keep_audio(content, "speech.amr", most_seconds=60)
    assert time.monotonic() - began < workshop.PATIENCE


def test_a_recording_may_last_as_long_as_it_is_said(keep_audio):
    assert keep_audio(recording(source=silence(5)), most_seconds=5).seconds == 5
    with pytest.raises(SoundTooLong, match="longer than 5 seconds"):
        keep_audio(recording(source=silence(8)), most_seconds=5)


def test_a_rate_that_would_fill_the_memory_is_refused(keep_audio):
    slow = bytearray(wav(1, 48_000))
    slow[24:28] = (1).to_bytes(4, "little")  # one sample a second
    with pytest.raises((SoundTooLong, SoundRefused)):
        keep_audio(bytes(slow))


def test_a_recording_that_is_too_large_is_refused(keep_audio):
    with pytest.raises(FileTooLarge):
        keep_audio(wav(2), most_bytes=10_000)


def test_a_recording_takes_room_and_the_last_room_is_not_given_twice(keep_audio, mine):
    kept = keep_audio(recording())
    db.session.get(File, kept.id).size = domain.QUOTA
    db.session.flush()
    with pytest.raises(NoRoomLeft):
        keep_audio(recording())


@pytest.mark.parametrize(
    ("name", "kept_as"),
    [
        ("my voice.M4A", "my voice.mp3"),
        ("ਆਵਾਜ਼.ogg", "ਆਵਾਜ਼.mp3"),
        ("", "recording.mp3"),
        ("blob", "blob.mp3"),
        ("../../etc/speech.wav", "speech.mp3"),
        ("speech.mp3", "speech.mp3"),
    ],
)
def test_a_recording_keeps_its_name_with_the_new_ending(keep_audio, name, kept_as):
    assert keep_audio(recording(), name).name == kept_as


@pytest.mark.parametrize("name", ["a.html.mp3", "a.exe", "speech.js"])
def test_a_recording_under_a_name_that_could_run_is_refused(keep_audio, name):
    with pytest.raises(SoundRefused, match="ends like that of a program"):
        keep_audio(recording(), name)

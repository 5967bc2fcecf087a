# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gzip
import random
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.sources import archive_file
from ansible_collections.longshore.swr.plugins.module_utils._registry.sources.archive_file import ArchiveFile
from ansible_collections.longshore.swr.plugins.module_utils._registry.sources.tar_index import ArchiveError
from ansible_collections.longshore.swr.tests.support import archives


def opened(folder: Any, content: bytes) -> ArchiveFile:
    with tempfile.NamedTemporaryFile(dir=str(folder), delete=False) as file:
        file.write(content)
    return ArchiveFile.open(file.name)


NAME = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters="/"), min_size=1, max_size=150)


@settings(deadline=None, max_examples=60)
@given(
    files=st.dictionaries(NAME.filter(lambda name: name not in (".", "..")), st.binary(max_size=1500), max_size=5),
    form=st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
    compressed=st.booleans(),
)
def test_every_form_of_tar_is_read_as_tarfile_writes_it(files: Any, form: int, compressed: bool) -> None:
    if form == tarfile.USTAR_FORMAT:
        files = {name.encode()[:90].decode("utf-8", "ignore"): content for name, content in files.items()}
    content = archives.tar_bytes(list(files.items()), form)
    with tempfile.TemporaryDirectory() as folder:
        archive = opened(folder, gzip.compress(content) if compressed else content)
        for name, wanted in files.items():
            assert archive.read_member("./" + name, 1500) == wanted
        archive.close()


def test_a_large_compressed_archive_is_read_at_any_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_file, "POINT_DISTANCE", 10_000)
    monkeypatch.setattr(archive_file, "MOST_POINTS", 4)
    chance = random.Random(7)
    files = [(str(number), bytes(chance.choices(range(64), k=30_000))) for number in range(40)]
    content = archives.tar_bytes(files)
    # Several frames, as parallel compressors write them, and padding.
    packed = gzip.compress(content[:200_000]) + gzip.compress(content[200_000:]) + bytes(512)
    archive = opened(tmp_path, packed)
    points = archive._index.points
    assert points is not None
    assert 1 < len(points) <= 4
    for name, wanted in reversed(files):
        assert archive.read_member(name, 30_000) == wanted
    archive.close()


def test_links_stay_within_the_archive(tmp_path: Path) -> None:
    symbolic, hard = tarfile.SYMTYPE, tarfile.LNKTYPE
    archive = opened(
        tmp_path,
        archives.tar_bytes(
            [
                ("layer.tar", b"content"),
                ("one/layer.tar", (symbolic, "../layer.tar")),
                ("two/layer.tar", (hard, "one/layer.tar")),
                ("loop", (symbolic, "loop")),
                ("out", (symbolic, "../../etc/passwd")),
                ("absolute", (symbolic, "/etc/passwd")),
                ("twice", b"1"),
                ("./twice", b"2"),
            ]
        ),
    )
    assert archive.read_member("two/layer.tar", 100) == b"content"
    for name, words in (
        ("loop", "form a loop"),
        ("out", "out of the archive"),
        ("absolute", "out of the archive"),
        ("../../etc/passwd", "out of the archive"),
        ("/etc/passwd", "out of the archive"),
        ("none", "no file"),
        ("twice", "more than once"),
    ):
        with pytest.raises(ArchiveError, match=words):
            archive.read_member(name, 100)
    with pytest.raises(ArchiveError, match="7 bytes, more than the limit of 6"):
        archive.read_member("layer.tar", 6)
    archive.close()


@settings(deadline=None, max_examples=60)
@given(data=st.data(), compressed=st.booleans())
def test_a_damaged_archive_is_an_error_and_never_a_defect(data: Any, compressed: bool) -> None:
    content = archives.tar_bytes([("n" * 120, b"x" * 700), ("b", (tarfile.SYMTYPE, "c"))], tarfile.PAX_FORMAT)
    content = gzip.compress(content) if compressed else content
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content = content[:place]
    else:
        content = content[:place] + bytes([data.draw(st.integers(0, 255))]) + content[place + 1 :]
    with tempfile.TemporaryDirectory() as folder:
        try:
            archive = opened(folder, content)
        except ArchiveError:
            return
        try:
            archive.read_member("n" * 120, 1000)
        except ArchiveError:
            pass
        finally:
            archive.close()


def test_an_archive_that_was_cut_says_so(tmp_path: Path) -> None:
    content = archives.tar_bytes([("a", bytes(100_000))])
    for cut in (content[:50_000], gzip.compress(content)[:-30]):
        with pytest.raises(ArchiveError, match="ends early"):
            opened(tmp_path, cut)
    with pytest.raises(ArchiveError, match="middle of a header"):
        opened(tmp_path, archives.tar_bytes([("a", b"")])[:512] + content[:100])


def test_names_and_numbers_without_limits_are_refused(tmp_path: Path) -> None:
    header = bytearray(archives.tar_bytes([("././@LongLink", b"")])[:512])

    def with_fields(kind: bytes, size: bytes) -> bytes:
        header[124:136], header[156:157] = size, kind
        header[148:156] = b"        "
        header[148:156] = b"%06o\0 " % sum(header)
        return bytes(header) + bytes(1024)

    for kind, size, words in (
        (b"L", b"77777777777\0", "a name of 8589934591 bytes"),
        (b"x", b"77777777777\0", "a name of"),
        (b"0", b"\xff" * 12, "negative"),
        (b"0", b"\x80" + b"\x7f" * 11, "ends early"),
        (b"0", b"99999999999\0", "not a number"),
        (b"S", b"00000000000\0", "sparse"),
    ):
        with pytest.raises(ArchiveError, match=words):
            opened(tmp_path, with_fields(kind, size))


def test_an_archive_is_gone_through_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archives.write(tmp_path / "a.tar", [("a", b"1")], compressed=True)
    ArchiveFile.open(str(path)).close()
    monkeypatch.setattr(archive_file, "index_tar", lambda reader: pytest.fail("it is read again"))
    archive = ArchiveFile.open(str(path))
    assert archive.read_member("a", 1) == b"1"
    archive.close()

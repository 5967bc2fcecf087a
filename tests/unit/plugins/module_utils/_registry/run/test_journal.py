# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal file, whole and damaged."""

from __future__ import annotations

import json
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.journal import Journal, copies_in
from ansible_collections.longshore.swr.tests.support.full_disk import full_disk

BEFORE, AFTER = "sha256:" + "a" * 64, "sha256:" + "b" * 64


def written(path, *, finished="copied", error=None):
    journal = Journal(str(path))
    journal.open()
    journal.blob_stored("reg", "ns/one", BEFORE)
    journal.blob_stored("reg", "ns/two", BEFORE)
    journal.blob_stored("reg", "ns/one", BEFORE)
    journal.image_finished("src:v1", "dst:v1", finished, BEFORE, AFTER, "linux", error)
    journal.close()
    return journal


def loaded(path):
    journal = Journal(str(path))
    journal.load()
    return journal


def test_what_was_written_is_known_again(tmp_path):
    journal = written(tmp_path / "j")
    for known in (journal, loaded(tmp_path / "j")):
        assert known.repositories_with("reg", BEFORE) == ["ns/two", "ns/one"]
        assert known.repositories_with("other", BEFORE) == []
        assert known.digest_after("dst:v1", BEFORE, "linux") == AFTER
        assert known.digest_after("dst:v1", BEFORE, "") is None
        assert known.unreadable_lines == 0


def test_lines_are_json_and_private(tmp_path):
    written(tmp_path / "j", finished="failed", error="why")
    lines = [json.loads(line) for line in (tmp_path / "j").read_text().splitlines()]
    assert lines[0].pop("sum")
    assert lines[0] == {"event": "blob", "registry": "reg", "repository": "ns/one", "digest": BEFORE, "v": 1}
    assert lines[-1]["outcome"] == "failed"
    assert lines[-1]["error"] == "why"
    assert stat.S_IMODE(os.stat(tmp_path / "j").st_mode) == 0o600


def test_a_failed_image_leaves_no_digest(tmp_path):
    assert written(tmp_path / "j", finished="failed").digest_after("dst:v1", BEFORE, "linux") is None


def test_without_a_path_it_remembers_for_the_run_only():
    journal = Journal()
    journal.load()
    journal.open()
    journal.blob_stored("reg", "ns/one", BEFORE)
    journal.close()
    assert journal.repositories_with("reg", BEFORE) == ["ns/one"]


def test_a_journal_that_is_not_there_yet_is_empty(tmp_path):
    assert loaded(tmp_path / "none").repositories_with("reg", BEFORE) == []


def test_half_a_line_of_a_killed_run_costs_that_line_only(tmp_path):
    path = tmp_path / "j"
    written(path)
    path.write_bytes(path.read_bytes()[:-20])
    cut = loaded(path)
    assert cut.unreadable_lines == 1
    assert cut.repositories_with("reg", BEFORE) == ["ns/two", "ns/one"]
    written(path)
    again = loaded(path)
    assert again.unreadable_lines == 1
    assert again.digest_after("dst:v1", BEFORE, "linux") == AFTER


def test_two_runs_append(tmp_path):
    written(tmp_path / "j")
    written(tmp_path / "j")
    assert len((tmp_path / "j").read_text().splitlines()) == 8


def test_a_path_that_cannot_be_used_is_named(tmp_path):
    for path in (tmp_path, tmp_path / "no" / "j"):
        with pytest.raises(RegistryError, match="journal_path") as caught:
            Journal(str(path)).open()
        assert caught.value.where == str(path)
        assert caught.value.hint


def test_a_journal_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    written(tmp_path / "j")

    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(RegistryError, match="cannot be read: Permission denied \\(journal_path") as caught:
        Journal(str(tmp_path / "j")).load()
    assert caught.value.where == str(tmp_path / "j")


def test_a_full_disk_ends_the_journal_and_not_the_copy(tmp_path):
    journal = Journal(str(tmp_path / "j"))
    journal.open()
    with full_disk():
        journal.blob_stored("reg", "ns/one", BEFORE)
    assert "No space left" in journal.write_error
    journal.blob_stored("reg", "ns/two", BEFORE)
    journal.close()
    assert journal.repositories_with("reg", BEFORE) == ["ns/two", "ns/one"]


LINES = st.sampled_from(
    [
        b'{"event":"blob","registry":"r","repository":"a","digest":"d"}',
        b'{"event":"blob","registry":[],"repository":"a","digest":"d"}',
        b'{"event":"blob"}',
        b'{"event":"image","outcome":"copied","destination":"d","source_digest":{},"destination_digest":"x"}',
        b'{"event":"image","outcome":[],"source_digest":"a","destination_digest":"x"}',
        b'{"event":"image"}',
        b'{"event":["x"]}',
        b"[]",
        b"7",
        b'"event"',
        b"[" * 100_000,
        b"\0\0\0",
        b"",
    ]
)


def test_a_line_that_is_changed_in_any_place_is_passed_over(tmp_path):
    path = tmp_path / "j"
    journal = Journal(str(path))
    journal.open()
    journal.image_finished("src:v1", "dst:v1", "copied", BEFORE, AFTER, "linux")
    journal.close()
    line = path.read_text()
    for place in range(len(line) - 1):
        for char in ("0", "b", '"', " "):
            if line[place] != char:
                path.write_text(line[:place] + char + line[place + 1 :])
                changed = loaded(path)
                assert changed.unreadable_lines == 1
                assert changed.digest_after("dst:v1", BEFORE, "linux") is None
    for other in (
        line[:-1] + line,
        line[1:],
        line.replace(',"v":1', ""),
        line.replace('"v":1', '"v":2'),
        line[:-20] + "}\n",
    ):
        path.write_text(other)
        assert loaded(path).unreadable_lines == 1
    path.write_text(line.rstrip() + "\r\n")
    assert loaded(path).digest_after("dst:v1", BEFORE, "linux") == AFTER


@pytest.mark.parametrize(
    "entry",
    [
        {"event": "blob", "registry": "r", "repository": "a", "digest": "d"},
        {"event": "image", "destination": "d", "outcome": "copied", "source_digest": 1, "destination_digest": AFTER},
        {"event": "recompressed", "layer": BEFORE, "method": "m", "digest": AFTER, "size": 1, "diff_id": "x"},
        {"event": "recompressed", "layer": BEFORE, "method": "m", "digest": AFTER, "size": "x", "diff_id": AFTER},
        {"event": "recompressed", "layer": BEFORE, "method": "m", "digest": AFTER, "diff_id": AFTER},
    ],
)
def test_a_line_of_another_shape_is_passed_over(tmp_path, entry):
    journal = Journal(str(tmp_path / "j"))
    journal.open()
    journal._write(entry)
    journal.close()
    assert loaded(tmp_path / "j").unreadable_lines == 1


@given(st.lists(LINES | st.binary(max_size=30), max_size=8).map(b"\n".join))
def test_any_file_loads(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("journal") / "j"
    path.write_bytes(content)
    known = loaded(path).repositories_with("r", "d")
    if b'{"event":"blob","registry":"r","repository":"a","digest":"d"}\n' in content:
        assert "a" in known or loaded(path).unreadable_lines


def test_reruns_with_nothing_to_do_add_nothing(tmp_path):
    path = tmp_path / "journal"
    sizes = []
    for outcome in ("copied", "skipped", "skipped"):
        journal = Journal(str(path))
        journal.load()
        journal.open()
        journal.image_finished("a/b:1", "c/d:1", outcome, BEFORE, AFTER, "")
        journal.close()
        sizes.append(path.stat().st_size)
    assert sizes[0] == sizes[1] == sizes[2] > 0


def test_an_image_that_another_tool_copied_is_noted_once(tmp_path):
    journal = Journal(str(tmp_path / "journal"))
    journal.open()
    for _run in range(2):
        journal.image_finished("a/b:1", "c/d:1", "skipped", BEFORE, BEFORE, "")
    journal.close()
    assert len((tmp_path / "journal").read_text().splitlines()) == 1


def copied(path, *entries):
    """What a journal with these entries (destination, outcome, digest) shows to be copied."""
    journal = Journal(str(path))
    journal.open()
    for number, (destination, outcome, digest) in enumerate(entries):
        journal.image_finished("src:v1", destination, outcome, BEFORE, digest, "filter {0}".format(number))
    journal.close()
    return {str(place): tags for place, tags in copies_in(str(path)).tags.items()}


@pytest.mark.parametrize(
    ("lines", "digest"),
    [
        ([("copied", AFTER)], AFTER),
        ([("copied", BEFORE), ("copied", AFTER)], AFTER),
        ([("copied", AFTER), ("skipped", AFTER)], AFTER),
        ([("copied", AFTER), ("failed", None)], AFTER),
        ([("skipped", AFTER)], None),
        ([("copied", BEFORE), ("skipped", AFTER)], None),
        ([("skipped", AFTER), ("copied", AFTER)], None),
        ([("skipped", AFTER), ("copied", BEFORE)], BEFORE),
        ([("copied", AFTER), ("skipped", None)], None),
    ],
)
def test_only_what_runs_have_made_is_a_copy(tmp_path, lines, digest):
    assert copied(tmp_path / "j", *(("reg.example/ns/one:v1", *line) for line in lines)) == {
        "reg.example/ns/one": {"v1": digest}
    }


def test_what_failed_or_has_no_tag_is_no_copy(tmp_path):
    entries = [("reg.example/ns/one:v1", "failed", AFTER), ("reg.example/ns/one@" + AFTER, "copied", AFTER)]
    assert copied(tmp_path / "j", *entries) == {}


def test_damaged_lines_and_invalid_names_show_nothing(tmp_path):
    path = tmp_path / "j"
    copied(path, ("reg.example/ns/one:v1", "copied", AFTER), ("reg.example/../one:v1", "copied", AFTER))
    whole = path.read_text().splitlines()
    path.write_text("\n".join([whole[0][:-30], whole[0].replace("ns/one", "ns/two"), whole[1], ""]))
    found = copies_in(str(path))
    assert (found.tags, found.unreadable_lines) == ({}, 3)


def test_copies_of_a_missing_journal_are_not_known(tmp_path):
    with pytest.raises(FileNotFoundError):
        copies_in(str(tmp_path / "none"))
    with pytest.raises(RegistryError, match="journal_path"):
        copies_in(str(tmp_path))

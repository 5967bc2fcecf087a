# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configurations as distributions and administrators have them: what named accepts is read, and kept byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Dict

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._dns.errors import DnsError
from ansible_collections.longshore.swr.plugins.module_utils._dns.named import files as room
from ansible_collections.longshore.swr.plugins.module_utils._dns.named.files import OPTIONS, TOP, NamedFiles

REPOSITORY = Path(__file__).parents[6]
RED_HAT = REPOSITORY / "extensions" / "molecule" / "bind" / "files" / "redhat"
OURS = ("/x/swr.conf", "/x/swr.conf.options")


def written(folder: Path, files: Dict[str, bytes]) -> NamedFiles:
    for name, content in files.items():
        (folder / name).write_bytes(content.replace(b"HERE", str(folder).encode()))
    return NamedFiles(str(folder / "named.conf"))


def in_and_out(folder: Path, found: NamedFiles, include_in: str = "named.conf") -> None:
    """The include lines come in, and go out again without a trace."""
    before = {path: path.read_bytes() for path in folder.iterdir()}
    edits = found.edited({TOP: OURS[0], OPTIONS: OURS[1]}, OURS, str(folder / include_in))
    assert edits
    for path, content in edits.items():
        Path(path).write_bytes(content)
    again = NamedFiles(found.config)
    assert again.is_included(OURS[0], TOP)
    assert again.is_included(OURS[1], OPTIONS)
    for path, content in again.edited({}, OURS, str(folder / include_in)).items():
        Path(path).write_bytes(content)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_what_red_hat_ships(tmp_path: Path) -> None:
    for path in RED_HAT.iterdir():
        text = path.read_text(encoding="utf-8").replace("/etc/crypto-policies/back-ends", str(tmp_path))
        (tmp_path / path.name).write_text(text.replace("/etc/", str(tmp_path) + "/"), encoding="utf-8")
    found = NamedFiles(str(tmp_path / "named.conf"))
    assert len(found.texts) == 4
    assert [name for name, _view, _file in found.zones()][:3] == [".", "localhost.localdomain", "localhost"]
    assert [place.path for place in found.of_kind("trust-anchors")] == [str(tmp_path / "named.root.key")]
    assert [place.context for place in found.of_kind("disable-algorithms")] == [OPTIONS]
    in_and_out(tmp_path, found)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"// Stra\xdfe\n# caf\xe9\n/* \xff */", id="comments in Latin-1"),
        pytest.param('// \u2028 \x85\n/* "\u3000 */ acl \xa0x { any; };'.encode(), id="no white space to named"),
        pytest.param(b'key "k" { algorithm hmac-sha256; secret "a\n\t b"; };', id="a quoted word over several lines"),
        pytest.param(rb'acl "a\"b" { any; }; acl "back\\" { any; }; acl "new\line" { any; };', id="backslashes"),
        pytest.param(b'dyndb "ipa" "/l.so" { uri "a\\}b; \'{}\' /* ; };', id="a driver's own text"),
        pytest.param(b'plugin query "/l.so" { a "b };', id="a plugin's own text"),
        pytest.param(b"acl a { ! 10.0.0.1; !10.0.0.0/8; { 10.0.0.2; }; }; ;", id="nested lists"),
        pytest.param(b"logging{channel x{stderr;};};#end", id="no white space"),
        pytest.param(b'acl/**/"x"{any;/* } */ };//', id="comments in between"),
    ],
)
def test_what_named_accepts(tmp_path: Path, text: bytes) -> None:
    main = (
        b'OPTIONS { Directory "HERE"; };\n'
        + text
        + b'\nINCLUDE "rest";\nView a IN { Zone "A.Example." { type hint; }; };'
    )
    found = written(tmp_path, {"named.conf": main, "rest": b'zone "b.example" { type hint; };\n'})
    assert [(name, view) for name, view, _file in found.zones()] == [("b.example", ""), ("a.example", "a")]
    assert found.views == ["a"]
    in_and_out(tmp_path, found)
    in_and_out(tmp_path, found, "rest")


def test_the_words_that_named_sees(tmp_path: Path) -> None:
    main = rb'acl "a\"b" { any; }; acl "back\\" { any; }; acl "new\line" { any; }; acl "a' + b'\n b" { any; };'
    found = written(tmp_path, {"named.conf": main})
    assert [place.statement.name for place in found.of_kind("acl")] == ['a"b', r"back\\", r"new\line", "a\n b"]


@pytest.mark.needs_program("named-checkconf")
def test_what_debian_ships() -> None:
    shipped = [
        path for path in Path("/etc/bind").glob("*") if path.name.startswith(("named.conf", "bind.keys", "zones."))
    ]
    if not shipped:
        pytest.skip("the package bind9 is not installed")
    for path in shipped:
        assert NamedFiles(str(path)).texts, path
    assert "localhost" in [name for name, _view, _file in NamedFiles("/etc/bind/named.conf").zones()]


def test_files_as_they_are_to_be(tmp_path: Path) -> None:
    found = written(
        tmp_path, {"named.conf": b'include "HERE/a";\nview x { include "HERE/*.z"; };\n', "a": b"acl a { any; };\n"}
    )
    there, new = str(tmp_path / "a"), str(tmp_path / "new.z")
    planned = NamedFiles(found.config, {there: b"acl b { any; };\n", new: b'zone "n" { type hint; };'})
    assert planned.flat() == b'acl b { any; };\n\n\nview x { zone "n" { type hint; };\n };\n'
    assert [(name, view) for name, view, _file in planned.zones()] == [("n", "x")]
    with pytest.raises(DnsError, match="does not exist"):
        NamedFiles(found.config, {found.config: None})
    assert NamedFiles(found.config, {there: None}).texts.keys() == {found.config}


def test_files_that_include_each_other_have_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DnsError, match="include each other"):
        written(tmp_path, {"named.conf": b'include "HERE/named.conf";\n'})
    monkeypatch.setattr(room, "_MOST_FILES", 50)
    with pytest.raises(DnsError, match="too many"):
        written(tmp_path, {"named.conf": b'include "HERE/a";' * 8, "a": b'include "HERE/b";' * 8, "b": b""})


@pytest.mark.parametrize("end", ["", "\n", "  ", "// no end"])
def test_the_end_of_a_file_comes_back(tmp_path: Path, end: str) -> None:
    in_and_out(tmp_path, written(tmp_path, {"named.conf": b"options {\n};" + end.encode()}))


def test_deep_blocks_are_no_deep_calls(tmp_path: Path) -> None:
    depth = 20000
    assert written(tmp_path, {"named.conf": b"view a {" * depth + b"};" * depth}).views == ["a"]

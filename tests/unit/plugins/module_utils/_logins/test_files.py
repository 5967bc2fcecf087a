# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One login into a credential file, and nothing else of it changed."""

from __future__ import annotations

import base64
import datetime
import json
import os
from pathlib import Path
from typing import Any, Dict, Optional
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._logins.files import (
    CredentialFile,
    Login,
    account_of,
    check_registry,
    describe,
    files_of,
    is_due,
)
from ansible_collections.longshore.swr.plugins.module_utils._logins.namespaces import namespace_warnings
from ansible_collections.longshore.swr.plugins.module_utils._logins.record import RECORD, parse_moment

HOST = "swr.cn-north-4.myhuaweicloud.com"
LOGIN = Login(HOST, "cn-north-4@AK", "the-long-password")
AUTH = base64.b64encode(b"cn-north-4@AK:the-long-password").decode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".docker" / "config.json"


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    path.chmod(0o600)


def change(path: Path, login: Optional[Login] = LOGIN, home: Optional[Path] = None) -> bool:
    file = CredentialFile(str(path), home=str(home) if home else None)
    planned = file.plan(HOST, login)
    if planned.is_needed:
        file.apply(planned)
    return planned.is_needed


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_file_that_is_not_there_is_made_private(path: Path) -> None:
    assert change(path)
    assert read(path) == {"auths": {HOST: {"auth": AUTH}}}
    assert [oct(item.stat().st_mode & 0o777) for item in (path, path.parent, path.with_name(RECORD))] == [
        "0o600",
        "0o700",
        "0o600",
    ]
    assert not change(path)


NOTE = {"fingerprint": "x", "expires_at": "2030-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    "notes",
    [
        5,
        None,
        [],
        {"registries": None},
        {"registries": []},
        {"registries": {HOST: 5}},
        {"registries": {HOST: dict(NOTE, expires_at=5)}},
        {"registries": {HOST: dict(NOTE, expires_at="soon")}},
        {"registries": {HOST: dict(NOTE, written_at="")}},
        {"registries": {HOST: dict(NOTE, kind=[])}},
    ],
)
def test_a_record_that_somebody_changed_counts_for_nothing(path: Path, notes: Any) -> None:
    change(path)
    if isinstance(notes, dict) and isinstance(notes["registries"], dict) and notes["registries"][HOST] != 5:
        fingerprint = read(path.with_name(RECORD))[path.name]["registries"][HOST]["fingerprint"]
        notes["registries"][HOST]["fingerprint"] = fingerprint
    path.with_name(RECORD).write_text(json.dumps({path.name: notes, "other.json": 5}))
    assert is_due(CredentialFile(str(path)).look(HOST), MOMENT)
    assert change(path)
    assert not change(path)
    assert not is_due(CredentialFile(str(path)).look(HOST), MOMENT)
    assert read(path.with_name(RECORD))["other.json"] == 5
    assert change(path, None)


def test_nothing_secret_is_in_the_record(path: Path) -> None:
    change(path)
    record = path.with_name(RECORD).read_text()
    assert "the-long-password" not in record
    assert AUTH not in record


def test_everything_else_stays(path: Path) -> None:
    others = {"auths": {"a.example": {"auth": "YTpi"}, HOST: {"auth": "b2xk", "identitytoken": "t", "email": "m"}}}
    document = dict(others, HttpHeaders={"X-Meta": "ä"}, psFormat="table", credHelpers={"gcr.io": "gcloud"}, n=1.5)
    write(path, json.dumps(document, indent=4, ensure_ascii=False))
    assert change(path)
    found = read(path)
    assert found["auths"].pop(HOST) == {"auth": AUTH, "email": "m"}
    document["auths"].pop(HOST)
    assert found == document
    assert list(found) == list(document)
    assert '\n    "auths"' in path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def property_folder(tmp_path_factory: Any) -> Path:
    folder: Path = tmp_path_factory.mktemp("property")
    return folder


@given(
    st.dictionaries(
        st.text(max_size=8).filter(lambda key: key not in ("auths", "credsStore", "credHelpers")),
        st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), st.lists, max_leaves=5),
        max_size=4,
    )
)
def test_in_and_out_again_leaves_any_document_as_it_was(property_folder: Path, document: Dict[str, Any]) -> None:
    path = property_folder / "config.json"
    write(path, dict(document, auths={"other.example": {"auth": "YTpi"}}))
    with mock.patch.object(os, "fsync"):
        assert change(path)
        assert change(path, None)
    assert read(path) == dict(document, auths={"other.example": {"auth": "YTpi"}})
    assert not path.with_name(RECORD).exists()


def test_a_new_password_and_a_new_end_are_changes(path: Path) -> None:
    change(path)
    assert change(path, LOGIN._replace(password="another-password"))
    assert change(path, LOGIN._replace(password="another-password", expires_at="2026-01-01T00:00:00Z"))
    assert not change(path, LOGIN._replace(password="another-password", expires_at="2026-01-01T00:00:00Z"))


def test_a_file_that_others_can_read_is_closed(path: Path) -> None:
    change(path)
    path.chmod(0o644)
    assert change(path)
    assert oct(path.stat().st_mode & 0o777) == "0o600"


def test_a_file_that_was_made_here_goes_with_its_last_login(path: Path) -> None:
    change(path)
    assert change(path, None)
    assert not path.exists()
    assert not path.with_name(RECORD).exists()
    assert not change(path, None)


def test_a_file_that_was_there_stays_without_the_login(path: Path) -> None:
    write(path, {"auths": {}})
    change(path)
    assert change(path, None)
    assert read(path) == {"auths": {}}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not valid JSON (line 1)"),
        ('{"auths": {}, "auths": {}}', "not valid JSON"),
        ("[]", "not a credential file"),
        ('{"auths": []}', "not a credential file"),
        ('{"auths": {}, "credsStore": "desktop"}', "credsStore names the credential store desktop"),
        (json.dumps({"credHelpers": {HOST: "ecr"}}), "names the credential store ecr"),
        ("[" * 100000, "not valid JSON"),
    ],
)
def test_a_file_that_cannot_be_changed_is_left_as_it_is(path: Path, content: str, words: str) -> None:
    write(path, content)
    with pytest.raises(LongshoreError) as caught:
        change(path)
    assert words in str(caught.value)
    assert caught.value.hint
    assert path.read_text() == content


@pytest.mark.parametrize(
    ("content", "refused_by"),
    [
        ({"credsStore": "desktop"}, {"docker", "path"}),
        ({"credHelpers": {HOST: "ecr"}}, {"docker", "podman", "path"}),
        ({"credHelpers": {HOST: ""}, "credsStore": "desktop"}, {"podman"}),
        ({"credHelpers": {HOST + "/team": "ecr", "https://" + HOST: "ecr"}}, set()),
    ],
)
def test_stores_count_as_each_engine_reads_them(tmp_path: Path, content: Any, refused_by: Any) -> None:
    refusing = set()
    for form in ("docker", "podman", "kubelet", "path"):
        path = tmp_path / form
        write(path, content)
        try:
            CredentialFile(str(path), form=form).plan(HOST, LOGIN)
        except LongshoreError:
            refusing.add(form)
    assert refusing == refused_by


def test_a_login_whose_key_is_an_address_goes_too(path: Path) -> None:
    others = {HOST + "/team": {"auth": AUTH}, "https://" + HOST + ".example": {}, HOST + ":5000": {}}
    write(path, {"auths": dict(others, **{"https://" + HOST: {"auth": AUTH}, "http://" + HOST + "/v1/": {}})})
    assert change(path, None)
    assert read(path) == {"auths": others}
    assert not change(path, None)


def test_logins_of_namespaces_are_told(path: Path) -> None:
    write(path, {"auths": {HOST + "/team": {"auth": AUTH}, HOST + "-x/team": {}, HOST: {}}})
    file = CredentialFile(str(path))
    for form, words in (("podman", "podman prefers it"), ("path", "podman prefers it"), ("kubelet", "tries it first")):
        (warning,) = namespace_warnings(HOST, [(form, file)])
        assert "a login of its own to {0}/team: ".format(HOST) in warning
        assert words in warning
        assert AUTH not in warning
    # docker takes the login to the registry, as long as there is one.
    assert list(namespace_warnings(HOST, [("docker", file)])) == []
    assert "engines still use it" in next(namespace_warnings(HOST, [("docker", file)], absent=True))


def test_text_of_a_broken_file_is_not_quoted(path: Path) -> None:
    write(path, '{"auths": {"h": {"auth": "c2VjcmV0"} "x"}}')
    with pytest.raises(LongshoreError) as caught:
        change(path)
    assert "c2VjcmV0" not in str(caught.value)


def test_half_of_a_pair_of_escapes_stays(path: Path) -> None:
    write(path, '{"odd": "\\ud800"}')
    assert change(path)
    assert read(path)["odd"] == "\ud800"


def test_an_empty_file_is_an_empty_document(path: Path) -> None:
    write(path, "")
    assert change(path)
    assert read(path) == {"auths": {HOST: {"auth": AUTH}}}


def test_another_programs_login_in_the_meantime_is_not_lost(path: Path) -> None:
    file = CredentialFile(str(path))
    planned = file.plan(HOST, LOGIN)
    write(path, {"auths": {"late.example": {"auth": "YTpi"}}})
    with pytest.raises(LongshoreError, match="in the meantime"):
        file.apply(planned)
    assert "late.example" in path.read_text()


def test_a_home_directory_that_does_not_exist_is_not_made(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with pytest.raises(LongshoreError, match="the home directory of this user does not exist") as caught:
        change(home / ".docker" / "config.json", home=home)
    assert "create_home" in str(caught.value.hint)
    assert not home.exists()
    assert not change(home / ".docker" / "config.json", None, home=home)


def test_a_link_that_the_user_has_made_is_kept(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    link = tmp_path / ".docker" / "config.json"
    link.parent.mkdir()
    link.symlink_to(tmp_path / "dotfiles" / "docker.json")
    assert change(link, home=tmp_path)
    assert link.is_symlink()
    assert read(tmp_path / "dotfiles" / "docker.json")["auths"]


MOMENT = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@pytest.mark.parametrize(
    ("expires_at", "due"), [(None, False), ("2026-01-01T00:00:01Z", False), ("2025-12-31T23:59:59.811000Z", True)]
)
def test_a_login_is_due_when_it_ends(path: Path, expires_at: Optional[str], due: bool) -> None:
    file = CredentialFile(str(path))
    assert is_due(file.look(HOST), MOMENT)
    change(path, LOGIN._replace(expires_at=expires_at))
    stored = file.look(HOST)
    assert (stored.username, stored.expires_at) == ("cn-north-4@AK", expires_at)
    assert is_due(stored, MOMENT) is due


def test_a_login_that_another_program_wrote_is_due(path: Path) -> None:
    change(path, LOGIN._replace(expires_at="2030-01-01T00:00:00Z"))
    document = read(path)
    document["auths"][HOST]["auth"] = base64.b64encode(b"u:p").decode()
    write(path, document)
    stored = CredentialFile(str(path)).look(HOST)
    assert (stored.username, stored.expires_at) == ("u", None)
    assert is_due(stored, MOMENT)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-01-01", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00+02:00"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(LongshoreError, match="invalid UTC time"):
        parse_moment(text)


@pytest.mark.parametrize("registry", ["", "https://swr.example.com", "swr.example.com/team", "a b", "host:port", "-x"])
def test_what_is_no_registry_is_refused(registry: str) -> None:
    with pytest.raises(LongshoreError, match="invalid registry"):
        check_registry(registry)


@pytest.mark.parametrize("registry", ["localhost", "swr.example.com:5000", "[::1]:5000", "10.0.0.1"])
def test_registries(registry: str) -> None:
    assert check_registry(registry) == registry


def test_files_of_a_user() -> None:
    home, _owner = account_of("root")
    found = files_of({"user": "root", "formats": ["docker", "podman", "docker", "kubelet"], "path": None})
    assert [(form, file.path) for form, file in found] == [
        ("docker", os.path.join(home, ".docker/config.json")),
        ("podman", os.path.join(home, ".config/containers/auth.json")),
        ("kubelet", "/var/lib/kubelet/config.json"),
    ]
    with pytest.raises(LongshoreError, match="no user 'nobody-such'"):
        files_of({"user": "nobody-such", "formats": ["docker"], "path": None})


def test_a_difference_shows_no_password(path: Path) -> None:
    write(path, {"auths": {HOST: {"auth": base64.b64encode(b"u:old-password").decode()}}, "HttpHeaders": {"A": "key"}})
    planned = CredentialFile(str(path)).plan(HOST, LOGIN)
    shown = describe(str(path), planned, HOST)
    assert shown["before"] == HOST + ": u, password (hidden)\n"
    assert shown["after"] == HOST + ": cn-north-4@AK, password (hidden, new)\n"


def test_a_login_of_another_kind_is_due(path: Path) -> None:
    change(path, LOGIN._replace(kind="long_term"))
    stored = CredentialFile(str(path)).look(HOST)
    assert [is_due(stored, MOMENT, kind) for kind in (None, "long_term", "temporary")] == [False, False, True]
    # The same login, and nothing is known any more about its kind: that is a change too.
    assert change(path, LOGIN)
    assert is_due(CredentialFile(str(path)).look(HOST), MOMENT, "long_term")


def test_a_login_that_ends_nobody_knows_when_is_due_by_its_age(path: Path) -> None:
    now = [MOMENT]
    file = CredentialFile(str(path), clock=lambda: now[0])
    login = LOGIN._replace(kind="temporary")
    file.apply(file.plan(HOST, login))
    now[0] += datetime.timedelta(hours=1)
    # It has become no younger by being written once more, and is no change.
    assert not file.plan(HOST, login).is_needed
    stored = file.look(HOST)
    assert (stored.kind, stored.expires_at, stored.written_at) == ("temporary", None, "2026-01-01T00:00:00Z")
    ages = [datetime.timedelta(seconds=seconds) for seconds in (21599, 21600)]
    assert [is_due(stored, MOMENT + age) for age in ages] == [False, True]
    assert is_due(stored, MOMENT + ages[0], assumed_lifetime=900)
    file.apply(file.plan(HOST, login._replace(password="a-new-password")))
    assert file.look(HOST).written_at == "2026-01-01T01:00:00Z"

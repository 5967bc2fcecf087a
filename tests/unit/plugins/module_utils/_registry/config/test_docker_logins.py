# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins that Docker and Podman keep."""

from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.config.docker_logins import DockerConfigs
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.reference import Repository

SECRET = "hunter2-Xq7"
QUAY = Repository("quay.io", "a/b")
HUB = Repository("docker.io", "library/nginx")


def auth(username, password=SECRET):
    return {"auth": base64.b64encode("{0}:{1}".format(username, password).encode()).decode()}


class Helper:
    def __init__(self, status=0, output=None):
        self.status, self.calls = status, []
        self.output = json.dumps({"Username": "u", "Secret": SECRET}) if output is None else output

    def __call__(self, argv, stdin):
        self.calls.append((list(argv), stdin))
        return self.status, self.output


@pytest.fixture
def home(tmp_path):
    """Writes the file of the given name and returns a DockerConfigs that finds nothing but what was written."""

    class Home:
        environ = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run")}
        docker = tmp_path / ".docker" / "config.json"
        podman = tmp_path / ".config" / "containers" / "auth.json"
        runtime = tmp_path / "run" / "containers" / "auth.json"

        def write(self, path, content):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
            return path

        def configs(self, run=None, **environ):
            return DockerConfigs(dict(self.environ, **environ), run)

    return Home()


def test_nothing_is_known_without_files(home):
    configs = home.configs()
    assert configs.lookup(QUAY) is None
    assert list(configs.secrets()) == []


@pytest.mark.parametrize(
    ("key", "repository", "known"),
    [
        ("quay.io", QUAY, True),
        ("https://quay.io", QUAY, True),
        ("https://quay.io/v1/", QUAY, True),
        ("quay.io/v2/", QUAY, True),
        ("QUAY.io", QUAY, True),
        ("quay.io/a", QUAY, True),
        ("quay.io/a/b", QUAY, True),
        ("quay.io/b", QUAY, False),
        ("quay.io:443", QUAY, False),
        ("https://index.docker.io/v1/", HUB, True),
        ("index.docker.io", HUB, True),
        ("docker.io", HUB, True),
        ("docker.io/library", HUB, True),
        ("docker.io/other", HUB, False),
    ],
)
def test_names_of_entries(home, key, repository, known):
    home.write(home.docker, {"auths": {key: auth("u")}})
    found = home.configs().lookup(repository)
    assert (found is not None) is known
    if known:
        assert (found.username, found.password) == ("u", SECRET)
        assert found.origin.startswith(str(home.docker))


def test_the_longest_entry_counts(home):
    entries = {"quay.io": auth("short"), "quay.io/a/b": auth("long"), "quay.io/a": auth("middle")}
    home.write(home.podman, {"auths": entries})
    configs = home.configs()
    assert configs.lookup(QUAY).username == "long"
    assert configs.lookup(Repository("quay.io", "a/c")).username == "middle"
    assert configs.lookup(Repository("quay.io", "c")).username == "short"


def test_the_order_of_the_files(home):
    for path, name in ((home.docker, "docker"), (home.podman, "podman"), (home.runtime, "runtime")):
        home.write(path, {"auths": {"quay.io": auth(name), name + ".io": auth(name)}})
    configs = home.configs()
    assert configs.lookup(QUAY).username == "runtime"
    assert configs.lookup(Repository("podman.io", "a")).username == "podman"
    assert configs.lookup(Repository("docker.io", "a/b")).username == "docker"


def test_variables_name_the_files(home, tmp_path):
    other = home.write(tmp_path / "x" / "config.json", {"auths": {"quay.io": auth("other")}})
    home.write(home.docker, {"auths": {"quay.io": auth("docker")}})
    assert home.configs(DOCKER_CONFIG=str(other.parent)).lookup(QUAY).username == "other"
    assert home.configs(REGISTRY_AUTH_FILE=str(other)).paths() == [str(other)]
    assert home.configs(REGISTRY_AUTH_FILE=str(other)).lookup(QUAY).username == "other"
    assert DockerConfigs({"HOME": "/h"}, uid=7).paths() == [
        "/run/containers/7/auth.json",
        "/h/.config/containers/auth.json",
        "/h/.docker/config.json",
    ]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"auth": base64.b64encode(b"u:p:q\0\0").decode()}, ("u", "p:q", "")),
        ({"username": "u", "password": "p"}, ("u", "p", "")),
        (dict(auth("u", ""), identitytoken="t"), ("u", "", "t")),
        ({"identitytoken": "t"}, ("", "", "t")),
        ({}, None),
        ({"email": "x@y"}, None),
    ],
)
def test_kinds_of_entries(home, entry, expected):
    home.write(home.docker, {"auths": {"quay.io": entry}})
    found = home.configs().lookup(QUAY)
    assert (found and (found.username, found.password, found.identity_token)) == expected


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "it is empty"),
        ('{"auths": ' + SECRET, "line 1"),
        ([SECRET], "not a mapping"),
        ({"auths": [SECRET]}, '"auths" has a wrong type'),
        ({"auths": {"quay.io": SECRET}}, '"auths" has a wrong type'),
        ({"credHelpers": {"quay.io": 1}}, '"credHelpers" has a wrong type'),
        ({"credsStore": {}}, '"credsStore" has a wrong type'),
        ({"auths": {"quay.io": {"auth": SECRET}}}, "base64"),
        ({"auths": {"quay.io": {"auth": base64.b64encode(b"hunter2").decode()}}}, "base64"),
        ({"auths": {"quay.io": {"auth": base64.b64encode(b"\xff:\xff").decode()}}}, "base64"),
        ({"auths": {"quay.io": {"auth": 5}}}, '"auth" is not a string'),
        ({"auths": {"quay.io": {"username": "u"}}}, "no password"),
        ({"auths": {"quay.io": {"password": SECRET}}}, "no user name"),
        ({"auths": {"quay.io": {"registrytoken": SECRET}}}, "registry token"),
    ],
)
def test_refuses_what_it_cannot_use(home, content, words):
    home.write(home.docker, content)
    with pytest.raises(RegistryError) as caught:
        home.configs().lookup(QUAY)
    text = str(caught.value)
    assert words in text
    assert str(home.docker) in text
    assert "docker_config_fallback" in text
    assert "hunter2" not in text


def test_an_unreadable_file_is_not_ignored(home):
    home.docker.mkdir(parents=True)
    with pytest.raises(RegistryError, match="fallback"):
        home.configs().lookup(QUAY)


def test_a_helper_for_one_registry(home):
    home.write(home.docker, {"credHelpers": {"quay.io": "acme"}, "auths": {"quay.io": auth("not me")}})
    helper = Helper()
    configs = home.configs(helper)
    for _round in range(3):
        assert configs.lookup(QUAY).username == "u"
    assert helper.calls == [(["docker-credential-acme", "get"], "quay.io")]
    assert list(configs.secrets()) == [SECRET]
    assert configs.lookup(HUB) is None


def test_a_store_for_all_registries(home):
    home.write(home.docker, {"credsStore": "acme", "auths": {"https://index.docker.io/v1/": {}}})
    helper = Helper(output=json.dumps({"Username": "<token>", "Secret": SECRET}))
    found = home.configs(helper).lookup(HUB)
    assert (found.username, found.password, found.identity_token) == ("", "", SECRET)
    assert helper.calls == [(["docker-credential-acme", "get"], "https://index.docker.io/v1/")]


def test_a_helper_that_knows_no_login(home):
    home.write(home.docker, {"credsStore": "acme"})
    assert home.configs(Helper(1, "credentials not found in native keychain\n")).lookup(QUAY) is None


@pytest.mark.parametrize(
    ("helper", "name", "words"),
    [
        (Helper(1, SECRET), "acme", "exit status 1"),
        (Helper(0, SECRET), "acme", "cannot be parsed"),
        (Helper(0, "[]"), "acme", "cannot be parsed"),
        (Helper(0, json.dumps({"Username": SECRET})), "acme", "cannot be parsed"),
        (Helper(), "../acme", "not valid"),
        (None, "acme", "docker-credential-acme, which cannot be run"),
    ],
)
def test_a_helper_that_cannot_be_used(home, helper, name, words):
    home.write(home.docker, {"credHelpers": {"quay.io": name}})
    with pytest.raises(RegistryError, match=words) as caught:
        home.configs(helper).lookup(QUAY)
    assert "hunter2" not in str(caught.value)
    assert "auth file" in caught.value.hint


def test_a_helper_that_is_not_installed(home):
    def run(argv, stdin):
        raise FileNotFoundError(2, "No such file or directory")

    home.write(home.docker, {"credHelpers": {"quay.io": "acme"}})
    with pytest.raises(RegistryError, match="cannot be run: No such file"):
        home.configs(run).lookup(QUAY)


def test_a_store_that_cannot_be_run(home):
    """Refused where it surely holds the login, noted where it most likely does not."""
    home.write(home.docker, {"credsStore": "acme", "auths": {"quay.io": {}}})
    configs = home.configs()
    with pytest.raises(RegistryError, match="cannot be run"):
        configs.lookup(QUAY)
    for _round in range(2):
        assert configs.lookup(HUB) is None
    (note,) = configs.notes
    assert '"acme" was not asked for docker.io' in note

# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The auth file: which login belongs to which repository."""

from __future__ import annotations

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.config.certificates import USUAL
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.docker_logins import Credential
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.documents import parse_json, parse_yaml
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.reference import Repository

SECRET = "hunter2-Xq7"


class Fallback:
    def __init__(self, credential):
        self.credential = credential
        self.asked = []

    def lookup(self, repository):
        self.asked.append(str(repository))
        return self.credential

    def secrets(self):
        yield self.credential.password


def store(document, environ=None, fallback=None):
    return CredentialStore.from_document(document, where="auth.json", environ=environ or {}, fallback=fallback)


def login(username, password=SECRET, **more):
    return dict({"username": username, "password": password}, **more)


def problems(document, environ=None):
    with pytest.raises(RulesError) as caught:
        store(document, environ)
    assert SECRET not in "".join(traceback.format_exception(None, caught.value, caught.value.__traceback__, chain=True))
    return caught.value.problems


def refusal(document):
    """The problems of a document, None when it is accepted."""
    try:
        store(document)
    except RulesError as error:
        return error.problems
    return None


DOCUMENT = {
    "quay.io": login("registry"),
    "quay.io/a/b": login("repository"),
    "quay.io/a": login("namespace", insecure=True),
    "quay.io:443": login("port"),
    "registry.hub.docker.com": login("hub"),
    "index.docker.io/team": login("team"),
    "localhost:5000": login("local"),
}


@pytest.mark.parametrize(
    ("registry", "name", "username"),
    [
        ("quay.io", "x/y", "registry"),
        ("quay.io", "a/x", "namespace"),
        ("quay.io", "a", "namespace"),
        ("quay.io", "ab/x", "registry"),
        ("quay.io", "a/b", "repository"),
        ("quay.io", "a/b/c", "repository"),
        ("quay.io", "a/bc", "namespace"),
        ("quay.io:443", "a/b", "port"),
        ("docker.io", "library/nginx", "hub"),
        ("docker.io", "team/app", "team"),
        ("localhost:5000", "a", "local"),
        ("localhost", "a", ""),
        ("xquay.io", "a/b", ""),
    ],
)
@pytest.mark.parametrize("backwards", [False, True])
def test_the_longest_name_counts_whatever_the_order(registry, name, username, backwards):
    document = dict(reversed(list(DOCUMENT.items()))) if backwards else DOCUMENT
    credential = store(document).lookup(Repository(registry, name))
    assert credential.username == username
    assert credential.insecure is (username == "namespace")
    assert credential.anonymous is (username == "")


PART = st.sampled_from(("a", "b", "ab"))
PATH = st.lists(PART, max_size=3).map(tuple)


@given(st.sets(PATH, max_size=8), PATH.filter(bool))
def test_the_longest_name_counts_like_a_naive_search(paths, name):
    document = {"/".join(("r.io",) + path): login("/".join(path) or "root") for path in paths}
    matching = [path for path in paths if name[: len(path)] == path]
    expected = "/".join(max(matching, key=len)) or "root" if matching else ""
    assert store(document).lookup(Repository("r.io", "/".join(name))).username == expected


@pytest.mark.parametrize(
    ("fields", "username", "password"),
    [
        ({"username": "$U", "password": "${P}"}, "user", "pa$s"),
        ({"username": "$U@x", "password": "a$$b"}, "user@x", "a$b"),
        ({"username": "u", "password": "$1$!$"}, "u", "$1$!$"),
        ({"Username": "u", "PASSWORD": "p"}, "u", "p"),
    ],
)
def test_expands_variables(fields, username, password):
    credential = store({"r.io": fields}, {"U": "user", "P": "pa$s"}).lookup(Repository("r.io", "a"))
    assert (credential.username, credential.password) == (username, password)


@pytest.mark.parametrize("fields", [{}, {"username": "", "password": ""}, {"username": None, "password": None}])
def test_an_entry_without_login_is_anonymous_and_asks_the_fallback(fields):
    entry = dict(fields, insecure=True)
    anonymous = store({"r.io": entry}).lookup(Repository("r.io", "a"))
    assert anonymous.anonymous
    assert anonymous.insecure
    fallback = Fallback(Credential("docker", SECRET, origin="config.json"))
    found = store({"r.io": entry}, fallback=fallback).lookup(Repository("r.io", "a"))
    assert (found.username, found.insecure, found.origin) == ("docker", True, "config.json")


def test_the_fallback_is_asked_once_and_only_where_it_is_needed():
    fallback = Fallback(Credential("docker", SECRET))
    credentials = store({"r.io": login("u")}, fallback=fallback)
    for _round in range(3):
        assert credentials.lookup(Repository("r.io", "a")).username == "u"
        assert credentials.lookup(Repository("x.io", "a")).username == "docker"
    assert fallback.asked == ["x.io/a"]


def test_knows_its_secrets_and_shows_none():
    credentials = store({"r.io": login("u", "one"), "x.io": {}}, fallback=Fallback(Credential("docker", "two")))
    assert list(credentials.secrets()) == ["one", "two"]
    shown = repr(credentials.lookup(Repository("r.io", "a")))
    assert "one" not in shown
    assert "auth.json" in shown


def test_of_several_stores_the_first_counts():
    inline = store({"r.io": login("inline")})
    file = store({"r.io": login("file"), "r.io/a": login("deeper"), "x.io": {}})
    credentials = CredentialStore.merged([inline, file], Fallback(Credential("docker", SECRET)))
    assert credentials.lookup(Repository("r.io", "b")).username == "inline"
    assert credentials.lookup(Repository("r.io", "a")).username == "deeper"
    assert credentials.lookup(Repository("x.io", "a")).username == "docker"


def test_no_document_means_no_logins():
    credential = store(None).lookup(Repository("r.io", "a"))
    assert credential == Credential()
    assert credential.anonymous


@pytest.mark.parametrize(
    ("value", "insecure"), [(True, True), (False, False), (None, False), ("true", True), ("False", False)]
)
def test_insecure(value, insecure):
    assert store({"r.io": {"insecure": value}}).lookup(Repository("r.io", "a")).insecure is insecure


def test_the_same_login_under_two_names_of_docker_hub():
    document = {"docker.io": login("u"), "registry.hub.docker.com": login("u")}
    assert store(document).lookup(Repository("docker.io", "a/b")).username == "u"
    (problem,) = problems({"docker.io": login("u"), "registry.hub.docker.com": login("v")})
    assert '"registry.hub.docker.com": it means the same as "docker.io"' in problem


@pytest.mark.parametrize(
    "document",
    [
        {"auth": {"r.io": login("u")}, "images": {"r.io/a": "x.io/a"}},
        {"auth": {"r.io": login("u")}},
        {"r.io": login("u"), "auth": login("a host of this name")},
    ],
)
def test_combined_documents(document):
    assert store(document).lookup(Repository("r.io", "a")).username == "u"


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([login("u")], "it is a list"),
        (SECRET, "it is a string"),
        ({"auths": {"r.io": {"auth": SECRET}}}, "file of Docker or Podman"),
        ({"r.io/a/b:v1": login("u")}, "a tag or a digest"),
        ({"r.io/a@sha256:12": login("u")}, "a tag or a digest"),
        ({"https://r.io": login("u")}, 'write "r.io"'),
        ({"http://r.io/": login("u")}, "insecure: true"),
        ({"https://u:" + SECRET + "@r.io": login("u")}, "no scheme"),
        ({"u:" + SECRET + "@r.io": login("u")}, "must not contain a login"),
        ({"": login("u")}, "it is empty"),
        ({"r.io/": login("u")}, "write registry/namespace"),
        ({"r.io/a/": login("u")}, 'write "a"'),
        ({"r.io//a": login("u")}, "a slash too many"),
        ({"r.io/A": login("u")}, 'write "a"'),
        ({"r.io/*": login("u")}, "wildcards"),
        ({"*.io": login("u")}, "not a host name"),
        ({"r.io:x": login("u")}, "port"),
        ({5000: login("u")}, "a name that is a number"),
        ({"r.io": "x.io/a"}, "rules file?"),
        ({"r.io": [login("u")]}, "it is a list"),
        ({"r.io": None}, "write a mapping with username"),
        ({"r.io": {"username": "u"}}, "it has a username and no password"),
        ({"r.io": {"password": SECRET}}, "it has a password and no username"),
        ({"r.io": {"username": "u", "passwrod": SECRET}}, 'unknown key "passwrod": did you mean password?'),
        ({"r.io": {"user": "u", "pass": SECRET}}, "did you mean"),
        (
            {"r.io": {"token": "x"}},
            "the keys are username, password, insecure, ca_path, client_cert, client_key, token_server",
        ),
        ({"r.io": {"username": "u", "password " + SECRET: None}}, "unknown key"),
        ({"r.io": {"username": "u", "password": "p", "Password": SECRET}}, "password is written more than once"),
        ({"r.io": {"username": "u", "password": 12345}}, "password is a number without quotes: put it in quotes"),
        ({"r.io": {"username": True, "password": SECRET}}, "username is true or false without quotes"),
        ({"r.io": {"username": "u", "password": [SECRET]}}, "password is a list"),
        ({"r.io": {"insecure": 1}}, "write true or false"),
        ({"r.io": {"insecure": "yes"}}, "write true or false"),
        (
            {"r.io": {"client_cert": "c", "client_key": "-----BEGIN " + "PRIVATE KEY----- " + SECRET}},
            "client_key is not a path: write the path of the file, not what is in it",
        ),
        ({"r.io": {"client_cert": "c", "client_key": SECRET + "\n"}}, "client_key is not a path"),
        ({"r.io": {"ca_path": "-----BEGIN CERTIFICATE-----\n"}}, "ca_path is not a path"),
    ],
)
def test_refuses_with_entry_and_remedy(document, words):
    found = problems(document)
    assert any(words in problem for problem in found), found
    assert all(problem.startswith("auth.json: ") for problem in found)
    assert "12345" not in str(found)
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    "document",
    [
        parse_json('{"r.io": {"username": "u", "password": "a"}, "r.io": {"username": "v", "password": "b"}}', "x"),
        parse_yaml("r.io: {username: u, password: a}\nr.io: {username: u, password: a}\n", "x"),
        parse_json('{"r.io": {"username": "u", "password": "a", "password": "b"}}', "x"),
        parse_json('{"auth": {"r.io": {}}, "auth": {"r.io": {}}, "images": {}}', "x"),
    ],
)
def test_refuses_repeated_names(document):
    (problem,) = problems(document)
    assert "more than once" in problem


def test_every_problem_is_reported_at_once():
    found = problems({"r.io": {"username": 1, "password": 2, "insecure": 3, "x": 4}, "https://x.io": {"username": "u"}})
    assert len(found) == 6


TEXT = st.text(alphabet="aB1./:@_-$ {}", max_size=12)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(TEXT | st.sampled_from(("username", "password", "insecure", "auth", "images")), children)
    ),
    max_leaves=8,
)


@given(ANYTHING)
def test_anything_is_read_or_refused(document):
    assert refusal(document) != []


@given(st.text(min_size=3, max_size=20))
def test_no_message_holds_a_password(password):
    secret = "Zz9" + password + "Zz9"
    for entry in ({"password": secret}, {"username": "u", "password": secret, "x": 1}, secret, [secret]):
        assert "Zz9" not in str(refusal({"r.io": entry}))


def test_an_entry_can_name_authorities_of_its_registry(monkeypatch):
    monkeypatch.setenv("HOME", "/srv/someone")
    insecure = dict(login("u"), ca_path="/ca.pem", insecure=True)
    logins = store({"r.io": dict(login("u"), ca_path="~/ca.pem"), "s.io": insecure})
    assert logins.lookup(Repository("r.io", "a")).trust.authorities == ("/srv/someone/ca.pem",)
    assert logins.lookup(Repository("s.io", "a")).trust.verify is False
    assert logins.lookup(Repository("t.io", "a")).trust == USUAL
    assert logins.as_document()["r.io"]["ca_path"] == "/srv/someone/ca.pem"


def test_a_token_server_is_a_host(tmp_path):
    entry = dict(login("u"), token_server="Auth.Example.com:8443")
    assert store({"r.io": entry}).lookup(Repository("r.io", "a")).token_server == "auth.example.com:8443"
    assert "token_server" in problems({"r.io": dict(login("u"), token_server="https://auth.example.com/token")})[0]

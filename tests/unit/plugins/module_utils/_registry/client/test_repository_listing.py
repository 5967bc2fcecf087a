# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How repositories are listed: the requests, and what is made of the replies."""

from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.client import repository_listing as discovery
from ansible_collections.longshore.swr.plugins.module_utils._registry.client.creation_time import UNKNOWN, parse_time
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.platforms import PlatformFilter
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    FakeTransport,
    client_pool,
    no_wait_retrier,
    reply,
    store,
)

HOST = "registry.example"
LOGIN = "Basic " + base64.b64encode(b"user:password").decode()
NO_CATALOG = reply(404, b"404 page not found")
SYSTEM = reply(200, {"auth_mode": "db_auth", "harbor_version": "v2.9.1"})
HTML = reply(404, b"<html><title>404</title></html>", content_type="text/html")


def listed(script, namespace="team", via="auto", credentials=None, host=HOST):
    """The names, then what is none, and the paths that were asked for."""
    transport = FakeTransport(script)
    credentials = store(**{host.replace(".", "_dot_"): ("user", "password")}) if credentials is None else credentials
    clients = client_pool(transport, credentials, no_wait_retrier(0), 0.0)
    try:
        listing = discovery.Discovery(clients.source).names(host, namespace, via)
        names = [*listing.names, *(entry.shown for entry in listing.invalid)]
    except RegistryError as error:
        names = error
    paths = [line.replace("https://" + host, "") for line in transport.lines]
    return names, paths, transport.sent


def test_what_is_no_registry_lists_no_repositories(tmp_path):
    place = "oci:{0}".format(tmp_path)
    (tmp_path / "index.json").write_text('{"manifests": []}')
    clients = client_pool(FakeTransport([]), store(), no_wait_retrier(0))
    with clients, pytest.raises(RegistryError, match="only registries"):
        discovery.Discovery(clients.source).names(place, "", "auto")


def test_catalog_comes_first():
    names, paths, _sent = listed([reply(200, {"repositories": ["team/app", "x/y"]})])
    assert (names, paths) == (["team/app", "x/y"], ["GET /v2/_catalog?n=1000"])


def test_harbor_where_the_catalog_is_refused():
    names, paths, sent = listed(
        [
            NO_CATALOG,
            SYSTEM,
            reply(200, [{"name": "team/a"}, {"name": "team/b/c"}], x_total_count="3", link="x?page=2&n=2; rel=next"),
            reply(200, [{"name": "team/d"}], x_total_count="3"),
        ]
    )
    assert names == ["team/a", "team/b/c", "team/d"]
    assert paths[1:] == [
        "GET /api/v2.0/systeminfo",
        "GET /api/v2.0/projects/team/repositories?page=1&page_size=100",
        "GET /api/v2.0/projects/team/repositories?page=2&n=2",
    ]
    assert [one.headers for one in sent[1:]] == [{"Accept": "application/json", "Authorization": LOGIN}] * 3


def test_harbor_of_the_first_generation():
    names, paths, _sent = listed(
        [
            HTML,
            SYSTEM,
            reply(200, [{"name": "team2", "project_id": 7}, {"name": "team", "project_id": 3}]),
            reply(200, [{"name": "team/a{0}".format(number)} for number in range(100)]),
            reply(200, b"null"),
        ],
        via="harbor",
    )
    assert names == ["team/a{0}".format(number) for number in range(100)]
    assert paths == [
        "GET /api/v2.0/systeminfo",
        "GET /api/systeminfo",
        "GET /api/projects?name=team&page=1&page_size=100",
        "GET /api/repositories?project_id=3&page=1&page_size=100",
        "GET /api/repositories?project_id=3&page=2&page_size=100",
    ]


def test_every_project_of_a_harbor():
    names, paths, _sent = listed(
        [SYSTEM, reply(200, [{"name": "a"}, {"name": "b"}]), reply(200, [{"name": "a/x"}]), reply(200, [])],
        namespace="",
        via="harbor",
    )
    assert names == ["a/x"]
    assert paths[1:] == [
        "GET /api/v2.0/projects?page=1&page_size=100",
        "GET /api/v2.0/projects/a/repositories?page=1&page_size=100",
        "GET /api/v2.0/projects/b/repositories?page=1&page_size=100",
    ]


def test_without_a_login_none_is_sent_and_a_redirect_is_not_followed():
    names, paths, sent = listed(
        [NO_CATALOG, reply(302, b"", location="https://elsewhere.example/login"), reply(200, b"<html>")],
        credentials=CredentialStore({}),
    )
    assert isinstance(names, RegistryError)
    assert "do not list their repositories" in names.hint
    assert paths == ["GET /v2/_catalog?n=1000", "GET /api/v2.0/systeminfo", "GET /api/systeminfo"]
    assert all("Authorization" not in one.headers for one in sent)


@pytest.mark.parametrize("via", ["auto", "catalog"])
def test_other_failures_of_the_catalog_are_not_hidden(via):
    names, paths, _sent = listed([reply(500)], via=via)
    assert (names.status, len(paths)) == (500, 1)
    if via == "catalog":
        names, paths, _sent = listed([NO_CATALOG], via=via)
        assert (names.status, len(paths)) == (404, 1)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([SYSTEM, reply(200, [{"name": "a"}], link="page=2")], "Link header cannot be parsed"),
        ([SYSTEM, reply(200, [{"name": "a"}], x_total_count="many")], "number of entries"),
        ([SYSTEM, reply(200, [{"name": "a"}], link="<?page=1&page_size=100>; rel=next")], "links back"),
        ([SYSTEM, *(reply(200, [], link="<?page={0}>; rel=next".format(n)) for n in range(11))], "10 pages in a row"),
        ([SYSTEM, reply(200, {"name": "x"})], "invalid list of repositories"),
        ([SYSTEM, reply(200, ["x"])], "invalid list of repositories"),
        ([SYSTEM, reply(200, b"<html>")], "invalid list of repositories"),
        ([SYSTEM, reply(200, [{"name": "team/a"}], x_total_count="2"), reply(200, [], x_total_count="2")], "1 of 2"),
        ([SYSTEM, reply(200, [{"name": "team/a"}], x_total_count="2"), reply(200, b"null")], "1 of 2"),
        ([HTML, SYSTEM, reply(200, [{"name": "team"}])], "invalid list of projects"),
        ([SYSTEM, reply(403, {"errors": [{"code": "FORBIDDEN", "message": "forbidden"}]})], "forbidden"),
        ([HTML, HTML], "this is not a Harbor"),
        ([HTML, SYSTEM, reply(200, [{"name": "team2", "project_id": 7}])], "the project does not exist"),
    ],
)
def test_harbors_that_cannot_be_understood(answers, words):
    names, _paths, _sent = listed(answers, via="harbor")
    assert isinstance(names, RegistryError)
    assert words in str(names)


def test_what_is_no_name_is_listed_apart():
    entries = [{"name": "team/a"}, {"name": "team/../x"}, {"nam": "x"}, {"name": 7}]
    names, _paths, _sent = listed([SYSTEM, reply(200, entries)], via="harbor")
    assert names == ["team/a", "team/../x", '{"nam": "x"}', "7"]


def test_a_page_that_only_the_number_of_entries_tells_of():
    """Something in between has taken the link away."""
    names, paths, _sent = listed(
        [SYSTEM, *(reply(200, [{"name": "team/" + name}], x_total_count="2") for name in ("a", "b"))], via="harbor"
    )
    assert names == ["team/a", "team/b"]
    assert paths[2].endswith("?page=2&page_size=100")


def swr(*names, total=None):
    entries = [dict(zip(("namespace", "name"), name.split("/", 1))) for name in names]
    told = {} if total == "untold" else {"total_range": len(names) if total is None else total}
    return reply(200, [dict(entry, **told) for entry in entries])


def test_swr_by_itself_where_the_host_is_its():
    names, paths, sent = listed([swr("team/app", "team/a$b")], host="swr.cn-north-4.myhuaweicloud.com")
    assert (names, paths) == (["team/app", "team/a/b"], ["GET /dockyard/v2/repositories?filter=center::self"])
    assert sent[0].headers["Authorization"] == LOGIN


def test_swr_that_lists_a_part_at_a_time():
    names, paths, _sent = listed([swr("t/a", "t/b", total=3), swr("t/c", total=3)], via="swr")
    assert names == ["t/a", "t/b", "t/c"]
    assert paths[1] == "GET /dockyard/v2/repositories?filter=center::self%7Climit::1000%7Coffset::2"
    for second in (swr("t/a", "t/b", total=3), reply(200, b"null"), reply(400)):
        names, _paths, _sent = listed([swr("t/a", "t/b", total=3), second], via="swr")
        assert "ends after 2 of 3 entries" in str(names)


def test_what_was_listed_before_does_not_count_towards_the_number():
    pages = [swr("t/a", "t/b", total=4), swr("t/b", "t/c", total=4), swr("t/a", "t/b", total=4)]
    names, _paths, _sent = listed(pages, via="swr")
    assert "ends after 3 of 4 entries" in str(names)


@pytest.mark.parametrize("second", [swr("t/a", total="untold"), reply(200, b"null"), reply(200, []), reply(400)])
def test_swr_that_does_not_tell_the_number_is_asked_once_more(second):
    names, paths, _sent = listed([swr("t/a", total="untold"), second], via="swr")
    assert (names, len(paths)) == (["t/a"], 2)
    more = [swr("t/a", total="untold"), swr("t/b", total="untold"), reply(200, [])]
    assert listed(more, via="swr")[0] == ["t/a", "t/b"]
    assert listed([swr("t/a", total="untold"), reply(500)], via="swr")[0].status == 500


@pytest.mark.parametrize("total", ["many", -1, 1.5, True, [1]])
def test_swr_whose_number_is_none(total):
    names, _paths, _sent = listed([reply(200, [{"namespace": "t", "name": "a", "total_range": total}])], via="swr")
    assert "number of entries" in str(names)


def test_entries_of_swr_that_are_no_names():
    entries = [{"namespace": "t", "name": "a"}, {"namespace": "t", "name": "B"}, {"namespace": "t"}, {"name": None}]
    names, _paths, _sent = listed([reply(200, [dict(one, total_range=4) for one in entries])], via="swr")
    assert names[:2] == ["t/a", "t/B"]
    assert names[2].startswith('{"namespace": "t"')


def test_catalog_is_asked_for_once():
    transport = FakeTransport([reply(404)])
    clients = client_pool(transport, CredentialStore({}), no_wait_retrier(0), 0.0)
    found = discovery.Discovery(clients.source)
    for namespace in ("a", "b"):
        with pytest.raises(RegistryError):
            found.names(HOST, namespace, "catalog")
    assert len(transport.sent) == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:01Z", 1.0),
        ("1970-01-01T00:00:01.5Z", 1.5),
        ("1970-01-01T00:00:00.123456789Z", 0.123456789),
        ("1970-01-01T01:00:01+01:00", 1.0),
        ("1969-12-31T23:00:01-01:00", 1.0),
        ("1970-01-01t00:00:60z", 59.0),
        ("0001-01-01T00:00:00Z", -62135596800.0),
        ("1970-13-01T00:00:01Z", UNKNOWN),
        ("1970-01-01", UNKNOWN),
        ("\u0661970-01-01T00:00:01Z", UNKNOWN),
        ("", UNKNOWN),
        (None, UNKNOWN),
        (5, UNKNOWN),
    ],
)
def test_times_of_creation(text, seconds):
    assert parse_time(text) == seconds


@pytest.mark.parametrize(
    ("platforms", "platform", "passes"),
    [
        (["linux/amd64"], {"os": "linux", "architecture": "amd64"}, True),
        (["linux/amd64"], {"os": "windows", "architecture": "amd64"}, False),
        (["linux/arm64"], {"os": "linux", "architecture": "arm64", "variant": "v8"}, True),
        (["linux/arm/v7"], {"os": "linux", "architecture": "arm", "variant": "v6"}, False),
        (["linux/arm/v7"], {"os": "linux", "architecture": "arm"}, False),
        (["windows/amd64:10.0.1"], {"os": "windows", "architecture": "amd64", "os.version": "10.0.1"}, True),
        (["windows/amd64:10.0.1"], {"os": "windows", "architecture": "amd64", "os.version": "10.0.2"}, False),
        (["linux/s390x", "linux/amd64"], {"os": "linux", "architecture": "amd64"}, True),
        (["linux/amd64"], None, True),
        (["linux/amd64"], {"architecture": "amd64"}, True),
    ],
)
def test_whole_platforms(platforms, platform, passes):
    wanted = PlatformFilter.from_options(platforms=platforms)
    assert wanted.matches(platform) is passes
    # Filters of runs that had no platforms keep their names in journals.
    assert json.dumps(PlatformFilter(("linux",)).key()) == '[["linux"], []]'
    assert json.dumps(wanted.key()) != json.dumps(PlatformFilter().key())

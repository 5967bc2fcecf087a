# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source of the rulebook, without ansible-rulebook; tests/e2e runs it there."""

from __future__ import annotations

import asyncio
import runpy
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Awaitable, Callable, Dict, Iterable, List

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

EDA = Path(__file__).resolve().parents[2] / "extensions" / "eda"
SOURCE = EDA / "plugins" / "event_source" / "pushed_images.py"
OPTIONS = {"registry": "r.example.com", "port": 5000, "token": "secret", "seconds": 0.01}


class Refused(Exception):
    """Stands for the reply 503."""

    def __init__(self, text: str) -> None:
        super().__init__(text)


async def deaf(_queue: Any, _args: Dict[str, Any]) -> None:
    """Stands for the webhook."""


def load(webhook: Callable[..., Awaitable[None]] = deaf) -> SimpleNamespace:
    """The plugin as ansible-rulebook runs it, with stand-ins for what it imports."""
    stubs: Dict[str, Any] = {name: ModuleType(name) for name in ("aiohttp", "ansible_rulebook")}
    stubs["ansible_rulebook.event_source"] = ModuleType("event_source")
    stubs["ansible_rulebook.event_source.webhook"] = ModuleType("webhook")
    stubs["aiohttp"].web = SimpleNamespace(HTTPServiceUnavailable=Refused)
    stubs["ansible_rulebook.event_source.webhook"].main = webhook
    with pytest.MonkeyPatch.context() as patch:
        for name, stub in stubs.items():
            patch.setitem(sys.modules, name, stub)
        return SimpleNamespace(**runpy.run_path(str(SOURCE)))


SOURCE_PLUGIN = load()


def harbor(repository: Any, *tags: Any, kind: str = "PUSH_ARTIFACT") -> Dict[str, Any]:
    resources = [{"digest": "sha256:0", "tag": tag, "resource_url": "evil.example.com/a/b:c"} for tag in tags]
    return {"type": kind, "event_data": {"resources": resources, "repository": {"repo_full_name": repository}}}


def registry(*events: Any) -> Dict[str, Any]:
    return {
        "events": [
            {"action": action, "target": {"repository": repository, "tag": tag, "digest": "sha256:0"}}
            for action, repository, tag in events
        ]
    }


def gathered(payloads: Iterable[Any], **options: Any) -> Dict[str, str]:
    """The images of the one event that comes of these notifications."""

    async def run() -> Dict[str, str]:
        gatherer = SOURCE_PLUGIN.Gatherer({**OPTIONS, **options})
        for payload in payloads:
            await gatherer.put({"payload": payload, "meta": {"headers": {"X-Secret": "secret"}}})
        queue: asyncio.Queue[Any] = asyncio.Queue()
        task = asyncio.ensure_future(gatherer.pass_on(queue))
        event = await asyncio.wait_for(queue.get(), 10)
        task.cancel()
        assert set(event) == {"images"}
        assert queue.empty()
        return dict(event["images"])

    return asyncio.run(run())


def test_both_kinds_of_notification_are_gathered() -> None:
    told = [harbor("team/app", "1.0", "1.1"), registry(("push", "team/web", "2.0"), ("push", "team/app", "1.0"))]
    assert gathered(told) == {
        "r.example.com/team/app:1.0": "",
        "r.example.com/team/app:1.1": "",
        "r.example.com/team/web:2.0": "",
    }


@pytest.mark.parametrize(
    "payload",
    [
        harbor("team/no", "1.0", kind="DELETE_ARTIFACT"),
        harbor("team/no", "sha256:" + "0" * 64),
        harbor("team/no", "{{ 7 * 7 }}"),
        harbor("team/no", "1.0\n"),
        harbor("{{ 7 * 7 }}", "1.0"),
        harbor("team/../no", "1.0"),
        harbor("a/" * 127 + "ab", "1.0"),
        harbor("team/no", "x" * 129),
        harbor("team/no", None, 3, ["1.0"]),
        harbor(["team/no"], "1.0"),
        registry(("pull", "team/no", "1.0"), ("delete", "team/no", "1.0"), ("push", "team/no", None)),
        {"type": "PUSH_ARTIFACT", "event_data": {"resources": [[]], "repository": "team/no"}},
        {"events": [None, "push", {"action": "push"}, {"action": "push", "target": []}]},
        {"events": {"action": "push"}},
        [],
        "push",
        None,
    ],
)
def test_what_names_no_image_with_a_tag_is_left_out(payload: Any) -> None:
    assert gathered([payload, harbor("team/app", "1.0")]) == {"r.example.com/team/app:1.0": ""}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["PUSH_ARTIFACT", "push"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "events", "event_data", "resources", "repository", "repo_full_name", "tag", "action", "target"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_body_is_an_error(payload: Any) -> None:
    for repository, tag in SOURCE_PLUGIN.pushes(payload):
        assert set(repository + tag).isdisjoint("{} ")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"projects": ["team"]}, ["team/app:1.0", "team/app:dev", "team/deep/app:1.0"]),
        ({"projects": "te*, library"}, ["library/app:1.0", "team/app:1.0", "team/app:dev", "team/deep/app:1.0"]),
        ({"repositories": ["team/*p"]}, ["team/app:1.0", "team/app:dev", "team/deep/app:1.0"]),
        ({"repositories": "other/app", "tags": "1.*"}, ["other/app:1.0"]),
        ({"projects": ["team"], "tags": ["[0-9]*"]}, ["team/app:1.0", "team/deep/app:1.0"]),
        ({"projects": "", "tags": None}, None),
    ],
)
def test_projects_repositories_and_tags_are_selected(options: Dict[str, Any], expected: Any) -> None:
    all_of_them = ["library/app:1.0", "other/app:1.0", "team/app:1.0", "team/app:dev", "team/deep/app:1.0"]
    told = [harbor(*name.split(":")) for name in all_of_them]
    found = gathered(told, **options)
    assert sorted(found) == ["r.example.com/" + name for name in expected or all_of_them]


def test_the_destination_is_made_of_the_name() -> None:
    told = [harbor("team/deep/app", "1.0"), harbor("app", "1.0")]
    found = gathered(told, destination="swr.example.com/copy-{project}/{name}")
    assert found == {
        "r.example.com/team/deep/app:1.0": "swr.example.com/copy-team/deep/app",
        "r.example.com/app:1.0": "swr.example.com/copy-app/app",
    }


def test_no_image_is_lost_while_the_rulebook_is_busy() -> None:
    async def run() -> List[Dict[str, str]]:
        gatherer = SOURCE_PLUGIN.Gatherer(OPTIONS)
        queue: asyncio.Queue[Any] = asyncio.Queue(1)
        task = asyncio.ensure_future(gatherer.pass_on(queue))
        for number in range(200):
            await gatherer.put({"payload": harbor("team/app", "v{0}".format(number))})
            await asyncio.sleep(0.001)
        events = []
        while len({name for event in events for name in event}) < 200:
            events.append((await asyncio.wait_for(queue.get(), 10))["images"])
        task.cancel()
        return events

    events = asyncio.run(run())
    assert sum(map(len, events)) == 200
    assert len(events) <= 4


def test_an_event_has_only_what_came_since_the_last_one() -> None:
    async def run() -> List[Any]:
        gatherer = SOURCE_PLUGIN.Gatherer(OPTIONS)
        queue: asyncio.Queue[Any] = asyncio.Queue()
        task = asyncio.ensure_future(gatherer.pass_on(queue))
        events = []
        for tag in ("v1", "v2"):
            await gatherer.put({"payload": harbor("team/app", tag)})
            events.append(list((await asyncio.wait_for(queue.get(), 10))["images"]))
            await asyncio.sleep(0.05)
            assert queue.empty()
        task.cancel()
        return events

    assert asyncio.run(run()) == [["r.example.com/team/app:v1"], ["r.example.com/team/app:v2"]]


def test_more_than_can_wait_is_refused_so_that_the_sender_tries_again() -> None:
    most = SOURCE_PLUGIN.MOST_IMAGES

    async def run() -> None:
        gatherer = SOURCE_PLUGIN.Gatherer(OPTIONS)
        tags = ["v{0}".format(number) for number in range(most + 1)]
        with pytest.raises(Refused):
            await gatherer.put({"payload": harbor("team/app", *tags)})

    asyncio.run(run())
    # What waits already is no reason to refuse.
    assert len(gathered([harbor("team/app", *("v{0}".format(number % most) for number in range(most * 2)))])) == most


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"token": ""}, "token or hmac_secret is required"),
        ({"token": None, "hmac_secret": ""}, "token or hmac_secret is required"),
        ({"token": 12e45}, "must not look like a number"),
        ({"hmac_secret": 1}, "must not look like a number"),
        ({"registry": ""}, "registry must be"),
        ({"registry": "https://r.example.com"}, "registry must be"),
        ({"seconds": "soon"}, "seconds must be a number"),
        ({"seconds": -1}, "seconds must be more than 0"),
        ({"seconds": float("nan")}, "seconds must be more than 0"),
        ({"tags": 1}, "tags must be a list"),
        ({"projects": [1]}, "projects must be a list"),
    ],
)
def test_what_is_missing_or_wrong_is_said_before_anything_is_listened_on(options: Dict[str, Any], said: str) -> None:
    async def listens(_queue: Any, _args: Dict[str, Any]) -> None:
        raise AssertionError("listens")

    with pytest.raises(ValueError, match=said) as error:
        asyncio.run(load(listens).main(None, {**OPTIONS, **options}))
    assert "secret" not in str(error.value).replace("hmac_secret", "")


def test_the_webhook_gets_its_own_options_and_no_empty_secret() -> None:
    seen: Dict[str, Any] = {}

    async def webhook(_queue: Any, args: Dict[str, Any]) -> None:
        seen.update(args)
        raise Refused("stop")

    with pytest.raises(Refused, match="stop"):
        asyncio.run(load(webhook).main(None, {**OPTIONS, "hmac_secret": "", "certfile": "", "host": "::1"}))
    assert seen == {"port": 5000, "token": "secret", "host": "::1"}


def test_the_rulebook_sets_what_the_source_takes() -> None:
    (ruleset,) = yaml.safe_load((EDA / "rulebooks" / "copy_pushed_images.yml").read_text("utf-8"))
    documented = yaml.safe_load(SOURCE_PLUGIN.DOCUMENTATION)["options"]
    given_options = ruleset["sources"][0]["longshore.swr.pushed_images"]
    assert set(given_options) - {"host", "certfile", "keyfile"} == set(documented)
    assert ruleset["execution_strategy"] == "sequential"

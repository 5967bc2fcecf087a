# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An event source of ansible-rulebook: images that were pushed to a registry, gathered into few events.

ansible-rulebook reads no events while as many playbooks run as it allows, and its own webhook makes the senders wait
then. So the images are gathered here, and a sender has its answer at once.
"""

from __future__ import annotations

import asyncio
import fnmatch
import logging
import re
from typing import Any, Dict, Iterator, List, Tuple

from aiohttp import web
from ansible_rulebook.event_source.webhook import main as webhook

DOCUMENTATION = r"""
---
short_description: Receive the images that are pushed to Harbor or to a registry.
description:
  - Takes the webhook of Harbor (V(PUSH_ARTIFACT), default format) and the notifications of the distribution registry.
  - Images that arrive within some seconds become one event. Its C(images) are rules for the role longshore.swr.migrate.
    An image that is pushed several times is in it once.
  - Nothing else of a notification reaches the event, and names that no registry accepts are left out.
  - A push without a tag is left out too.
options:
  registry:
    description:
      - The registry as C(host) or C(host:port), from which images are copied, whatever a notification says.
    type: str
    required: true
  port:
    description:
      - The TCP port. All options of the source eda.builtin.webhook can be set too, such as O(host), O(certfile) and
        O(keyfile).
    type: int
    required: true
  token:
    description:
      - The sender must have the header C(Authorization: Bearer <token>). Either this or O(hmac_secret) is required.
    type: str
  hmac_secret:
    description:
      - The sender must have signed the body, by default with SHA-256 in the header C(X-Hub-Signature-256).
    type: str
  projects:
    description:
      - Patterns such as V(team-*) for the first part of a repository's name. A list, or a text with commas.
    type: raw
    default: "*"
  repositories:
    description:
      - Patterns for the whole name of a repository, such as V(team/web*).
    type: raw
    default: "*"
  tags:
    description:
      - Patterns for the tag.
    type: raw
    default: "*"
  destination:
    description:
      - Where images go, with C({project}) and C({name}), the rest of the repository's name. Empty for the default
        registry and namespace of the role.
    type: str
    default: ""
  seconds:
    description:
      - How long to gather, from the first image on.
    type: float
    default: 10
"""

EXAMPLES = r"""
- longshore.swr.pushed_images:
    registry: harbor.example.com
    port: 5000
    token: "{{ SWR_WEBHOOK_TOKEN }}"
    projects: [team]
    tags: ["v*"]
"""

MOST_IMAGES = 10000
_REPOSITORY = re.compile(
    r"(?=.{1,255}\Z)[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*\Z"
)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")
_REGISTRY = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]+)?\Z")
_OWN = ("registry", "projects", "repositories", "tags", "destination", "seconds")

logger = logging.getLogger(__name__)


def pushes(payload: Any) -> Iterator[Tuple[str, str]]:
    """Repository and tag of each push that a notification tells of; whatever else it is has none."""
    for repository, tag in _named(payload):
        if isinstance(repository, str) and isinstance(tag, str) and _REPOSITORY.match(repository) and _TAG.match(tag):
            yield repository, tag


def _named(payload: Any) -> Iterator[Tuple[Any, Any]]:
    payload = _mapping(payload)
    if payload.get("type") == "PUSH_ARTIFACT":
        data = _mapping(payload.get("event_data"))
        for resource in _list(data.get("resources")):
            yield _mapping(data.get("repository")).get("repo_full_name"), _mapping(resource).get("tag")
    for event in map(_mapping, _list(payload.get("events"))):
        if event.get("action") == "push":
            target = _mapping(event.get("target"))
            yield target.get("repository"), target.get("tag")


def _mapping(value: Any) -> Dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> List[Any]:
    return value if isinstance(value, list) else []


class Gatherer:
    """Stands for the queue of the webhook, and passes on what came within some seconds as one event.

    :raises ValueError: an option is missing or wrong.
    """

    def __init__(self, args: Dict[str, Any]) -> None:
        self._registry = str(args.get("registry") or "")
        if not _REGISTRY.match(self._registry):
            raise ValueError("registry must be a host or host:port, such as harbor.example.com")
        secrets = [args[name] for name in ("token", "hmac_secret") if args.get(name) not in (None, "")]
        if not secrets:
            raise ValueError("token or hmac_secret is required, so that strangers cannot start a copy")
        # The rulebook's templates make a number of a text such as 12e45, and no sender would pass.
        if not all(isinstance(secret, str) for secret in secrets):
            raise ValueError("token and hmac_secret must not look like a number or another value of Python")
        self._patterns = [_patterns(args, name) for name in ("projects", "repositories", "tags")]
        self._destination = str(args.get("destination") or "")
        try:
            self._seconds = float(args.get("seconds") or 10)
        except (TypeError, ValueError):
            raise ValueError("seconds must be a number") from None
        if not 0 < self._seconds <= 3600:
            raise ValueError("seconds must be more than 0, and at most 3600")
        self._images: Dict[str, str] = {}
        self._some = asyncio.Event()

    async def put(self, event: Dict[str, Any]) -> None:
        """Take a notification as the webhook passes it on."""
        for repository, tag in pushes(event.get("payload")):
            project, _slash, rest = repository.partition("/")
            if not all(map(_matches, (project, repository, tag), self._patterns)):
                continue
            image = "{0}/{1}:{2}".format(self._registry, repository, tag)
            if len(self._images) >= MOST_IMAGES and image not in self._images:
                raise web.HTTPServiceUnavailable(text="Too many images are waiting, try again later")
            destination = self._destination.replace("{project}", project).replace("{name}", rest or repository)
            self._images[image] = destination
            self._some.set()

    async def pass_on(self, queue: Any) -> None:
        """Put an event into the rulebook's queue whenever images have come; it waits there if the rulebook is busy."""
        while True:
            await self._some.wait()
            await asyncio.sleep(self._seconds)
            images, self._images = self._images, {}
            self._some.clear()
            logger.info("%d images were pushed", len(images))
            await queue.put({"images": images})


def _patterns(args: Dict[str, Any], name: str) -> List[str]:
    value = args.get(name) or "*"
    found = value.split(",") if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise ValueError("{0} must be a list of patterns, or a text with commas".format(name))
    return [item.strip() for item in found if item.strip()]


def _matches(text: str, patterns: List[str]) -> bool:
    return any(fnmatch.fnmatchcase(text, pattern) for pattern in patterns)


async def main(queue: Any, args: Dict[str, Any]) -> None:
    """Start the webhook; ansible-rulebook calls it."""
    gatherer = Gatherer(args)
    # An empty text would switch a check on that nobody passes.
    others = {name: value for name, value in args.items() if name not in _OWN and value not in (None, "")}
    await asyncio.gather(webhook(gatherer, others), gatherer.pass_on(queue))

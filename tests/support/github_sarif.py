# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What GitHub's code scanning requires of a SARIF file (https://docs.github.com/code-security/code-scanning).

Its service reads files that the schema accepts and drops parts of them without an error, so the schema is not enough.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Iterator, Mapping

MOST_RUNS, MOST_RESULTS, MOST_RULES, MOST_TAGS, MOST_LOCATIONS = 20, 25_000, 25_000, 20, 1_000
LARGEST = 10 * 1024 * 1024
_URI = re.compile(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+\Z")


def problems_of(log: Mapping[str, Any]) -> Iterator[str]:
    """What the service would refuse or ignore."""
    if log.get("version") != "2.1.0" or not str(log.get("$schema", "")).startswith("https://"):
        yield "the version or the schema is wrong"
    if not 0 < len(log["runs"]) <= MOST_RUNS:
        yield "the number of runs"
    for run in log["runs"]:
        yield from _driver(run["tool"]["driver"])
        if len(run["results"]) > MOST_RESULTS:
            yield "too many results"
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        seen: Dict[Any, int] = {}
        for number, result in enumerate(run["results"]):
            yield from ("result {0}: {1}".format(number, text) for text in _result(result, rules))
            place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            key = (result["ruleId"], place, result["partialFingerprints"]["primaryLocationLineHash"])
            if seen.setdefault(key, number) != number:
                yield "result {0} is the same as {1}".format(number, seen[key])


def _driver(driver: Mapping[str, Any]) -> Iterator[str]:
    for name in ("name", "informationUri", "semanticVersion"):
        if not driver.get(name):
            yield "the driver has no {0}".format(name)
    if len(driver["rules"]) > MOST_RULES:
        yield "too many rules"
    for rule in driver["rules"]:
        for name in ("shortDescription", "fullDescription", "help"):
            if not 0 < len(rule.get(name, {}).get("text", "")) <= (1024 if name != "help" else 100_000):
                yield "rule {0}: {1}".format(rule["id"], name)
        if not re.match(r"[A-Z][A-Za-z]+\Z", rule["name"]) or not rule["helpUri"].startswith("https://"):
            yield "rule {0}: name or helpUri".format(rule["id"])
        if len(rule["properties"].get("tags", ())) > MOST_TAGS:
            yield "rule {0}: too many tags".format(rule["id"])
        if rule["defaultConfiguration"]["level"] not in ("none", "note", "warning", "error"):
            yield "rule {0}: level".format(rule["id"])


def _result(result: Mapping[str, Any], rules: Any) -> Iterator[str]:
    if rules[result["ruleIndex"]] != result["ruleId"]:
        yield "ruleIndex does not fit ruleId"
    if not result["message"]["text"].endswith("."):
        yield "the message is no sentence"
    if not re.match(r"[0-9a-f]{32}\Z", result["partialFingerprints"]["primaryLocationLineHash"]):
        yield "the fingerprint"
    if not 0 < len(result["locations"]) <= MOST_LOCATIONS:
        yield "the number of locations"
    for location in result["locations"]:
        physical = location["physicalLocation"]
        uri = physical["artifactLocation"]["uri"]
        if not _URI.match(uri) or uri.startswith("/"):
            yield "the URI {0!r} is not relative".format(uri)
        region = physical["region"]
        if not 1 <= region["startLine"] <= region["endLine"]:
            yield "the region"

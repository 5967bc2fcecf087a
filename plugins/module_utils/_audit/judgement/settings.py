# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's choices for an audit: profile, severities, base images, and when to fail.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, Tuple

from ..._text import quoted
from ..errors import AuditError
from ..rules.catalogue import OFF, PROFILES, RECOMMENDED, RULES, SEVERITIES, full_id

NEVER = "never"
FAIL_ON = (*SEVERITIES, NEVER)


@dataclass(frozen=True)
class Settings:
    """How to judge.

    :ivar severities: for rules that are to differ from the profile, by ID.
    :ivar allowed_base_images: patterns of images; empty if there is no policy.
    :ivar unneeded_packages: whether to list packages that a running image does not need.
    """

    profile: str = RECOMMENDED
    severities: Mapping[str, str] = field(default_factory=dict)
    allowed_base_images: Tuple[str, ...] = ()
    unneeded_packages: bool = False
    build_args: Mapping[str, str] = field(default_factory=dict)
    fail_on: str = SEVERITIES[0]

    def severity(self, rule: str) -> str:
        """The highest severity of a rule's findings; C(off) if it is switched off."""
        found = next(entry for entry in RULES if entry.id == rule)
        return self.severities.get(rule) or found.severity(self.profile)

    def fails(self, severity: str) -> bool:
        """Whether a finding of this severity makes the audit fail."""
        return self.fail_on != NEVER and SEVERITIES.index(severity) <= SEVERITIES.index(self.fail_on)


def read_settings(options: Mapping[str, Any]) -> Settings:
    """The settings from a module's options.

    :param options: C(profile), C(rules), C(allowed_base_images), C(unneeded_packages), C(build_args), C(fail_on);
        missing and empty ones have their defaults.
    :raises AuditError: a value is unknown.
    """
    profile = options.get("profile") or RECOMMENDED
    if profile not in PROFILES:
        raise AuditError("{0} is no profile".format(quoted(str(profile))), where="profile", hint=_one_of(PROFILES))
    fail_on = options.get("fail_on") or SEVERITIES[0]
    if fail_on not in FAIL_ON:
        raise AuditError("{0} is no severity".format(quoted(str(fail_on))), where="fail_on", hint=_one_of(FAIL_ON))
    patterns = tuple(str(pattern).strip() for pattern in options.get("allowed_base_images") or ())
    if not all(patterns):
        raise AuditError("a pattern is empty", where="allowed_base_images", hint="Remove it.")
    return Settings(
        profile,
        _severities(options.get("rules") or {}),
        patterns,
        bool(options.get("unneeded_packages")),
        {str(name): _argument(name, value) for name, value in (options.get("build_args") or {}).items()},
        fail_on,
    )


def _severities(rules: Mapping[Any, Any]) -> Dict[str, str]:
    found: Dict[str, str] = {}
    for name, value in rules.items():
        rule = full_id(str(name))
        if rule is None:
            raise AuditError(
                "{0} is no rule".format(quoted(str(name))),
                where="rules",
                hint="The rules are SWR-DF-001 to SWR-DF-017.",
            )
        # YAML reads the word off as false.
        severity = OFF if value is False else str(value)
        if severity not in (*SEVERITIES, OFF):
            raise AuditError(
                "{0} is no severity".format(quoted(severity)),
                where="rules, {0}".format(rule),
                hint=_one_of((*SEVERITIES, OFF)),
            )
        found[rule] = severity
    return found


def _argument(name: Any, value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise AuditError("its value is not a text", where="build_args, {0}".format(name))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _one_of(names: Tuple[str, ...]) -> str:
    return "Use one of {0}.".format(", ".join(names))

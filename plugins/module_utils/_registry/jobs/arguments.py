# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared by the modules of this room: arguments, and the protection of their values.

The options are documented in the fragment C(registry).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Mapping, Set

from ..._arguments import Arguments, check_ranges
from ..convert.converter import ALWAYS, AUTO, NEVER
from ..transport.settings import ConnectionSettings, LimitSettings
from .settings import FAILURES_SHOWN, ListingSettings, LoginSettings, RuleSettings, RunSettings

LOGIN = Arguments(
    {
        "auth": {"type": "dict", "no_log": True},
        # A file path is not a secret, though to Ansible its name looks like one.
        "auth_file": {"type": "path", "no_log": False},
        "docker_config_fallback": {"type": "bool", "default": LoginSettings.docker_config_fallback},
    }
)
CONNECTION = Arguments(
    {
        "workers": {"type": "int", "default": ConnectionSettings.workers, "aliases": ["proc"]},
        "retries": {"type": "int", "default": ConnectionSettings.retries},
        "retry_delay": {"type": "float", "default": ConnectionSettings.retry_delay},
        "longest_wait": {"type": "float", "default": ConnectionSettings.longest_wait},
        "timeout": {"type": "float", "default": ConnectionSettings.timeout},
        "minimum_bandwidth": {"type": "int", "default": ConnectionSettings.minimum_bandwidth},
        "ca_path": {"type": "path"},
        "rate_limit": {"type": "float"},
        "limits_divided_by": {"type": "int", "default": LimitSettings.limits_divided_by},
    }
)
UPLOAD_LIMITS = Arguments({"upload_limit": {"type": "int"}, "bandwidth_limit": {"type": "str"}})
RULES = Arguments(
    {
        "images": {"type": "raw"},
        "images_file": {"type": "path"},
        "dialect": {
            "type": "str",
            "choices": ["auto", "image-syncer", "image-migrator"],
            "default": RuleSettings.dialect,
        },
        "default_registry": {"type": "str", "aliases": ["registry"]},
        "default_namespace": {"type": "str", "aliases": ["namespace"]},
    }
)
"""The request checks that one of the first two is given, but not both: an empty one counts as not set."""
FORMAT = Arguments(
    {
        "os": {"type": "list", "elements": "str", "default": []},
        "arch": {"type": "list", "elements": "str", "default": []},
        "convert": {"type": "str", "choices": [AUTO, ALWAYS, NEVER], "default": RunSettings.convert},
        "recompress": {"type": "str", "choices": [AUTO, ALWAYS, NEVER], "default": RunSettings.recompress},
    }
)
REFERRERS = Arguments({"referrers": {"type": "bool", "default": RunSettings.referrers}})
TAG_LISTING = Arguments(
    {
        "tag_listing": {"type": "str", "choices": [AUTO, NEVER], "default": ListingSettings.tag_listing},
        "tag_listing_endpoints": {"type": "dict", "default": {}},
        # Part of user names: hiding it would hide them in every result.
        "access_key": {"type": "str", "no_log": False},
        "secret_key": {"type": "str", "no_log": True},
        "security_token": {"type": "str", "no_log": True},
    }
)
PROGRESS = Arguments(
    {
        "progress_file": {"type": "path"},
        "progress_interval": {"type": "float", "default": RunSettings.progress_interval},
    }
)

SUMMARY = Arguments({"failures_shown": {"type": "int", "default": FAILURES_SHOWN}})

FLAGS = ("true", "false")


def texts(value: Any) -> Set[str]:
    """All strings in a nested value, except keys of mappings."""
    if isinstance(value, dict):
        return {text for item in value.values() for text in texts(item)}
    if isinstance(value, (list, tuple)):
        return {text for item in value for text in texts(item)}
    return {str(value)} if value is not None and not isinstance(value, bool) else set()


def readable_texts(auth: Any) -> Set[str]:
    """The texts of O(auth) that need not be hidden: user names, flags, and the rules of a combined document.

    Anything that might be sensitive is left out, such as a password written in the wrong place.
    """
    if not isinstance(auth, dict):
        return set()
    # In image-syncer's combined document the entries are one level deeper.
    is_combined = isinstance(auth.get("images"), (dict, list)) and isinstance(auth.get("auth"), dict)
    entries = auth["auth"] if is_combined else auth
    readable: Set[str] = texts(auth["images"]) if is_combined else set()
    secret: Set[str] = set()
    for entry in entries.values():
        for key, value in entry.items() if isinstance(entry, dict) else [("", entry)]:
            name = str(key).lower()
            if name in ("username", "ca_path", "client_cert", "client_key", "token_server") and isinstance(value, str):
                readable.add(value)
            elif name == "insecure" and str(value).lower() in FLAGS:
                readable.add(str(value))
            else:
                secret |= texts(value)
    return readable - secret


def keep_readable(module: Any) -> None:
    """Hide the secrets of the option auth, but nothing else in it.

    Ansible removes every text of a no_log option from the whole result. For this option that includes user names and
    the word "true": names of registries and images would be mutilated.
    """
    module.no_log_values.difference_update(readable_texts(module.params["auth"]))


def check_numbers(options: Mapping[str, Any]) -> None:
    """Reject numbers that cannot work."""
    limits = {
        "workers": (1, 1000),
        "retries": (0, 100),
        "retry_delay": (0, 3600),
        "longest_wait": (0, 10**8),
        "timeout": (0.1, 86400),
        "minimum_bandwidth": (0, 10**12),
        "progress_interval": (0.1, 86400),
        "maximum": (0, 1_000_000),
        "shards": (1, 1000),
        "expected_bandwidth": (1, 10**12),
        "rate_limit": (0.01, 100_000),
        "upload_limit": (1, 1000),
        "limits_divided_by": (1, 10_000),
        "failures_shown": (0, 1000),
    }
    check_ranges(options, limits)

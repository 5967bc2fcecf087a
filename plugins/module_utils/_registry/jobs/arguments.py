# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of this room have in common: arguments, and the care for what is in them.

The documentation of the same options is in the fragment C(registry).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Set, Tuple

from ..._errors import LongshoreError

LOGIN_ARGUMENTS: Dict[str, Any] = {
    "auth": {"type": "dict", "no_log": True},
    # The path of a file is no secret, though its name looks like one to Ansible.
    "auth_file": {"type": "path", "no_log": False},
    "docker_config_fallback": {"type": "bool", "default": True},
}

CONNECTION_ARGUMENTS: Dict[str, Any] = {
    "workers": {"type": "int", "default": 64, "aliases": ["proc"]},
    "retries": {"type": "int", "default": 3},
    "retry_delay": {"type": "float", "default": 0.5},
    "timeout": {"type": "float", "default": 60},
    "ca_path": {"type": "path"},
}

LIMIT_ARGUMENTS: Dict[str, Any] = {
    "rate_limit": {"type": "float"},
    "limits_divided_by": {"type": "int", "default": 1},
}
UPLOAD_LIMIT_ARGUMENTS: Dict[str, Any] = {
    "upload_limit": {"type": "int"},
    "bandwidth_limit": {"type": "bytes"},
}

RULES_ARGUMENTS: Dict[str, Any] = {
    "images": {"type": "raw"},
    "images_file": {"type": "path"},
    "dialect": {"type": "str", "choices": ["auto", "image-syncer", "image-migrator"], "default": "auto"},
    "default_registry": {"type": "str", "aliases": ["registry"]},
    "default_namespace": {"type": "str", "aliases": ["namespace"]},
}
RULES_GIVEN = [("images", "images_file")]
"""One of the two, and not both."""

PLATFORM_ARGUMENTS: Dict[str, Any] = {
    "os": {"type": "list", "elements": "str", "default": []},
    "arch": {"type": "list", "elements": "str", "default": []},
    "convert": {"type": "str", "choices": ["auto", "always", "never"], "default": "auto"},
    "recompress": {"type": "str", "choices": ["auto", "always", "never"], "default": "auto"},
}

REFERRERS_ARGUMENTS: Dict[str, Any] = {"referrers": {"type": "bool", "default": False}}

INVENTORY_ARGUMENTS: Dict[str, Any] = {
    "tag_listing": {"type": "str", "choices": ["auto", "never"], "default": "auto"},
    "inventory_endpoints": {"type": "dict", "default": {}},
    # Part of user names: hiding it would hide them in every result.
    "access_key": {"type": "str", "no_log": False},
    "secret_key": {"type": "str", "no_log": True},
    "security_token": {"type": "str", "no_log": True},
}

PROGRESS_ARGUMENTS: Dict[str, Any] = {
    "progress_file": {"type": "path"},
    "progress_interval": {"type": "float", "default": 30},
}

FLAGS = ("true", "false")


def texts(value: Any) -> Set[str]:
    """Every text in a nested value; keys of mappings are none."""
    if isinstance(value, dict):
        return {text for item in value.values() for text in texts(item)}
    if isinstance(value, (list, tuple)):
        return {text for item in value for text in texts(item)}
    return {str(value)} if value is not None and not isinstance(value, bool) else set()


def readable_texts(auth: Any) -> Set[str]:
    """The texts of O(auth) that need not be hidden: user names, flags, and the rules of a combined document.

    What is not surely harmless is left out, such as a password that somebody wrote in the wrong place.
    """
    if not isinstance(auth, dict):
        return set()
    # image-syncer's combined document has the entries one level further down.
    is_combined = isinstance(auth.get("images"), (dict, list)) and isinstance(auth.get("auth"), dict)
    entries = auth["auth"] if is_combined else auth
    readable: Set[str] = texts(auth["images"]) if is_combined else set()
    secret: Set[str] = set()
    for entry in entries.values():
        for key, value in entry.items() if isinstance(entry, dict) else [("", entry)]:
            name = str(key).lower()
            if name in ("username", "token_server") and isinstance(value, str):
                readable.add(value)
            elif name == "insecure" and str(value).lower() in FLAGS:
                readable.add(str(value))
            else:
                secret |= texts(value)
    return readable - secret


def keep_readable(module: Any) -> None:
    """Hide the secrets of the option auth, and not all else that it holds.

    Ansible takes every text of a no_log option out of the whole result. Of this one these are user names too, and the
    word "true": names of registries and images would be shown in pieces.
    """
    module.no_log_values.difference_update(readable_texts(module.params["auth"]))


def check_numbers(options: Mapping[str, Any]) -> None:
    """Refuse numbers with which nothing could work."""
    limits = {
        "workers": (1, 1000),
        "retries": (0, 100),
        "retry_delay": (0, 3600),
        "timeout": (0.1, 86400),
        "progress_interval": (0.1, 86400),
        "maximum": (0, 1_000_000),
        "shards": (1, 1000),
        "expected_bandwidth": (1, 10**12),
        "rate_limit": (0.01, 100_000),
        "upload_limit": (1, 1000),
        "bandwidth_limit": (1024, 1024**5),
        "limits_divided_by": (1, 10_000),
    }
    for name, (least, most) in limits.items():
        if options.get(name) is not None and not least <= options[name] <= most:
            raise LongshoreError(
                "{0} is not possible".format(options[name]),
                where=name,
                hint="Give a number from {0} to {1}.".format(least, most),
            )


def helper_runner(module: Any) -> Callable[[List[str], str], Tuple[int, str]]:
    """What runs a credential helper, with C(module.run_command)."""

    def run_helper(argv: List[str], data: str) -> Tuple[int, str]:
        # The caller reports a helper that is absent; run_command would end the module by itself.
        code, output, dummy = module.run_command(list(argv), data=data, binary_data=True, handle_exceptions=False)
        return code, output

    return run_helper


def show_warnings(module: Any, result: Dict[str, Any]) -> Dict[str, Any]:
    """The engine's result with its warnings, and the diff, where Ansible wants them."""
    for warning in result.pop("warnings"):
        module.warn(warning)
    if "diff" in result and not module._diff:
        result.pop("diff")
    return result

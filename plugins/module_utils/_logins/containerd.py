# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether containerd's CRI plugin reads the C(hosts.toml) files of a directory (containerd, docs/hosts.md).

The registry settings are in a table of the plugin, with a name that depends on the configuration's version. What counts
is the merged result (C(containerd config dump)): an imported file may replace a plugin's whole table.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, NamedTuple, Tuple

from .._errors import LongshoreError
from .._text import quoted
from .toml import parse, with_value

# By configuration version. containerd 2 uses the third, and reads the second.
_PLUGINS = {1: "cri", 2: "io.containerd.grpc.v1.cri", 3: "io.containerd.cri.v1.images"}
_KEY = "config_path"

NEW_FILE = "version = {0}\n"
"""A configuration that leaves everything at its default; containerd 2 reads the second version too."""


class Registries(NamedTuple):
    """The registry settings of a configuration.

    :param version: of the configuration's format.
    :param table: their location.
    :param enabled: whether the CRI plugin runs at all.
    :param config_path: the directories, separated by colons.
    :param hidden: settings that containerd rejects together with directories.
    """

    version: int
    table: Tuple[str, ...]
    enabled: bool
    config_path: str
    hidden: Tuple[str, ...]

    def reads(self, directory: str) -> bool:
        """Whether containerd reads C(hosts.toml) files in the directory."""
        return directory.rstrip("/") in [part.rstrip("/") for part in self.config_path.split(":")]


def registries_of(text: str, where: str) -> Registries:
    """
    :raises LongshoreError: it is not a containerd configuration.
    """
    content = parse(text, where).content
    version = content.get("version", 1)
    if isinstance(version, bool) or not isinstance(version, int) or version not in _PLUGINS:
        raise LongshoreError("its version {0} is not known".format(quoted(str(version))), where=where)
    table = ("plugins", _PLUGINS[version], "registry")
    found: Any = content
    for part in table:
        found = found.get(part, {}) if isinstance(found, dict) else {}
    found = found if isinstance(found, dict) else {}
    disabled = content.get("disabled_plugins")
    enabled = not (isinstance(disabled, list) and any(name in disabled for name in _PLUGINS.values()))
    return Registries(version, table, enabled, str(found.get(_KEY) or ""), tuple(_hidden(found)))


def _hidden(registry: Dict[str, Any]) -> Tuple[str, ...]:
    """The mirrors, and the certificates of registries. Empty tables are in every default configuration."""
    mirrors, configs = registry.get("mirrors"), registry.get("configs")
    names = ["mirrors"] if mirrors else []
    if isinstance(configs, dict) and any(isinstance(item, dict) and "tls" in item for item in configs.values()):
        names.append("configs.tls")
    return tuple(names)


def refuse_hidden(found: Registries, where: str) -> None:
    """
    :raises LongshoreError: containerd would not load the CRI plugin with these settings and a directory.
    """
    if found.enabled and found.hidden:
        raise LongshoreError(
            "registry.{0} keeps containerd from reading hosts.toml files".format(" and registry.".join(found.hidden)),
            where=where,
            hint="Write these settings as hosts.toml files (login_containerd_hosts), take them out of the "
            "configuration and out of what it imports, and restart containerd.",
        )


def refuse_unread(found: Registries, directory: str, where: str) -> None:
    """
    :raises LongshoreError: containerd does not read the directory.
    """
    if found.enabled and not found.reads(directory):
        raise LongshoreError(
            "containerd reads no hosts.toml files in {0}: config_path is {1}".format(
                directory, quoted(found.config_path)
            ),
            where=where,
            hint="Set set_config_path (login_containerd_set_config_path of the role), or set config_path in the table "
            "[{0}] and restart containerd.".format('{0}."{1}".{2}'.format(*found.table)),
        )


def with_config_path(text: str, directory: str, where: str) -> str:
    """The text of a configuration that makes containerd read the directory.

    :raises LongshoreError: it must be changed by hand.
    """
    found = registries_of(text, where)
    new = with_value(text, found.table, _KEY, directory)
    if new is None:
        raise LongshoreError(
            "config_path cannot be put into it",
            where=where,
            hint="Set it manually in the table [{0}].".format('{0}."{1}".{2}'.format(*found.table)),
        )
    return new

# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins to single namespaces of a registry in the same file, which engines other than docker prefer.

podman takes the most specific one (containers-auth.json(5)), and the kubelet tries it first. To docker it is a login to
the registry, if that has none of its own (docker/cli, credentials).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Tuple

_WORDS = {
    "podman": "podman prefers it for images there",
    "kubelet": "the kubelet tries it first for images there",
    "path": "podman prefers it for images there",
}
_LEFT = "engines still use it"
WARNING = (
    "{0} has a login of its own to {1}: {2}. "
    'Remedy: if that is not intended, remove it from the file, for example with "podman logout --authfile={0} {1}".'
)


def namespace_warnings(registry: str, files: Iterable[Tuple[str, Any]], absent: bool = False) -> Iterator[str]:
    """The warnings about these logins.

    :param files: formats and C(CredentialFile) objects.
    :param absent: whether to remove the login to the registry itself.
    """
    for form, file in files:
        words = _LEFT if absent else _WORDS.get(form)
        for key in file.namespaces(registry) if words else ():
            yield WARNING.format(file.path, key, words)

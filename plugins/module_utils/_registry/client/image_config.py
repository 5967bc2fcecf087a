# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of an image, read from its registry.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

from ..._http_values import NotUnderstood
from ..._json import read_json
from ..errors import RegistryError
from ..model.manifest import Descriptor, digest_of
from ..model.reference import Repository
from ..sources.base import ImageSource

LARGEST_CONFIG = 8 * 1024 * 1024


def read_platform(
    client: ImageSource, repository: Repository, config: Descriptor, where: str
) -> Optional[Mapping[str, Any]]:
    """The platform named in an image's config, None if it names none.

    :raises RegistryError: the config cannot be read, or does not match its digest.
    """
    document = read_config(client, repository, config, where)
    if not document.get("os"):
        return None
    names = ("architecture", "os", "os.version", "os.features", "variant")
    return {name: document[name] for name in names if document.get(name)}


def read_config(client: ImageSource, repository: Repository, config: Descriptor, where: str) -> Dict[str, Any]:
    """An image's config; empty if it is JSON but not an object.

    :raises RegistryError: it cannot be read, or does not match its digest.
    """
    content = client.get_blob(repository, config.digest, LARGEST_CONFIG)
    if digest_of(content, config.digest.partition(":")[0]) != config.digest:
        raise RegistryError("the image's config is damaged", where=where, code="DIGEST_INVALID")
    try:
        document = read_json(content)
    except NotUnderstood as problem:
        raise RegistryError("the image's config cannot be parsed: {0}".format(problem), where=where) from problem
    return document if isinstance(document, dict) else {}

# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remedies for failed replications, based on Harbor's messages.

Before copying, Harbor's core prepares the execution; errors there are in the execution's
C(status_text). The jobservice does the copying; errors there are only in the task's log.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Optional, Sequence, Tuple

_LOGIN = (
    "The registry refuses the endpoint's login. Set access_key and access_secret of the endpoint with "
    "longshore.swr.harbor_registry. For SWR these are the username and password that longshore.swr.login_token gives."
)
_TLS = (
    "Harbor does not trust the registry's certificate. Set insecure of the endpoint with "
    "longshore.swr.harbor_registry, or ca_certificate from Harbor 2.15 on."
)
_NETWORK = (
    "Harbor does not reach the registry. Check the endpoint's URL, and the network and the proxy settings of Harbor's "
    "own containers."
)
_FLATTEN = (
    "A repository that the policy selects has fewer levels than it replaces. Lower dest_namespace_replace_count "
    "of the policy (-1 replaces all, whatever their number), or narrow its filters."
)
_ORGANIZATION = (
    "Create the organization in SWR first, named as dest_namespace of the policy, and allow the endpoint's user to "
    "push to it."
)
_NAMES_IN_CORE = (
    "Harbor's container core does not resolve the registry's name. With a private endpoint, map the "
    "name to the VPC endpoint in the containers core and jobservice, or in their DNS."
)
_IMAGE_INDEX = (
    "SWR's basic edition refuses OCI image indexes, and Harbor does not convert them. Copy these images with "
    "longshore.swr.image_copy, which converts them, or build them without attestations and OCI media types "
    "(provenance=false, oci-mediatypes=false)."
)
_OCI_MANIFEST = (
    "Harbor 1.10 does not read OCI manifests from its own registry. Copy these images with longshore.swr.image_copy, "
    "or upgrade Harbor."
)
_JOBSERVICE = (
    "Harbor's container core does not reach its jobservice, which carries out the executions. Check "
    "whether it is running, and see its log."
)
_POLICY = (
    "The project in Harbor does not allow this image to be pulled, because it is not signed or has "
    "vulnerabilities. Sign "
    "it, rebuild it, or change the project's configuration."
)
_OWN_REGISTRY = (
    "This is an error of Harbor's own registry, and not of the endpoint. See the logs of Harbor's containers registry "
    "and core, and whether the image can be pulled from Harbor."
)
_NAMES_IN_JOBSERVICE = (
    "Harbor's container core resolves the registry's name, but jobservice does not. Both need the mapping or the "
    "DNS server, and the names of the object storage that the registry redirects to must be resolved as well."
)

# The first match counts, so specific ones come before general ones.
_PREPARING: Sequence[Tuple[str, str]] = (
    (r"/api/v1/jobs\b", _JOBSERVICE),
    (r"execution skipped", "The policy only runs once at a time. Wait for the execution that is in progress."),
    (r"flattening level is", _FLATTEN),
    (r"\[401\]|\b401\b|unauthorized", _LOGIN),
    (r"\[404\]|\[403\]|namespaces?\b.*not (?:found|exist)", _ORGANIZATION),
    (r"x509|certificate|tls: ", _TLS),
    (r"no such host|server misbehaving|lookup \S+", _NAMES_IN_CORE),
    (r"connection refused|connection reset|no route to host|timeout|deadline exceeded|proxyconnect|\bEOF\b", _NETWORK),
)

# From either side
_SPECIAL: Sequence[Tuple[str, str]] = (
    (r"PROJECTPOLICYVIOLATION", _POLICY),
    (r"fail(?:ed)? to parse 'manifest\.json'", _IMAGE_INDEX),
    (r"does not support OCI", _OCI_MANIFEST),
)
# From the endpoint
_COPYING: Sequence[Tuple[str, str]] = (
    (r"tag deletion isn't supported", "SWR does not let Harbor delete tags. Set deletion of the policy to false."),
    (r"status code: 401|\[401\]|unauthorized", _LOGIN),
    (
        r"status code: 403|\[403\]|\bdenied\b",
        "The endpoint's user may not push there. Allow it to edit the organization in SWR.",
    ),
    (r"x509|certificate|tls: ", _TLS),
    (r"no such host|server misbehaving", _NAMES_IN_JOBSERVICE),
    (
        r"status code: 429|too many requests",
        "The registry limits requests. Limit speed, or run fewer policies at once.",
    ),
    (r"connection refused|connection reset|no route to host|timeout|deadline exceeded|proxyconnect", _NETWORK),
)


_BY_SOURCE = re.compile(r"^failed to pull|for source registry")
_BY_DESTINATION = re.compile(r"^failed to push|(?:for|on the) destination registry")


def remedy_for_preparation(status_text: str, pulls: bool) -> Optional[str]:
    """The remedy for an execution that failed before it had tasks; None if the cause is unknown.

    :param pulls: as in C(remedy_for_copying).
    """
    if (_BY_DESTINATION if pulls else _BY_SOURCE).search(status_text):
        return _OWN_REGISTRY
    return _first(_PREPARING, status_text)


def remedy_for_copying(log: str, cause: str, pulls: bool) -> Optional[str]:
    """The remedy for a failed task; None if the cause is unknown.

    :param log: its errors.
    :param cause: the decisive error, which shows the side.
    :param pulls: whether the endpoint is the source and Harbor's own registry the destination.
    """
    special = _first(_SPECIAL, log)
    if special is None and (_BY_DESTINATION if pulls else _BY_SOURCE).search(cause):
        return _OWN_REGISTRY
    return special or _first(_COPYING, log)


def _first(causes: Sequence[Tuple[str, str]], text: str) -> Optional[str]:
    for pattern, remedy in causes:
        if re.search(pattern, text, re.IGNORECASE):
            return remedy
    return None

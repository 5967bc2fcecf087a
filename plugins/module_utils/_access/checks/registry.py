# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the registry itself: that it is a registry, issues a token, and lets the login pull.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Optional
from urllib.parse import quote, urlencode

from ..._http_values import basic_auth
from ..._json import read_json
from ..._text import safe
from ..._urls import host_of
from ..auth_challenge import bearer_challenge
from ..context import Blob, canonical, split_url
from ..errors import Trouble
from ..http_exchange import HttpReply
from ..results import Result, failed, passed, skipped
from .base import Check

MANIFEST_TYPES = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)
LOGIN_HINT = (
    "Check access_check_username and access_check_password (the module longshore.swr.login_token makes them), that the "
    "organization exists, and that the user may read it. The role longshore.swr.login writes logins on nodes."
)
_TOKEN = re.compile(r"[\x21-\x7e]{1,65536}\Z")
_DIGEST = re.compile(r"[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,128}\Z")
_MOST_JSON = 4 * 1024 * 1024
REDIRECTS = (301, 302, 303, 307, 308)


def json_object(body: bytes) -> Optional[Dict[str, Any]]:
    """A JSON object from a server, None for anything else."""
    try:
        value = read_json(body)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def server_error(reply: HttpReply) -> str:
    """A registry's error message, such as C(DENIED: Image organization does not exist)."""
    value = json_object(reply.body) or {}
    errors = value.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    said = [str(first[key]) for key in ("code", "message") if isinstance(first.get(key), (str, int))]
    text = "HTTP {0}".format(reply.status)
    return "{0}, {1}".format(text, safe(": ".join(said), 160)) if said else text


class V2(Check):
    """Does a registry answer and request a token?"""

    id = "http.v2"
    depends_on = ("tls.name", "tls.expiry")
    hint = (
        "Something other than SWR answers at this address: check that the address is that of the endpoint for SWR (not "
        "for OBS or DNS), and look for a proxy or a portal on the way."
    )

    def run(self, context: Any) -> Result:
        known: Dict[str, Any] = {
            "target": "https://{0}/v2/".format(context.options.authority),
            "expected": ("HTTP 401 with a Bearer challenge",),
            "source": "http",
        }
        try:
            reply = context.request("GET", "/v2/", most=4096)
        except Trouble as trouble:
            return failed("no registry answers: {0}".format(trouble.text), self.hint, **known)
        challenge = bearer_challenge(reply.header("www-authenticate"))
        kind = safe(reply.header("content-type").partition(";")[0], 40)
        known["observed"] = ("HTTP {0}{1}".format(reply.status, " " + kind if kind else ""),)
        if reply.status != 401 or challenge is None:
            return failed("this is not SWR: it answers {0}".format(known["observed"][0]), self.hint, **known)
        context.challenge = challenge
        return passed("the registry answers and asks for a token", **known)


class Realm(Check):
    """Does the same server issue tokens? A node that reaches only the endpoint cannot use another."""

    id = "auth.realm"
    depends_on = ("http.v2",)

    def run(self, context: Any) -> Result:
        options = context.options
        realm = context.challenge.get("realm", "")
        known: Dict[str, Any] = {
            "target": safe(realm, 160),
            "expected": (options.authority,),
            "observed": (host_of(realm),),
            "source": "http",
        }
        hint = (
            "A login would be sent to that server. Use the registry's own name (access_check_region, or "
            "access_check_host); if tokens really come from there, that name must resolve to the endpoint too (roles "
            "longshore.swr.hosts, bind and resolver)."
        )
        try:
            scheme, host, _port, _target = split_url(realm)
        except Trouble as trouble:
            return failed("the registry names no token server: {0}".format(trouble.text), hint, **known)
        if scheme != "https":
            return failed("the registry asks for the login without TLS, at {0}".format(host_of(realm)), hint, **known)
        if host == options.host.lower():
            return passed("tokens come from the registry's own host", **known)
        try:
            addresses = canonical(context.system.resolve(host, context.deadline()))
        except Trouble as trouble:
            return failed("tokens come from {0}: {1}".format(host, trouble.text), hint, **known)
        known["observed"] = (host, *addresses)
        if set(addresses) <= set(context.addresses):
            return passed("tokens come from {0}, which has the same address".format(host), **known)
        text = "tokens come from {0} ({1}), not from {2}".format(host, ", ".join(addresses), options.host)
        return failed(text, hint, **known)


class Token(Check):
    """Does the registry issue a token, with the login or anonymously?"""

    id = "auth.token"
    depends_on = ("auth.realm",)

    def run(self, context: Any) -> Result:
        options = context.options
        realm = context.challenge["realm"]
        query = [("service", context.challenge["service"])] if "service" in context.challenge else []
        if options.repository:
            query.append(("scope", "repository:{0}:pull".format(options.repository)))
        url = realm + ("&" if "?" in realm else "?") + urlencode(query)
        known: Dict[str, Any] = {"target": safe(realm, 160), "source": "http"}
        headers = {}
        if options.username:
            headers["Authorization"] = basic_auth(options.username, options.password)
        reply = context.fetch(url, headers, _MOST_JSON)
        value = json_object(reply.body) or {}
        token = value.get("token") or value.get("access_token")
        if reply.status == 200 and isinstance(token, str) and _TOKEN.match(token):
            context.hide(token)
            context.token = token
            who = "the login" if options.username else "anybody"
            return passed("the registry issues a token to {0}".format(who), **known)
        if not options.username and not options.repository:
            return skipped("a token needs a login: set access_check_username and access_check_password", **known)
        what = server_error(reply) if reply.status != 200 else "HTTP 200 without a token"
        return failed("no token: {0}".format(what), LOGIN_HINT, observed=(what,), **known)


class Manifest(Check):
    """May the login pull? Only reading a repository shows it: tokens are issued more freely."""

    id = "registry.manifest"
    # A token makes the request large, so lost large packets would make this fail.
    depends_on = ("auth.token", "path.mtu")

    def run(self, context: Any) -> Result:
        options = context.options
        if not options.repository:
            return skipped("no repository to check: set access_check_repository", source="http")
        image = "{0}:{1}".format(options.repository, options.tag)
        known: Dict[str, Any] = {"target": image, "source": "http", "expected": ("HTTP 200",)}
        reply = context.request("HEAD", manifest_path(options.repository, options.tag), pull_headers(context))
        known["observed"] = ("HTTP {0}".format(reply.status),)
        if reply.status == 200:
            return passed("{0} can be pulled".format(image), **known)
        if reply.status == 404:
            return failed(
                "{0} does not exist".format(image),
                "Set access_check_repository and access_check_tag to an existing image.",
                **known,
            )
        return failed("{0} cannot be pulled: HTTP {1}".format(image, reply.status), LOGIN_HINT, **known)


def manifest_path(repository: str, reference: str) -> str:
    return "/v2/{0}/manifests/{1}".format(quote(repository), quote(reference, safe=":"))


def pull_headers(context: Any) -> Dict[str, str]:
    return {"Accept": ", ".join(MANIFEST_TYPES), "Authorization": "Bearer " + context.token}


class Redirect(Check):
    """Where does the registry send clients for layers?"""

    id = "blob.redirect"
    depends_on = ("registry.manifest",)
    hint = "Report the image to the registry's support: the registry did not redirect to its layers."

    def run(self, context: Any) -> Result:
        options = context.options
        digest, size = self._largest_blob(context, options.tag, nested=True)
        path = "/v2/{0}/blobs/{1}".format(quote(options.repository), quote(digest, safe=":"))
        headers = {"Authorization": "Bearer " + context.token}
        reply = context.request("GET", path, headers)
        known: Dict[str, Any] = {"target": "{0}@{1}".format(options.repository, digest[:19]), "source": "http"}
        if reply.status in (200, 206):
            context.blob = Blob(digest, size, "https://{0}{1}".format(options.authority, path), headers, False)
            return passed("the registry serves layers itself", observed=(options.authority,), **known)
        location = reply.header("location")
        if reply.status not in REDIRECTS:
            what = "HTTP {0}".format(reply.status)
            return failed("no layer: {0}".format(what), self.hint, observed=(what,), **known)
        if location.startswith("/"):
            location = "https://{0}{1}".format(options.authority, location)
        try:
            dummy, host, dummy, target = split_url(location)
        except Trouble as trouble:
            return failed("invalid redirect to the layer: {0}".format(trouble.text), self.hint, **known)
        # The query string grants access to the layer.
        context.hide(target.partition("?")[2])
        context.blob = Blob(digest, size, location, {}, True)
        return passed("layers come from {0}".format(host), observed=(host_of(location),), **known)

    def _largest_blob(self, context: Any, reference: str, nested: bool) -> Any:
        """Digest and size of an image's largest layer; for an index, of its first image.

        :raises Trouble: the manifest is invalid.
        """
        path = manifest_path(context.options.repository, reference)
        reply = context.request("GET", path, pull_headers(context), most=_MOST_JSON)
        document = json_object(reply.body) if reply.status == 200 else None
        if document is None:
            raise Trouble("http", "no manifest of {0}: {1}".format(safe(reference, 80), server_error(reply)))
        children = _descriptors(document.get("manifests"))
        if children and nested:
            return self._largest_blob(context, children[0][0], nested=False)
        layers = _descriptors(document.get("layers")) or _descriptors(document.get("fsLayers"))
        found = layers or _descriptors([document.get("config")])
        if not found:
            raise Trouble("http", "the manifest names no layer")
        return max(found, key=lambda descriptor: descriptor[1])


def _descriptors(value: Any) -> Any:
    """Digests and sizes of the valid descriptors in a list."""
    found = []
    for item in value if isinstance(value, list) else ():
        digest = (item.get("digest") or item.get("blobSum")) if isinstance(item, dict) else None
        if isinstance(digest, str) and _DIGEST.match(digest):
            size = item.get("size")
            found.append((digest, size if isinstance(size, int) and 0 < size < 1 << 60 else 0))
    return found

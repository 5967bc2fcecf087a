# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates: the authorities trusted for a registry, and the client's own.

They come from an entry of the logins, or from the directories of Docker and Podman (C(certs.d), see
containers-certs.d(5)).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
import ssl
from typing import Callable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from ..._files.errors import FilesError
from ..._files.inputs import check_authorities, check_regular
from ..errors import RegistryError

FOLDERS = ("~/.config/containers/certs.d", "/etc/containers/certs.d", "/etc/docker/certs.d")
"""Parents of folders named C(host[:port]), in order: the first one for a host counts, as in Podman."""

_INSTEAD = "Repair it, or name the right files in the registry's auth entry (client_cert, client_key)."


class Trust(NamedTuple):
    """How a TLS connection verifies its peer, and identifies itself.

    :param verify: whether the peer's certificate is verified.
    :param authorities: files, or a directory, of authorities to trust in addition to the system's.
    :param client: paths of the client's certificate and key; there may be several of different kinds.
    """

    verify: bool = True
    authorities: Tuple[str, ...] = ()
    client: Tuple[Tuple[str, str], ...] = ()

    def elsewhere(self) -> Trust:
        """The same for another host named by the registry, without the client's certificate."""
        return self._replace(client=())

    def with_folders(self, names: Sequence[str], folders: Sequence[str] = FOLDERS) -> Trust:
        """The same, with what C(certs.d) has for a host.

        :param names: possible folder names of the host.
        :raises RegistryError: a certificate there has no key, or vice versa.
        """
        folder = next(_existing(names, folders), None)
        if folder is None:
            return self
        files = sorted(os.listdir(folder))
        authorities = tuple(os.path.join(folder, name) for name in files if name.endswith(".crt"))
        client = self.client or tuple(_pairs(folder, files))
        return self._replace(authorities=self.authorities + authorities, client=client)


USUAL = Trust()


def _existing(names: Sequence[str], folders: Sequence[str]) -> Iterator[str]:
    for folder in folders:
        for name in names:
            if name.startswith("."):
                # A server can choose such a name.
                continue
            path = os.path.join(os.path.expanduser(folder), name)
            # An inaccessible directory is skipped, as by Podman.
            if os.path.isdir(path) and os.access(path, os.R_OK | os.X_OK):
                yield path


def _pairs(folder: str, files: List[str]) -> Iterator[Tuple[str, str]]:
    stems = {name.rpartition(".")[0] for name in files if name.endswith((".cert", ".key"))}
    for stem in sorted(stems):
        pair = (stem + ".cert", stem + ".key")
        for name, other in (pair, pair[::-1]):
            if name not in files:
                raise RegistryError(
                    "{0} is missing, without which {1} is of no use".format(name, other),
                    where=os.path.join(folder, other),
                    hint="A client's certificate ends in .cert, its key in .key, and authorities in .crt. " + _INSTEAD,
                )
        yield os.path.join(folder, pair[0]), os.path.join(folder, pair[1])


def make_context(trust: Trust, ca_path: Optional[str] = None) -> ssl.SSLContext:
    """A TLS context; authorities are added to the system's and do not replace them.

    :param ca_path: authorities for every registry.
    :raises RegistryError: a file cannot be read or is invalid; the error names it.
    """
    if trust.verify:
        context = ssl.create_default_context()
        for path in filter(None, (ca_path, *trust.authorities)):
            _add_authorities(context, path)
    else:
        # Without the system's authorities: loading them takes longer than a small copy.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    for certificate, key in trust.client:
        _add_client(context, certificate, key)
    return context


def _add_authorities(context: ssl.SSLContext, path: str) -> None:
    try:
        if os.path.isdir(check_authorities(path)):
            context.load_verify_locations(capath=path)
        else:
            context.load_verify_locations(cafile=path)
    except (OSError, FilesError) as error:
        raise RegistryError(
            "the authority's certificate cannot be loaded",
            where=path,
            hint="Authorities are in a PEM file, or for ca_path in a directory prepared by openssl rehash.",
        ) from error


def _add_client(context: ssl.SSLContext, certificate: str, key: str) -> None:
    for path in (certificate, key):
        try:
            check_regular(path)
        except FilesError as error:
            raise RegistryError(
                "the client's certificate cannot be used: {0}".format(error.what), where=path, hint=_INSTEAD
            ) from error
    asked: List[bool] = []
    try:
        context.load_cert_chain(certificate, key, _no_passphrase(asked))
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "reason", None) or "it is not in PEM format")
        what = "the key has a passphrase" if asked else reason.replace("_", " ").lower()
        raise RegistryError(
            "the client's certificate cannot be used: {0}".format(what),
            where="{0}, {1}".format(certificate, key),
            hint="Give a certificate and the key that belongs to it, both in PEM format and without a passphrase.",
        ) from error


def _no_passphrase(asked: List[bool]) -> Callable[[], str]:
    """What OpenSSL calls instead of asking on the terminal; C(asked) records the attempt."""

    def answer() -> str:
        asked.append(True)
        return ""

    return answer

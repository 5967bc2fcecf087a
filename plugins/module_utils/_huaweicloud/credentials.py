# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the keys of a Huawei Cloud account.

The names are those of Huawei's SDKs and of its Terraform provider:
C(HUAWEICLOUD_SDK_*) and C(~/.huaweicloud/credentials) (package huaweicloudsdkcore 3.1.219, module
auth.provider), C(HW_*) (terraform-provider-huaweicloud, its provider documentation).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import configparser
import os
import re
import stat
from dataclasses import dataclass, field
from typing import Iterator, List, Mapping, NamedTuple, Optional, Tuple

from .._secrets import read_text
from .errors import HuaweiCloudError

PROFILE_VARIABLE = "HUAWEICLOUD_SDK_CREDENTIALS_FILE"
PROFILE_PATH = os.path.join(".huaweicloud", "credentials")
PROFILE_SECTION = "basic"
# They are sent in headers, and the access key is part of user names.
_HEADER_VALUE = re.compile(r"[\x21-\x7e]+\Z")


class KeyNames(NamedTuple):
    """One source's names for the parts of a set of keys."""

    access_key: str
    secret_key: str
    security_token: str
    project_id: Optional[str] = None


OPTION_NAMES = KeyNames("access_key", "secret_key", "security_token", "project_id")
SDK_NAMES = KeyNames(
    "HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN", "HUAWEICLOUD_SDK_PROJECT_ID"
)
HW_NAMES = KeyNames("HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_SECURITY_TOKEN")
PROFILE_NAMES = KeyNames("ak", "sk", "security_token", "project_id")


@dataclass(frozen=True)
class Credentials:
    """The keys of an account, with their region and project.

    :ivar source: where the keys were found, for messages.
    :ivar warnings: problems that the user should fix, though it works.
    """

    access_key: str
    secret_key: str = field(repr=False)
    security_token: Optional[str] = field(default=None, repr=False)
    project_id: Optional[str] = None
    region: Optional[str] = None
    project_name: Optional[str] = None
    cloud: Optional[str] = None
    source: str = "options"
    warnings: Tuple[str, ...] = ()

    def secrets(self) -> Iterator[str]:
        """The values that must not be shown. The access key is an identifier, and part of user names."""
        yield self.secret_key
        if self.security_token:
            yield self.security_token


class _Keys(NamedTuple):
    access_key: str
    secret_key: str
    security_token: Optional[str]
    project_id: Optional[str]
    source: str
    warnings: Tuple[str, ...] = ()


def _text(values: Mapping[str, Optional[str]], name: Optional[str]) -> Optional[str]:
    """A value without surrounding white space (common in pasted keys); V(None) if empty."""
    value = values.get(name) if name else None
    return str(value).strip() or None if value is not None else None


def _keys_from(
    values: Mapping[str, Optional[str]], names: KeyNames, source: str, warnings: Tuple[str, ...] = ()
) -> Optional[_Keys]:
    """The set of keys of one source, V(None) if it has none of them.

    :raises HuaweiCloudError: it has only part of the set. Taking the rest from the next source would sign
        with a key that does not match the access key, and the server would just return 401.
    """
    access_key = _text(values, names.access_key)
    secret_key = _text(values, names.secret_key)
    security_token = _text(values, names.security_token)
    if access_key and secret_key:
        return _Keys(access_key, secret_key, security_token, _text(values, names.project_id), source, warnings)
    if not (access_key or secret_key or security_token):
        return None
    missing = [
        name for name, value in ((names.access_key, access_key), (names.secret_key, secret_key)) if value is None
    ]
    raise HuaweiCloudError(
        "the keys are incomplete: {0} {1} not set".format(" and ".join(missing), "is" if len(missing) == 1 else "are"),
        where=source,
        hint="Keys are never mixed from two sources: set all of them there, or none.",
    )


def _profile(environ: Mapping[str, str], home: str) -> Tuple[str, Optional[Mapping[str, str]]]:
    """The path of the SDK's credentials file, and its section of keys, if any."""
    given = environ.get(PROFILE_VARIABLE)
    path = given or os.path.join(home, PROFILE_PATH)
    if path.startswith("~/"):
        path = os.path.join(home, path[2:])
    if not given and not os.path.exists(path):
        return path, None
    # No interpolation: a secret may contain a percent sign.
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(read_text(path))
    except configparser.ParsingError as error:
        lines: List[str] = [str(number) for number, dummy in getattr(error, "errors", [])]
        raise _profile_error(path, "line {0} cannot be read".format(", ".join(lines) or "1")) from None
    except configparser.Error as error:
        # These two have line number and name; the text of the others quotes the line, which may be a secret.
        raise _profile_error(path, "line {0} repeats a name".format(getattr(error, "lineno", "?"))) from None
    if not parser.has_section(PROFILE_SECTION):
        return path, None
    return path, dict(parser.items(PROFILE_SECTION))


def _profile_error(path: str, what: str) -> HuaweiCloudError:
    return HuaweiCloudError(
        what, where=path, hint="It needs a section [{0}] with lines ak = ... and sk = ...".format(PROFILE_SECTION)
    )


def _permission_warnings(path: str) -> Tuple[str, ...]:
    try:
        mode = stat.S_IMODE(os.stat(path).st_mode)
    except OSError:
        return ()
    if mode & 0o077 == 0:
        return ()
    return (
        "{0} contains a secret key, but other users can access it (mode {1:04o}). Remedy: chmod 600 {0}".format(
            path, mode
        ),
    )


def _find_keys(options: Mapping[str, Optional[str]], environ: Mapping[str, str], home: str) -> _Keys:
    found = (
        _keys_from(options, OPTION_NAMES, "options")
        or _keys_from(environ, SDK_NAMES, "environment variables HUAWEICLOUD_SDK_*")
        or _keys_from(environ, HW_NAMES, "environment variables HW_*")
    )
    if found is not None:
        return found
    path, section = _profile(environ, home)
    if section is not None:
        found = _keys_from(section, PROFILE_NAMES, path, _permission_warnings(path))
    if found is None:
        raise HuaweiCloudError(
            "no access key and secret key were found, neither as options nor in the environment variables "
            "{0} and {1}, {2} and {3}, nor in {4}".format(
                SDK_NAMES.access_key, SDK_NAMES.secret_key, HW_NAMES.access_key, HW_NAMES.secret_key, path
            ),
            where="credentials",
            hint="Set access_key and secret_key, or one of these.",
        )
    return found


def find_credentials(
    options: Mapping[str, Optional[str]], environ: Mapping[str, str], home: Optional[str] = None
) -> Credentials:
    """The keys of the first source with any: options, C(HUAWEICLOUD_SDK_*), C(HW_*), credentials file.

    The region, its project name and its cloud are a separate set: options first, then
    C(HW_REGION_NAME), C(HW_PROJECT_NAME) and C(HW_CLOUD). If the option's region differs from
    C(HW_REGION_NAME), the other two variables are for the wrong region and are ignored.
    A project id is used from an option, or from the source of the keys.

    :param options: C(access_key), C(secret_key), C(security_token), C(region), C(project_name),
        C(project_id) and C(cloud), if set.
    :param environ: the environment, such as C(os.environ).
    :param home: the user's home directory; found by default.
    :raises HuaweiCloudError: no source has keys, the first with any is incomplete, or a value is invalid.
    """
    keys = _find_keys(options, environ, home if home is not None else os.path.expanduser("~"))
    project_id = _text(options, "project_id") or keys.project_id
    sent = {"access key": keys.access_key, "security token": keys.security_token, "project ID": project_id}
    for name, value in sent.items():
        if value is not None and not _HEADER_VALUE.match(value):
            raise HuaweiCloudError(
                "the {0} has invalid characters".format(name),
                where=keys.source,
                hint="Copy it again: there are no blanks and no line breaks in it.",
            )
    region = _text(options, "region")
    elsewhere = region is not None and _text(environ, "HW_REGION_NAME") not in (None, region)
    place: Mapping[str, str] = {} if elsewhere else environ
    return Credentials(
        access_key=keys.access_key,
        secret_key=keys.secret_key,
        security_token=keys.security_token,
        project_id=project_id,
        region=region or _text(place, "HW_REGION_NAME"),
        project_name=_text(options, "project_name") or _text(place, "HW_PROJECT_NAME"),
        cloud=_text(options, "cloud") or _text(place, "HW_CLOUD"),
        source=keys.source,
        warnings=keys.warnings,
    )

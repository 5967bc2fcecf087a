# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""User settings for connections and limits, with the defaults.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Optional


class Settings:
    """Options as attributes; those of the class are the defaults. They cannot be changed.

    A frozen dataclass would do the same, but it takes a tenth of a small copy's time to create ten of them.
    """

    def __init__(self, **values: Any) -> None:
        unknown = [name for name in values if not self.has(name)]
        if unknown:
            raise TypeError("no such settings: {0}".format(", ".join(unknown)))
        self.__dict__.update(values)

    @classmethod
    def has(cls, name: str) -> bool:
        """Whether there is such an option."""
        return not name.startswith("_") and not isinstance(getattr(cls, name, cls.has), (property, type(cls.has)))

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("settings cannot be changed: {0}".format(name))


class ConnectionSettings(Settings):
    """How registries are connected to.

    :ivar workers: maximum number of parallel requests.
    :ivar retries: how often a failed request is retried.
    :ivar retry_delay: seconds of the first pause before that.
    :ivar longest_wait: seconds that a registry may ask for with C(Retry-After).
    :ivar timeout: seconds for connecting and for each read or write; five times as many for a whole exchange.
    :ivar minimum_bandwidth: minimum bytes a second for a blob.
    :ivar ca_path: certificates trusted in addition to the system's.
    """

    workers: int = 64
    retries: int = 3
    retry_delay: float = 0.5
    longest_wait: float = 3600.0
    timeout: float = 60.0
    minimum_bandwidth: int = 1000
    ca_path: Optional[str] = None


class LimitSettings(Settings):
    """The limits on requests and bandwidth.

    :ivar rate_limit: requests a second to one registry.
    :ivar upload_limit: parallel blob uploads.
    :ivar bandwidth_limit: bytes a second, or a timetable of them.
    :ivar limits_divided_by: how many runs share these limits.
    """

    rate_limit: Optional[float] = None
    upload_limit: Optional[int] = None
    bandwidth_limit: Optional[str] = None
    limits_divided_by: int = 1

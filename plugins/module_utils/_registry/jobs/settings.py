# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of each module of this room, typed. All defaults are stated here, and nowhere else in the code.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence, Type, TypeVar

from ..convert.converter import AUTO, NEVER
from ..transport.settings import ConnectionSettings, LimitSettings, Settings

T = TypeVar("T", bound=Settings)

__all__ = ("NEVER",)

CHANGED = "changed"
FAILURES_SHOWN = 8
"""Causes of failures in a summary, each with its remedy: with everything else, they fit on a screen."""


class LoginSettings(Settings):
    """Where to find logins."""

    auth: Optional[Mapping[str, Any]] = None
    auth_file: Optional[str] = None
    docker_config_fallback: bool = True


class RuleSettings(LoginSettings, ConnectionSettings, LimitSettings):
    """The rules, the logins and the connections for them."""

    images: Any = None
    images_file: Optional[str] = None
    dialect: str = "auto"
    default_registry: Optional[str] = None
    default_namespace: Optional[str] = None
    os: Sequence[str] = ()
    arch: Sequence[str] = ()

    @property
    def in_place(self) -> bool:
        """Whether an empty destination is the source itself."""
        return False


class RunSettings(RuleSettings):
    """The settings shared by copy, plan and verify.

    :ivar progress_interval: seconds between progress lines.
    """

    convert: str = AUTO
    recompress: str = AUTO
    force: bool = False
    overwrite: str = CHANGED
    referrers: bool = False
    journal_path: Optional[str] = None
    progress_file: Optional[str] = None
    progress_interval: float = 30.0


class ListingSettings(RunSettings):
    """The settings shared by copy and plan."""

    tag_listing: str = AUTO


class CopySettings(ListingSettings):
    """The options of C(image_copy)."""

    stop_at: Optional[str] = None
    report_path: Optional[str] = None
    html_report_path: Optional[str] = None
    log_path: Optional[str] = None
    output_success_images: Optional[str] = None
    output_failed_images: Optional[str] = None
    output_images_format: str = "yaml"


class PlanSettings(ListingSettings):
    """The options of C(image_plan).

    :ivar expected_bandwidth: bytes a second.
    """

    shards: int = 1
    shards_path: Optional[str] = None
    check_blobs: bool = True
    quotas: Optional[Mapping[str, Any]] = None
    fail_on: str = "error"
    expected_bandwidth: int = 12_500_000


class VerifySettings(RunSettings):
    """The options of C(image_verify)."""

    blobs: str = "none"
    fail_on_difference: bool = True
    report_path: Optional[str] = None


class PruneSettings(RuleSettings):
    """The options of C(image_prune)."""

    dry_run: bool = True
    maximum: int = 10
    keep: Sequence[str] = ()
    report_path: Optional[str] = None


class AuditSettings(RuleSettings):
    """The options of C(image_audit) for its images."""

    side: str = "source"

    @property
    def in_place(self) -> bool:
        """Rules whose destinations are not read need none."""
        return self.side == "source"


class InfoSettings(LoginSettings, ConnectionSettings, LimitSettings):
    """The options of C(image_info)."""

    images: Sequence[str] = ()
    repositories: Sequence[str] = ()
    registries: Sequence[str] = ()
    detail: str = "full"
    tag_digests: bool = False
    environment_values: bool = False


class MergeSettings(Settings):
    """The options of C(image_report)."""

    reports: Sequence[str] = ()
    shards: Optional[Sequence[Mapping[str, Any]]] = None
    expected_shards: Optional[int] = None
    plan: Optional[Mapping[str, Any]] = None
    problems: Sequence[str] = ()
    notes: Sequence[str] = ()
    report_path: Optional[str] = None
    html_report_path: Optional[str] = None
    output_failed_images: Optional[str] = None
    output_images_format: str = "yaml"
    shards_path: Optional[str] = None
    fail_on_error: bool = True


def settings_of(kind: Type[T], options: Mapping[str, Any]) -> T:
    """A module's options as its settings; an unset option, or an empty text, is the default."""
    return kind(**{name: value for name, value in options.items() if kind.has(name) and value not in (None, "")})

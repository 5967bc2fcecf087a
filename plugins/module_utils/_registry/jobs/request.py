# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's request: options and files are read, and all problems found before anything is connected to.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, List, Mapping, Optional, Sequence, Tuple

from ..._errors import LongshoreError
from ..._files.safe_file import check_output
from ..._secrets import Redactor
from ..config.credentials import CredentialStore
from ..config.docker_logins import DockerConfigs
from ..config.documents import load_document
from ..errors import RulesError
from ..model.platforms import PlatformFilter
from ..rules.parser import parse_rules
from ..rules.rule import Rule
from .settings import LoginSettings, RuleSettings

RunHelper = Callable[[List[str], str], Tuple[int, str]]
Step = Callable[[Any, Mapping[str, str]], None]

OUTPUTS = (
    "journal_path",
    "report_path",
    "html_report_path",
    "log_path",
    "output_success_images",
    "output_failed_images",
    "progress_file",
)
APPENDED = ("journal_path", "log_path", "progress_file")


class Logins:
    """The user's logins, read and checked, and the secrets that must not be shown.

    :param run_helper: runs a Docker credential helper (argv, input) and returns its exit code and output.
    :raises RulesError: lists all problems of the logins (and of a derived class's input).
    """

    def __init__(
        self, settings: LoginSettings, environ: Mapping[str, str], run_helper: Optional[RunHelper] = None
    ) -> None:
        self._redactor = Redactor()
        problems: List[str] = []
        self._fallback = DockerConfigs(environ, run_helper) if settings.docker_config_fallback else None
        self.credentials = CredentialStore({}, self._fallback)
        for read in self._steps():
            try:
                read(settings, environ)
            except RulesError as error:
                problems.extend(error.problems)
            except LongshoreError as error:
                problems.append(str(error))
        if problems:
            raise RulesError(problems)

    def _steps(self) -> Sequence[Step]:
        """Functions that read settings, in order; each raises its problems."""
        return (self._read_credentials,)

    @property
    def notes(self) -> List[str]:
        """Remarks about the logins that are not failures."""
        return self.credentials.notes

    def redact(self, text: str) -> str:
        """The text without any secret known by now; lookups may have added some."""
        self._redactor.add(*self.credentials.secrets())
        return self._redactor(text)

    def clean(self, value: Any) -> Any:
        """The same for a nested value."""
        self._redactor.add(*self.credentials.secrets())
        return self._redactor.clean(value)

    def _read_credentials(self, settings: LoginSettings, environ: Mapping[str, str]) -> None:
        stores = []
        # Both may be given: logins created in the play, and a file for the other registries.
        if settings.auth:
            stores.append(CredentialStore.from_document(settings.auth, where="auth", environ=environ))
        path = settings.auth_file
        if path:
            stores.append(CredentialStore.from_document(load_document(path), where=str(path), environ=environ))
        self.credentials = CredentialStore.merged(stores, self._fallback)


class Request(Logins):
    """The user's request by rules, read and checked.

    :raises RulesError: lists all problems of the rules, the logins and the other options.
    """

    rules: Sequence[Rule] = ()
    platforms = PlatformFilter()

    def _steps(self) -> Sequence[Step]:
        return (self._read_rules, self._read_credentials, self._check_logins, self._read_platforms, _check_outputs)

    def _read_rules(self, settings: RuleSettings, environ: Mapping[str, str]) -> None:
        document, where = _document(settings)
        if document is None:
            raise RulesError(["neither images nor images_file is set: one of them is required"])
        self.rules = parse_rules(
            document,
            where=where,
            environ=environ,
            default_registry=settings.default_registry,
            default_namespace=settings.default_namespace,
            dialect=settings.dialect,
            in_place=settings.in_place,
        )

    def _check_logins(self, _settings: RuleSettings, _environ: Mapping[str, str]) -> None:
        """Reject logins that would fail for each image; those below a namespace show up when needed."""
        places = (place for rule in self.rules for place in (rule.source, rule.destination))
        problems = list(dict.fromkeys(filter(None, map(self.credentials.problem_of, places))))
        if problems:
            raise RulesError(problems)

    def _read_platforms(self, settings: RuleSettings, _environ: Mapping[str, str]) -> None:
        self.platforms = PlatformFilter.from_options(settings.os, settings.arch)


def _document(settings: RuleSettings) -> Tuple[Any, str]:
    if settings.images and settings.images_file:
        raise RulesError(["images and images_file are mutually exclusive"])
    if settings.images_file:
        return load_document(settings.images_file), str(settings.images_file)
    return settings.images or None, "images"


def _check_outputs(settings: RuleSettings, _environ: Mapping[str, str]) -> None:
    """Reject unwritable paths before hours of copying, not after."""
    problems = []
    for option in OUTPUTS:
        path = getattr(settings, option, None)
        if not path:
            continue
        try:
            check_output(option, path, replaced=option not in APPENDED)
        except LongshoreError as error:
            problems.append(str(error))
    if problems:
        raise RulesError(problems)

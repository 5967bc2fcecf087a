# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options become settings, and every default is stated once."""

from __future__ import annotations

import importlib

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.settings import (
    CopySettings,
    InfoSettings,
    PlanSettings,
    PruneSettings,
    VerifySettings,
    settings_of,
)

MODULES = {
    "image_copy": CopySettings,
    "image_info": InfoSettings,
    "image_plan": PlanSettings,
    "image_prune": PruneSettings,
    "image_verify": VerifySettings,
}


def test_what_is_not_set_is_the_default() -> None:
    settings = settings_of(CopySettings, {"retries": None, "report_path": "", "workers": 3, "force": False, "x": 1})
    assert (settings.workers, settings.force) == (3, False)
    assert (settings.retries, settings.report_path) == (CopySettings.retries, None)
    assert not hasattr(settings, "x")


def test_settings_stay_as_they_are() -> None:
    settings = CopySettings(workers=3)
    with pytest.raises(AttributeError, match="workers"):
        settings.workers = 4
    with pytest.raises(TypeError, match="worker, in_place, has"):
        CopySettings(worker=1, in_place=True, has=1)


def test_what_is_set_counts_whatever_it_is() -> None:
    settings = settings_of(PruneSettings, {"dry_run": False, "maximum": 0, "keep": []})
    assert (settings.dry_run, settings.maximum, settings.keep) == (False, 0, [])


@pytest.mark.parametrize("name", sorted(MODULES))
def test_the_defaults_of_the_module_are_those_of_its_settings(name: str) -> None:
    module = importlib.import_module("ansible_collections.longshore.swr.plugins.modules." + name)
    spec = module.ARGUMENTS.argument_spec
    kind = MODULES[name]
    defaults = {option: getattr(kind, option) for option in dir(kind) if kind.has(option)}
    assert defaults["retries"] == 3
    for option, default in defaults.items():
        if option in spec:
            stated = spec[option].get("default")
            assert (tuple(stated) if isinstance(stated, list) else stated) == default, option

# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options become settings, and every default is stated once."""

from __future__ import annotations

import importlib
from dataclasses import MISSING, fields

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
    assert settings == CopySettings(workers=3)


def test_what_is_set_counts_whatever_it_is() -> None:
    assert settings_of(PruneSettings, {"dry_run": False, "maximum": 0, "keep": []}) == PruneSettings(
        dry_run=False, maximum=0, keep=[]
    )


@pytest.mark.parametrize("name", sorted(MODULES))
def test_the_defaults_of_the_module_are_those_of_its_settings(name: str) -> None:
    module = importlib.import_module("ansible_collections.longshore.swr.plugins.modules." + name)
    spec = module.ARGUMENTS.argument_spec
    defaults = {one.name: one.default for one in fields(MODULES[name])}
    assert MISSING not in defaults.values()
    for option, default in defaults.items():
        if option in spec:
            stated = spec[option].get("default")
            assert (tuple(stated) if isinstance(stated, list) else stated) == default, option

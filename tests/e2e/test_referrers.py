# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hangs on images, between real registries, which have no referrers API; skopeo judges."""

from __future__ import annotations

import json
from typing import Callable

import pytest

from ansible_collections.longshore.swr.tests.e2e.docker_registry import DockerRegistry
from ansible_collections.longshore.swr.tests.e2e.judge import Skopeo
from ansible_collections.longshore.swr.tests.e2e.runs import assert_clean, copy, plain
from ansible_collections.longshore.swr.tests.sandbox import images
from ansible_collections.longshore.swr.tests.sandbox.push import Pusher

pytestmark = [pytest.mark.needs_registry, pytest.mark.needs_skopeo]


def test_a_real_registry_without_the_referrers_api_gets_the_index_of_the_tag_schema(
    docker_registry: Callable[..., DockerRegistry], skopeo: Skopeo
) -> None:
    source, destination = docker_registry(), docker_registry()
    app = images.oci_index("app")
    signature = images.artifact("signature", subject=app)
    sbom = images.artifact("sbom", subject=app.children[0])
    on_signature = images.artifact("on the signature", subject=signature)
    cosign = images.artifact("cosign")
    tag = app.digest.replace(":", "-")
    with Pusher(source.url) as pusher:
        pusher.push(app, "team/app", "1.0")
        for one, subject in ((signature, app), (sbom, app.children[0]), (on_signature, signature)):
            index = images.oci_index("fallback", children=[one], attested=False)
            pusher.push(index, "team/app", subject.digest.replace(":", "-"))
        pusher.push(cosign, "team/app", tag + ".sig")
    rules = {source.host + "/team/app:1.0": destination.host + "/copy/app"}
    auth = plain(source.host, destination.host)
    result = copy(rules, auth, referrers=True)
    assert_clean(result)
    # Three artifacts with an index each, and the tag of cosign.
    assert result["attached"] == {"copied": 7, "skipped": 0, "not_supported": 0, "failed": 0}
    assert destination.missing() == []
    place = destination.host + "/copy/app"
    assert skopeo.raw("{0}:{1}.sig".format(place, tag)) == cosign.raw
    for one, subject in ((signature, app), (sbom, app.children[0]), (on_signature, signature)):
        index = json.loads(skopeo.raw("{0}:{1}".format(place, subject.digest.replace(":", "-"))))
        assert [entry["digest"] for entry in index["manifests"]] == [one.digest]
        assert skopeo.raw("{0}@{1}".format(place, one.digest)) == one.raw
    again = copy(rules, auth, referrers=True)
    assert (again["changed"], again["attached"]["skipped"]) == (False, 7)

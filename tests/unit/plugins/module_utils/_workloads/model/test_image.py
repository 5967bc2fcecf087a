# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of images: what is written, what it means, and every other way to write it."""

from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._workloads.model.image import (
    NotAnImage,
    is_image,
    parse_image,
    spellings,
)

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/bitnami/redis:7", "docker.io/bitnami/redis:7"),
        ("bitnami/redis", "docker.io/bitnami/redis:latest"),
        ("localhost/a", "localhost/a:latest"),
        ("localhost:5000/a/b:1", "localhost:5000/a/b:1"),
        ("Quay.io/a/b:1", "quay.io/a/b:1"),
        ("registry.k8s.io/pause:3.9", "registry.k8s.io/pause:3.9"),
        ("quay.io/a/b@" + DIGEST, "quay.io/a/b@" + DIGEST),
        ("quay.io/a/b:1@" + DIGEST, "quay.io/a/b:1@" + DIGEST),
        ("[::1]:5000/a/b:1", "[::1]:5000/a/b:1"),
    ],
)
def test_a_name_has_its_full_form(text: str, full: str) -> None:
    assert parse_image(text).full == full


@pytest.mark.parametrize(
    "text",
    ["", " ", "a b", "nginx:", "nginx:a/b", "NGINX", "a//b", "/a", "a/", "https://a.io/b", "{{ image }}", "a@sha256:12"]
    + ["${A}", "a:${B}", "user:secret@host/a", "a" * 300, "a:" + "b" * 129, "a\nb", "nginx:1\n"],
)
def test_what_is_no_name_is_refused(text: str) -> None:
    assert not is_image(text)
    with pytest.raises(NotAnImage):
        parse_image(text)


def test_images_of_docker_hub_have_many_spellings() -> None:
    found = spellings(parse_image("nginx"))
    assert found[0] == "docker.io/library/nginx"
    assert {"nginx", "library/nginx", "docker.io/nginx", "index.docker.io/library/nginx"} <= set(found)
    assert {parse_image(name).repository for name in found} == {"docker.io/library/nginx"}
    assert spellings(parse_image("quay.io/a/b:1")) == ["quay.io/a/b"]

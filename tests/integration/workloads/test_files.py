# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other programs judge what was changed in files: Kustomize, Compose and Helm see other images, and nothing else."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, Dict, List, Tuple

import pytest
import yaml

from ansible_collections.longshore.swr.tests.support.image_files import Folder
from ansible_collections.longshore.swr.tests.support.modules import run_module

TARGET = "swr.cn-north-4.myhuaweicloud.com/shop"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def differing(before: str, after: str) -> List[Tuple[str, str]]:
    """The lines that differ in two texts of as many lines."""
    pairs = list(zip(before.splitlines(), after.splitlines()))
    assert len(before.splitlines()) == len(after.splitlines())
    return [(old.strip(" -"), new.strip(" -")) for old, new in pairs if old != new]


BASE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers: [{name: web, image: "nginx:1.25"}, {name: side, image: quay.io/a/side:1}]
      initContainers: [{name: init, image: docker.io/library/nginx:1.25}]
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: job}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: job, image: quay.io/a/job}]}}}}}
"""
OVERLAY = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../base]
images:
  - name: nginx
    newTag: "9"
  - {name: quay.io/a/side, newName: quay.io/b/side}
patches:
  - target: {kind: CronJob}
    patch: |
      - op: replace
        path: /spec/jobTemplate/spec/template/spec/containers/0/image
        value: quay.io/a/job:2
"""


@pytest.mark.needs_program("kubectl")
def test_kustomize_builds_the_same_with_other_images(folder: Folder) -> None:
    folder.write("base/all.yaml", BASE)
    folder.write("base/kustomization.yaml", "resources: [all.yaml]\n")
    folder.write("overlay/kustomization.yaml", OVERLAY)
    before = output("kubectl", "kustomize", str(folder.path / "overlay"))
    folder.rewrite()
    after = output("kubectl", "kustomize", str(folder.path / "overlay"))
    assert differing(before, after) == [
        ("image: nginx:9", "image: swr.example.com/shop/nginx:9"),
        ("image: quay.io/b/side:1", "image: swr.example.com/shop/side:1"),
        ("image: docker.io/library/nginx:1.25", "image: swr.example.com/shop/nginx:1.25"),
        ("image: quay.io/a/job:2", "image: swr.example.com/shop/job:2"),
    ]
    folder.roll_back()
    assert output("kubectl", "kustomize", str(folder.path / "overlay")) == before


@pytest.mark.needs_program("kubectl")
def test_an_overlay_without_an_entry_gets_one_that_kustomize_takes(folder: Folder) -> None:
    folder.write("base/all.yaml", BASE)
    folder.write("base/kustomization.yaml", "resources: [all.yaml]\n")
    folder.write("overlay/kustomization.yaml", OVERLAY)
    folder.write("other/kustomization.yaml", "resources:\n- ../base\nnamePrefix: x-\n")
    before = output("kubectl", "kustomize", str(folder.path / "other"))
    folder.rewrite()
    after = output("kubectl", "kustomize", str(folder.path / "other"))
    assert differing(before, after) == [
        ("image: nginx:1.25", "image: swr.example.com/shop/nginx:1.25"),
        ("image: quay.io/a/side:1", "image: swr.example.com/shop/side:1"),
        ("image: docker.io/library/nginx:1.25", "image: swr.example.com/shop/nginx:1.25"),
        ("image: quay.io/a/job", "image: swr.example.com/shop/job"),
    ]


@pytest.mark.needs_program("kubectl")
def test_the_component_renames_what_comes_from_elsewhere(folder: Folder) -> None:
    folder.write("base/all.yaml", BASE)
    folder.write("base/kustomization.yaml", "resources: [all.yaml]\n")
    found = run_module("image_sources", {"paths": [str(folder.path / "base")], "target": TARGET})
    folder.write("swr/kustomization.yaml", found["kustomize_component"])
    folder.write("overlay/kustomization.yaml", "resources: [../base]\ncomponents: [../swr]\n")
    before = output("kubectl", "kustomize", str(folder.path / "base"))
    after = output("kubectl", "kustomize", str(folder.path / "overlay"))
    assert differing(before, after) == [
        ("image: nginx:1.25", "image: {0}/nginx:1.25".format(TARGET)),
        ("image: quay.io/a/side:1", "image: {0}/side:1".format(TARGET)),
        ("image: docker.io/library/nginx:1.25", "image: {0}/nginx:1.25".format(TARGET)),
        ("image: quay.io/a/job", "image: {0}/job".format(TARGET)),
    ]


COMPOSE = """\
version: "3"
x-cache: &cache
  image: redis:7
services:
  cache: {<<: *cache, environment: [A=redis:7]}
  web:
    image: ${REGISTRY:-docker.io}/library/nginx:${TAG}
    command: [nginx, -g, "daemon off;"]
  api:
    image: "${API}"   # from .env
"""


@pytest.mark.needs_program("docker-compose")
def test_compose_sees_the_same_with_other_images(folder: Folder) -> None:
    path = folder.write("docker-compose.yml", COMPOSE)
    folder.write(".env", "TAG=1.25\nAPI=quay.io/a/api:1 # the API\n")
    config = ("docker-compose", "--project-directory", str(folder.path), "-f", str(path), "config")
    before = output(*config)
    folder.rewrite()
    after = output(*config)
    assert differing(before, after) == [
        ("image: quay.io/a/api:1", "image: swr.example.com/shop/api:1"),
        ("image: redis:7", "image: swr.example.com/shop/redis:7"),
        ("image: docker.io/library/nginx:1.25", "image: swr.example.com/shop/nginx:1.25"),
    ]


# As in the common chart of Bitnami: the parts of the name, and its refusal of other images.
HELPERS = """\
{{- define "image" -}}
{{- $registry := default .image.registry ((.global).imageRegistry) -}}
{{- $name := .image.repository -}}
{{- if .image.digest }}{{ printf "%s/%s@%s" $registry $name .image.digest }}
{{- else }}{{ printf "%s/%s:%s" $registry $name (toString (default .chart.AppVersion .image.tag)) }}{{ end -}}
{{- $original := hasPrefix "bitnami/" $name -}}
{{- if and (not $original) (not (((.global).security).allowInsecureImages)) (hasKey .image "original") -}}
{{- fail "Original containers have been substituted" -}}
{{- end -}}
{{- end -}}
"""
TEMPLATE = """\
{{- range $name, $part := .Values.parts }}
---
apiVersion: v1
kind: Pod
metadata: {name: {{ $name }}}
spec:
  containers:
    - name: main
      image: {{ include "image" (dict "image" $part.image "global" $.Values.global "chart" $.Chart) | quote }}
{{- end }}
"""
VALUES = """\
# three images
parts:
  redis:
    image:
      registry: docker.io
      repository: bitnami/redis
      tag: 7.2.4-debian-12
      digest: ""
      original: true
  default:
    image: {registry: quay.io, repository: a/default}
  number:
    image:
      registry: quay.io
      repository: a/number
      tag: "1.10"
"""


def test_helm_renders_the_same_with_other_images(folder: Folder) -> None:
    helm = pytest.importorskip("helm_python")
    folder.write("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\nappVersion: '2.5'\n")
    folder.write("chart/templates/_helpers.tpl", HELPERS)
    folder.write("chart/templates/pods.yaml", TEMPLATE)
    folder.write("chart/values.yaml", VALUES)

    def rendered() -> str:
        texts: Dict[str, str] = helm.Chart.load(str(folder.path / "chart")).render({}, name="x", namespace="y")
        return texts["chart/templates/pods.yaml"]

    before = rendered()
    folder.rewrite()
    assert differing(before, rendered()) == [
        ('image: "quay.io/a/default:2.5"', 'image: "swr.example.com/shop/default:2.5"'),
        ('image: "quay.io/a/number:1.10"', 'image: "swr.example.com/shop/number:1.10"'),
        ('image: "docker.io/bitnami/redis:7.2.4-debian-12"', 'image: "swr.example.com/shop/redis:7.2.4-debian-12"'),
    ]
    text = folder.text("chart/values.yaml").replace("allowInsecureImages: true", "allowInsecureImages: false")
    folder.write("chart/values.yaml", text)
    with pytest.raises(helm.HelmRenderError, match="Original containers"):
        rendered()


# Packages of Debian that ship Compose files, and where.
EXAMPLES = ("/usr/share/doc/podman-compose", "/usr/share/doc/python3-hug-doc", "/usr/share/doc/ruby-pry-rails")


def test_real_files_differ_in_their_images_alone(folder: Folder) -> None:
    names = [path for place in EXAMPLES for path in sorted(Path(place).rglob("*compose*.y*ml"))]
    if not names:
        pytest.skip("no package with Compose files is installed, such as podman-compose")
    for number, path in enumerate(names):
        folder.write("{0}/{1}".format(number, path.name), path.read_bytes())
    before = folder.content()
    plan = folder.rewrite()
    assert plan.files
    for name, raw in folder.content().items():
        changed = list(differing_leaves(yaml.safe_load(before[name]), yaml.safe_load(raw)))
        assert all("swr.example.com/shop/" in new for new in changed), name
    folder.roll_back()
    assert folder.content() == before


def differing_leaves(one: Any, other: Any) -> Any:
    """The new values that differ in two documents of the same shape."""
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert list(one) == list(other)
        for key in one:
            yield from differing_leaves(one[key], other[key])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for left, right in zip(one, other):
            yield from differing_leaves(left, right)
    elif one != other:
        yield other

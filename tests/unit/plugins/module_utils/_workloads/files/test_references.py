# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""References in manifests, Compose, Kustomize and Helm: found, changed by position, and put back byte for byte."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Dict, List, Tuple

import pytest

from ansible_collections.longshore.swr.tests.support.image_files import SWR, Folder

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def changed_lines(before: Dict[str, bytes], after: Dict[str, bytes]) -> List[Tuple[str, str]]:
    """Lines that were removed and added, each with its sign."""
    found = []
    for name in sorted(set(before) | set(after)):
        old, new = (tree.get(name, b"").decode("utf-8", "replace").splitlines(True) for tree in (before, after))
        for line in difflib.ndiff(old, new):
            if line[:2] in ("- ", "+ "):
                found.append((line[0], line[2:].rstrip("\r\n").strip()))
    return found


def there_and_back(folder: Folder) -> Tuple[List[Tuple[str, str]], Any]:
    """The changed lines and the plan, after a second run that changes nothing and a roll-back to the same bytes."""
    before = folder.content()
    plan = folder.rewrite()
    after = folder.content()
    assert folder.rewrite().files == []
    assert folder.content() == after
    restored = folder.roll_back()
    assert all(one.exact for one in restored)
    assert folder.content() == before
    assert folder.roll_back() == []
    return changed_lines(before, after), plan


DEPLOYMENT = """\
# the shop
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      containers:
        - name: web
          image: &web "nginx:1.25"   # keep this
        - {name: side, image: quay.io/a/side:1, env: [{name: RELATED_IMAGE_X, value: "quay.io/a/x:1"}]}
      initContainers:
        - name: init
          image: *web
        - name: folded
          image: >-
            quay.io/a/folded@DIGEST
      volumes:
        - name: models
          image:
            reference: 'quay.io/a/models:1'
---
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
spec: {image: "quay.io/prometheus/prometheus:v3", thanos: {image: quay.io/thanos/thanos:v0.1}}
""".replace("DIGEST", DIGEST)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_manifests(folder: Folder, newline: str, start: str) -> None:
    folder.write("deploy.yaml", (start + DEPLOYMENT).replace("\n", newline))
    assert folder.images() == [
        "nginx:1.25",
        "quay.io/a/side:1",
        "quay.io/a/x:1",
        "nginx:1.25",
        "quay.io/a/folded@" + DIGEST,
        "quay.io/a/models:1",
        "quay.io/prometheus/prometheus:v3",
        "quay.io/thanos/thanos:v0.1",
    ]
    lines, plan = there_and_back(folder)
    assert [line for sign, line in lines if sign == "+"] == [
        'image: &web "swr.example.com/shop/nginx:1.25"   # keep this',
        '- {name: side, image: swr.example.com/shop/side:1, env: [{name: RELATED_IMAGE_X, value: "quay.io/a/x:1"}]}',
        "swr.example.com/shop/folded@" + DIGEST,
        "reference: 'swr.example.com/shop/models:1'",
        'spec: {image: "swr.example.com/shop/prometheus:v3", thanos: {image: swr.example.com/shop/thanos:v0.1}}',
    ]
    assert [(reference.use.image, reason) for reference, reason in plan.left] == [
        ("quay.io/a/x:1", "it is only mentioned: check whether a program uses it")
    ]


def test_where_a_reference_is(folder: Folder) -> None:
    folder.write("a/deploy.yaml", DEPLOYMENT)
    use = folder.scan().references[3].use
    assert (use.owner, use.container, use.path) == (
        "Deployment shop/web",
        "init",
        "spec.template.spec.initContainers[0].image",
    )
    assert (use.line, use.column, use.kind) == (10, 24, "init_container")
    assert use.source.endswith("tree/a/deploy.yaml")


LIST = (
    '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": '
    '[{"name": "a", "image": "quay.io\\/a\\/b:1"}]}}]}\n'
)


def test_lists_json_and_custom_fields(folder: Folder) -> None:
    folder.fields = {"Widget": ["spec.parts[].picture"]}
    folder.write("all.json", LIST)
    folder.write("widget.yml", "apiVersion: x/v1\nkind: Widget\nspec: {parts: [{picture: quay.io/a/w:1}]}\n")
    folder.write(
        "disk.yaml", "apiVersion: x/v1\nkind: DataVolume\nspec: {source: {registry: {url: docker://quay.io/a/d:1}}}\n"
    )
    lines, _plan = there_and_back(folder)
    assert [line for sign, line in lines if sign == "+"] == [
        LIST.replace("quay.io\\/a\\/b", "swr.example.com/shop/b").strip(),
        "spec: {source: {registry: {url: docker://swr.example.com/shop/d:1}}}",
        "spec: {parts: [{picture: swr.example.com/shop/w:1}]}",
    ]


def test_keys_that_are_written_twice_are_both_changed(folder: Folder) -> None:
    folder.write("pod.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: a/b:1\n    image: a/c:1\n")
    lines, _plan = there_and_back(folder)
    assert [line for sign, line in lines if sign == "+"] == [
        "- image: swr.example.com/shop/b:1",
        "image: swr.example.com/shop/c:1",
    ]
    assert folder.scan().warnings[0].endswith("pod.yaml: a key is written twice; YAML takes the last one")


COMPOSE = """\
x-base: &base
  image: "redis:7"
services:
  cache:
    <<: *base
  web:
    image: ${REGISTRY:-docker.io}/library/nginx:${TAG}   # two variables
  api:
    image: ${API}
  worker:
    image: "${WORKER:-quay.io/a/worker:1}"
  built:
    image: quay.io/a/built:1
    build:
      context: .
      cache_from: ["type=registry,ref=quay.io/a/cache:1"]
      additional_contexts: [base=docker-image://quay.io/a/base:1]
  unknown:
    image: ${ELSEWHERE}/app:1
  disk:
    image: !override quay.io/a/disk
    volumes:
      - {type: image, source: quay.io/a/volume:1, target: /data}
"""


def test_compose(folder: Folder) -> None:
    folder.write("compose.yaml", COMPOSE)
    folder.write(".env", "# values\nTAG=1.25\nexport API='quay.io/a/api:1'\n")
    lines, plan = there_and_back(folder)
    assert [line for sign, line in lines if sign == "+"] == [
        "export API='swr.example.com/shop/api:1'",
        'image: "swr.example.com/shop/redis:7"',
        "image: ${REGISTRY:-swr.example.com}/shop/nginx:${TAG}   # two variables",
        'image: "${WORKER:-swr.example.com/shop/worker:1}"',
        'cache_from: ["type=registry,ref=swr.example.com/shop/cache:1"]',
        "additional_contexts: [base=docker-image://swr.example.com/shop/base:1]",
        "image: !override swr.example.com/shop/disk",
        "- {type: image, source: swr.example.com/shop/volume:1, target: /data}",
    ]
    assert [(reference.use.owner, reason) for reference, reason in plan.left] == [
        ("service built", "it is built here, and pushed under this name")
    ]
    reasons = {reference.use.owner: reference.use.reason for reference in folder.scan().references}
    assert reasons["service unknown"] == "it contains a variable whose value is not known here"
    assert reasons["service api"] == "a value of API in the environment wins"


def test_a_link_beside_a_compose_file_is_not_followed(folder: Folder) -> None:
    folder.write("compose.yaml", "services: {a: {image: '${A}'}}\n")
    (folder.path.parent / "shared.env").write_text("A=quay.io/a/b:1\n", encoding="utf-8")
    (folder.path / ".env").symlink_to(folder.path.parent / "shared.env")
    assert folder.rewrite().files == []
    assert folder.scan().references[0].use.reason == "it contains a variable whose value is not known here"


def test_one_variable_for_two_images_is_not_changed(folder: Folder) -> None:
    folder.write(
        "compose.yaml",
        "services:\n  a: {image: '${ORG}/a:1'}\n  b: {image: '${ORG}/b:1'}\n  c: {image: '${ORG}/c/d:1'}\n",
    )
    folder.write(".env", "ORG=quay.io\n")

    def mapping(image: Any, _any_tag: bool) -> Any:
        return None if image.path.startswith("c/") or image.registry == SWR else to_swr_below(image)

    assert folder.plan(mapping).files == []
    assert {reason for _reference, reason in folder.plan(mapping).left} == {
        "service c uses the same value, and would need another one"
    }


def to_swr_below(image: Any) -> Any:
    return type(image)(SWR, image.path, image.tag)


def test_kustomize_changes_the_entries_that_exist(folder: Folder) -> None:
    folder.write("base/deploy.yaml", DEPLOYMENT)
    folder.write("base/kustomization.yaml", "resources: [deploy.yaml]\n")
    folder.write(
        "overlay/kustomization.yml",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../base]\nimages:\n"
        '- name: nginx # ours\n  newTag: "9"\n- {name: quay.io/a/side, newName: quay.io/b/side, newTag: 1.10}\n'
        "- name: quay.io/a/remote\n",
    )
    lines, plan = there_and_back(folder)
    added = [line for sign, line in lines if sign == "+"]
    assert added[-3:] == [
        "newName: swr.example.com/shop/nginx",
        "- {name: quay.io/a/side, newName: swr.example.com/shop/side, newTag: 1.10}",
        "newName: swr.example.com/shop/remote",
    ]
    assert not any("nginx:1.25" in line or "a/side:1" in line for sign, line in lines if sign == "+")
    assert any(reason.endswith("replaces it (images), and is changed instead") for _reference, reason in plan.left)


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        ("", "images:\n- name: nginx\n  newName: {0}/nginx\n- name: redis\n  newName: {0}/redis\n"),
        ("images:\n", "images:\n- name: nginx\n  newName: {0}/nginx\n- name: redis\n  newName: {0}/redis\n"),
        ("images: []\n", "images: [{{name: nginx, newName: {0}/nginx}}, {{name: redis, newName: {0}/redis}}, ]\n"),
        (
            "images: [{name: a/b, newTag: '1'}]\n",
            (
                "images: [{{name: nginx, newName: {0}/nginx}}, {{name: redis, newName: {0}/redis}}, "
                "{{name: a/b, newName: {0}/b, newTag: '1'}}]\n"
            ),
        ),
        (
            "images:\n  # ours\n  - name: a/b\n    newTag: '1'\n",
            (
                "images:\n  # ours\n  - name: nginx\n    newName: {0}/nginx\n  - name: redis\n    newName: {0}/redis\n"
                "  - name: a/b\n    newName: {0}/b\n    newTag: '1'\n"
            ),
        ),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_overlay_without_an_entry_gets_one(folder: Folder, images: str, expected: str, newline: str) -> None:
    pod = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: nginx}, {name: b, image: 'redis:7'}]}\n"
    folder.write("base/pod.yaml", pod)
    folder.write("base/kustomization.yaml", "resources: [pod.yaml]\n")
    folder.write(
        "one/kustomization.yaml", "resources: [../base]\nimages: [{name: nginx, newTag: '9'}, {name: redis}]\n"
    )
    start = "kind: Kustomization\n"
    end = "resources: [../base, 'https://example.com/x.yaml']\n"
    folder.write("two/kustomization.yaml", (start + images + end).replace("\n", newline))
    before = folder.content()
    plan = folder.rewrite()
    assert plan.left == []
    assert folder.text("base/pod.yaml") == pod
    new = (start + expected.format("swr.example.com/shop") + end).replace("\n", newline)
    assert folder.text("two/kustomization.yaml") == new
    assert folder.rewrite().files == []
    folder.write("two/kustomization.yaml", new.replace("x.yaml", "y.yaml"))
    folder.roll_back()
    assert folder.text("two/kustomization.yaml") == before["two/kustomization.yaml"].decode().replace(
        "x.yaml", "y.yaml"
    )
    assert "https://example.com/y.yaml is fetched from elsewhere" in [item.reason for item in folder.scan().skipped]


def test_a_kustomization_in_braces_is_named(folder: Folder) -> None:
    folder.write("base/pod.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: nginx}]}\n")
    folder.write("base/kustomization.yaml", "resources: [pod.yaml]\n")
    folder.write("one/kustomization.yaml", "resources: [../base]\nimages: [{name: nginx, newTag: '9'}]\n")
    folder.write("two/kustomization.yaml", "{resources: [../base]}\n")
    plan = folder.plan()
    assert [file.source.path.rpartition("/")[0].rpartition("/")[2] for file in plan.files] == ["one"]
    assert plan.left[0][1].endswith("two/kustomization.yaml is written in braces: add nginx to its images")


VALUES = """\
# defaults
image:
  registry: docker.io
  repository: bitnami/redis
  tag: 7.2.4-debian-12
  digest: ""
metrics:
  image: {registry: quay.io, repository: prometheus/exporter, tag: "1.10"}
sidecar: {image: quay.io/a/sidecar:1}
legacy:
  image: quay.io/a/legacy
  imageTag: 2
proxyImage:
  name: quay.io/a/proxy
  version: v1
repository: https://git.example.com/a/b
showImage: true
heroImage: pages/hero.png
"""


def test_helm_values(folder: Folder) -> None:
    folder.write("values-prod.yaml", VALUES)
    lines, plan = there_and_back(folder)
    assert [line for sign, line in lines if sign == "+"] == [
        "global:",
        "security:",
        "allowInsecureImages: true",
        "registry: swr.example.com",
        "repository: shop/redis",
        'image: {registry: swr.example.com, repository: shop/exporter, tag: "1.10"}',
        "sidecar: {image: swr.example.com/shop/sidecar:1}",
        "image: swr.example.com/shop/legacy",
        "name: swr.example.com/shop/proxy",
    ]
    assert plan.left == []
    assert "charts of Bitnami refuse" in folder.scan().references[0].use.reason


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("global:\n  a: 1\n", "global:\n  security:\n    allowInsecureImages: true\n  a: 1\n"),
        ("global: {}\n", "global: {security: {allowInsecureImages: true}}\n"),
        ("global: {a: 1}\n", "global: {security: {allowInsecureImages: true}, a: 1}\n"),
        ("global:\n", "global: {security: {allowInsecureImages: true}}\n"),
        (
            "global:\n  security:\n    allowInsecureImages: false\n",
            "global:\n  security:\n    allowInsecureImages: true\n",
        ),
        ("global: {security: {allowInsecureImages: true}}\n", "global: {security: {allowInsecureImages: true}}\n"),
    ],
)
def test_charts_of_bitnami_must_be_told(folder: Folder, before: str, after: str) -> None:
    image = "image: {registry: docker.io, repository: bitnami/redis, tag: '7'}\n"
    folder.write("values.yaml", before + image)
    folder.rewrite()
    assert folder.text("values.yaml").startswith(after)
    folder.roll_back()
    assert folder.text("values.yaml") == before + image


def test_values_of_a_chart_say_more_than_those_of_a_user(folder: Folder) -> None:
    values = "image: {repository: a/app}\nredis: {image: {repository: a/redis, tag: '7'}}\n"
    folder.write("chart/values.yaml", values)
    folder.write("chart/Chart.yaml", "name: app\nappVersion: '1.5'\ndependencies: [{name: x, alias: redis}]\n")
    folder.write("chart/templates/deploy.yaml", "image: {{ .Values.image }}\n")
    folder.write("chart/charts/sub-1.tgz", b"\x1f\x8b")
    folder.write("values.yaml", values)
    lines, plan = there_and_back(folder)
    assert [line for sign, line in lines if sign == "+"] == ["image: {repository: swr.example.com/shop/app}"]
    assert len(plan.left) == 3
    assert all("may put a registry of its own before it" in reason for _reference, reason in plan.left)
    assert {item.name.rpartition("/")[2]: item.reason for item in folder.scan().skipped} == {
        "deploy.yaml": "it is a template",
        "sub-1.tgz": "it is a packaged chart",
    }


def test_a_tag_changes_where_it_is_written(folder: Folder) -> None:
    folder.write("values.yaml", "a: {image: 'quay.io/a/b:1'}\nb: {image: {repository: quay.io/a/b, tag: 1}}\n")
    folder.write("other-values.yaml", "image: {repository: quay.io/a/b}\n")
    plan = folder.rewrite(lambda image, any_tag: type(image)(SWR, "shop/b", "2") if image.registry != SWR else None)
    assert folder.text("values.yaml") == (
        "a: {image: 'swr.example.com/shop/b:2'}\nb: {image: {repository: swr.example.com/shop/b, tag: \"2\"}}\n"
    )
    assert [reason for _reference, reason in plan.left] == ["its tag would change, and is not in this file"]


def test_a_digest_changes_where_it_is_written(folder: Folder) -> None:
    folder.write(
        "values.yaml",
        "a: {{image: {{repository: quay.io/a/b, digest: '{0}', tag: '1'}}}}\n"
        "b: {{image: {{repository: quay.io/a/b, sha: {1}}}}}\n"
        "c: {{image: {{repository: quay.io/a/b, tag: '1@{0}'}}}}\n".format(DIGEST, DIGEST[7:]),
    )
    new = "sha256:" + "f" * 64
    folder.rewrite(lambda image, any_tag: type(image)(SWR, "shop/b", image.tag, new) if image.registry != SWR else None)
    assert folder.text("values.yaml") == (
        "a: {{image: {{repository: swr.example.com/shop/b, digest: '{0}', tag: '1'}}}}\n"
        "b: {{image: {{repository: swr.example.com/shop/b, sha: {1}}}}}\n"
        "c: {{image: {{repository: swr.example.com/shop/b, tag: '1@{0}'}}}}\n".format(new, new[7:])
    )
    folder.roll_back()
    plan = folder.plan(lambda image, any_tag: type(image)(SWR, "shop/b", image.tag))
    assert plan.files == []
    assert {reason for _reference, reason in plan.left} >= {"its digest at the target is not known"}


def test_a_global_registry_is_changed_if_all_images_agree(folder: Folder) -> None:
    folder.write(
        "values.yaml",
        "global: {imageRegistry: quay.io}\na: {image: {repository: x/a, tag: '1'}}\n"
        "b: {image: {registry: docker.io, repository: x/b, tag: '1'}}\n",
    )
    assert folder.images() == ["quay.io/x/a:1", "quay.io/x/b:1"]
    lines, _plan = there_and_back(folder)
    assert [line for sign, line in lines if sign == "+"] == [
        "global: {imageRegistry: swr.example.com}",
        "a: {image: {repository: shop/a, tag: '1'}}",
        "b: {image: {registry: docker.io, repository: shop/b, tag: '1'}}",
    ]
    only_a = folder.plan(lambda image, _any: to_swr_below(image) if image.path == "x/a" else None)
    assert only_a.files == []


RELEASES = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: app}
spec:
  values:
    image: {repository: quay.io/a/app, tag: "1"}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: app}
spec:
  source:
    helm:
      values: |
        # inside
        image:
          repository: quay.io/a/inner
          tag: '1'
      parameters:
        - {name: web.image.repository, value: quay.io/a/web}
        - {name: web.image.tag, value: "2"}
    kustomize:
      images:
        - nginx=quay.io/a/nginx:1
---
apiVersion: helm.cattle.io/v1
kind: HelmChart
spec:
  valuesContent: |-
      image:
        registry: quay.io
        repository: a/k3s
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
spec:
  images:
    - name: quay.io/a/flux
      newTag: "3"
  patches:
    - patch: |
        - op: replace
          path: /spec/containers/0/image
          value: quay.io/a/patch:1
---
apiVersion: v1
kind: ConfigMap
metadata: {name: operator}
data:
  pod.yaml: |
    image: quay.io/a/mentioned:1
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_values_inside_of_other_objects(folder: Folder, newline: str) -> None:
    folder.write("releases.yaml", RELEASES.replace("\n", newline))
    lines, plan = there_and_back(folder)
    assert [line for sign, line in lines if sign == "+"] == [
        'image: {repository: swr.example.com/shop/app, tag: "1"}',
        "repository: swr.example.com/shop/inner",
        "- {name: web.image.repository, value: swr.example.com/shop/web}",
        "- nginx=swr.example.com/shop/nginx:1",
        "registry: swr.example.com",
        "repository: shop/k3s",
        "newName: swr.example.com/shop/flux",
        "value: swr.example.com/shop/patch:1",
    ]
    assert [reference.use.image for reference, _reason in plan.left] == ["quay.io/a/mentioned:1"]


def test_what_cannot_be_evaluated_is_listed(folder: Folder) -> None:
    folder.write("a.yaml.j2", "image: x\n")
    folder.write("b.yaml", "kind: x\nimage: {{ x }}\n")
    folder.write("c.yaml", "image: [x\n")
    folder.write("d.yaml", b"image: \xff\n")
    folder.write("e.yaml", 'apiVersion: v1\nkind: Pod\nspec: {containers: [{image: "{{ a }}:{{ b }}"}]}\n')
    folder.write("f.yaml", "image: &a [*a]\n")
    folder.write("i.yaml", "image: &a x\nb: &a x\n")
    (folder.path / "g.yaml").symlink_to(folder.path / "e.yaml")
    (folder.path / "loop").symlink_to(folder.path)
    folder.write("none.yaml", "a: b\n")
    folder.write(".git/h.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: a}]}\n")
    scan = folder.scan()
    assert {item.name.rpartition("/")[2]: item.reason for item in scan.skipped} == {
        "a.yaml.j2": "it is a template",
        "b.yaml": "it is a template",
        "c.yaml": "line 2 is not YAML",
        "d.yaml": "it is not UTF-8",
        "i.yaml": "line 2 has an anchor that is written twice: rename one",
        "f.yaml": "an alias refers to a value that contains it",
        "g.yaml": "it is a symbolic link",
    }
    assert [(one.use.image, one.use.reason) for one in scan.references] == [("{{ a }}:{{ b }}", "it is a template")]
    assert folder.plan().files == []

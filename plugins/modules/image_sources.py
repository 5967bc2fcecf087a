#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_sources
short_description: Find the images that files of Kubernetes, Helm, Kustomize and Compose use
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Reads folders, such as the checkout of a GitOps repository, and returns every image reference with its file, line
    and user.
  - With O(target), it also returns rules that copy these images there with M(longshore.swr.image_copy), and the part of
    the rules that image-migrator takes as C(images.json).
  - A repository at the target has the last part of the source's path as its name. Where two sources would meet, both
    keep more of their paths, and the registry too if the paths are equal, so V(quay.io/a/app) and V(ghcr.io/b/app)
    become V(a/app) and V(b/app). Images that are at the target already get no rule.
  - M(longshore.swr.image_references) changes the references.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
  - longshore.swr.image_files
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - O(dest) may have many thousands of lines. RV(images_json) has its content.
  idempotent:
    support: full
  platform:
    platforms: posix
options:
  paths:
    description:
      - Files and folders. Folders are read with everything below them.
      - Symbolic links below a folder are not followed. Folders of version control (C(.git), C(.hg), C(.svn)) and
        C(node_modules) are left out.
    type: list
    elements: path
    required: true
  target:
    description:
      - The registry and the organization that the images are copied to, as in
        V(swr.cn-north-4.myhuaweicloud.com/shop). It is the C(-t) of C(image-migrator config).
      - Without it there are no rules.
    type: str
  dest:
    description:
      - The path of the C(images.json) to write. Requires O(target).
    type: path
seealso:
  - module: longshore.swr.image_references
  - module: longshore.swr.image_copy
"""

EXAMPLES = r"""
- name: List the images of a GitOps repository
  longshore.swr.image_sources:
    paths: [/srv/gitops]
    exclude: [docs, "*/examples"]
  register: used

- name: Show who uses what
  ansible.builtin.debug:
    var: used.images

- name: Find the images, and where to copy them
  longshore.swr.image_sources:
    paths: [/srv/gitops]
    target: swr.cn-north-4.myhuaweicloud.com/shop
    dest: images.json
  register: found

- name: Copy them
  longshore.swr.image_copy:
    images: "{{ found.rules }}"
    auth_file: auth.json
    report_path: report.json
  when: found.rules | length > 0

- name: Find the images of a custom resource, too
  longshore.swr.image_sources:
    paths: [/srv/gitops]
    resource_fields:
      Widget: ["spec.parts[].picture"]
"""

RETURN = r"""
msg:
  description: One-line summary.
  returned: always
  type: str
  sample: 12 images in 31 references, in 14 files; 11 to copy, 3 files not evaluated
images:
  description: Each image, in full, once.
  returned: success
  type: list
  elements: dict
  contains:
    image:
      description: The image.
      type: str
      sample: docker.io/library/nginx:1.27
    destination:
      description: Where its rule copies it; empty without one.
      type: str
      sample: swr.cn-north-4.myhuaweicloud.com/shop/nginx:1.27
    used_by:
      description: The files, with what uses it in them.
      type: list
      elements: str
      sample: ["/srv/gitops/web.yaml: Deployment shop/web"]
rules:
  description: The rules, sources to destinations, as O(longshore.swr.image_copy#module:images) takes them.
  returned: success
  type: dict
  sample: {"docker.io/library/nginx:1.27": "swr.cn-north-4.myhuaweicloud.com/shop/nginx:1.27"}
images_json:
  description: Those of the rules that image-migrator takes, too.
  returned: success
  type: dict
  sample: {"docker.io/library/nginx:1.27": "swr.cn-north-4.myhuaweicloud.com/shop/nginx:1.27"}
not_in_images_json:
  description: Images that have a rule, but none that image-migrator takes, such as those with a digest.
  returned: success
  type: list
  elements: dict
  contains:
    image:
      description: The image.
      type: str
      sample: registry.k8s.io/pause:3.10
    reason:
      description: Why it takes none.
      type: str
      sample: image-migrator needs registry/namespace/repository
kustomize_component:
  description:
    - The text of a component of Kustomize that renames the images of RV(rules), in every spelling of their names. It is
      for kustomizations that fetch manifests from elsewhere; others are changed by M(longshore.swr.image_references).
    - Repositories with images that are pinned to a digest are left out.
  returned: success
  type: str
  sample: |
    apiVersion: kustomize.config.k8s.io/v1alpha1
    kind: Component
    images:
      - name: nginx
        newName: swr.cn-north-4.myhuaweicloud.com/shop/nginx
problems:
  description: References that are not images, and images that cannot get a name in SWR.
  returned: success
  type: list
  elements: dict
  contains:
    image:
      description: What is written.
      type: str
      sample: ${REGISTRY}/app:1
    source:
      description: The file, or who uses it.
      type: str
      sample: /srv/gitops/compose.yaml
    reason:
      description: What is wrong.
      type: str
      sample: it contains a variable whose value is not known here
references:
  description: The references, 500 at most.
  returned: success
  type: list
  elements: dict
  contains:
    file:
      description: The file.
      type: str
      sample: /srv/gitops/web.yaml
    line:
      description: The line, from 1.
      type: int
      sample: 12
    column:
      description: The column, from 1.
      type: int
      sample: 18
    owner:
      description: What uses the image.
      type: str
      sample: Deployment shop/web
    path:
      description: The place in the document.
      type: str
      sample: spec.template.spec.containers[0].image
    container:
      description: The name of the container, if it is in one.
      type: str
      sample: web
    kind:
      description:
        - V(container), V(init_container), V(ephemeral_container), V(image_volume), V(resource_field),
          V(compose_service), V(compose_build), V(compose_built), V(compose_volume), V(kustomize_image),
          V(helm_value), or V(mention).
        - V(mention) is an environment variable, an argument or a text in a config map, which is never changed, and
          V(compose_built) is the result of a build or its cache. Neither gets a rule.
      type: str
      sample: container
    image:
      description: The image as written, with variables replaced where their values are known.
      type: str
      sample: nginx:1.27
    editable:
      description: Whether M(longshore.swr.image_references) may change it.
      type: bool
    note:
      description: Why it may not, or what to know about it.
      type: str
      sample: a value of TAG in the environment wins
references_total:
  description: The number of references.
  returned: success
  type: int
  sample: 31
not_evaluated:
  description: Files that may have references but were not evaluated, 500 at most.
  returned: success
  type: list
  elements: dict
  contains:
    file:
      description: The file.
      type: str
      sample: /srv/gitops/chart/templates/web.yaml
    reason:
      description: Why not.
      type: str
      sample: it is a template
not_evaluated_total:
  description: Their number.
  returned: success
  type: int
  sample: 3
dest:
  description: The path of C(images.json).
  returned: when O(dest) is set
  type: str
  sample: images.json
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors, require, show_warnings
from ansible_collections.longshore.swr.plugins.module_utils._workloads.files.job import SCAN, run_discovery
from ansible_collections.longshore.swr.plugins.module_utils._workloads.files.yaml_text import YAML_IMPORT_ERROR


@reports_errors
def run(module):
    require(module, "PyYAML", YAML_IMPORT_ERROR)
    return show_warnings(module, run_discovery(module.params, module.check_mode))


def main():
    module = AnsibleModule(
        argument_spec={
            "paths": {"type": "list", "elements": "path", "required": True},
            "target": {"type": "str"},
            "dest": {"type": "path"},
            **SCAN,
        },
        supports_check_mode=True,
    )
    run(module)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_info
short_description: Inspect images, repositories and container registries
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Returns whether images exist, with their digest, size, platforms, layers, configuration and annotations.
    Lists the tags of repositories and the repositories of registries.
  - Works with registries that speak the Registry HTTP API V2, such as Huawei Cloud SWR, Docker Hub and Harbor.
    Layers are not read.
  - An image that does not exist is not a failure. One that cannot be inspected is, because the registry cannot be
    reached or refuses. The others are still inspected and returned, and the task fails at the end.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
  - longshore.swr.registry
  - longshore.swr.registry.limits
attributes:
  check_mode:
    support: full
    details:
      - Never changes anything.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  images:
    description:
      - Image references, each with a tag or a digest, as in V(registry/namespace/repository:tag) or
        V(registry/namespace/repository@sha256:digest). Without a registry, Docker Hub is meant.
      - Images in archives, layouts and daemons are written like sources of M(longshore.swr.image_copy), for example
        V(docker-archive:path:name:tag). In a Docker archive or a daemon all layers are read, because the digest is
        that of the compressed image.
    type: list
    elements: str
    default: []
  repositories:
    description:
      - Repositories whose tags to list, as in V(registry/namespace/repository).
    type: list
    elements: str
    default: []
  registries:
    description:
      - Registries whose repositories to list, as in V(registry.example.com:5000).
      - SWR and Docker Hub do not support this, which is a failure. Others allow it for administrators only.
    type: list
    elements: str
    default: []
  detail:
    description:
      - How much to return about O(images).
      - V(presence) takes one request per image, and returns the digest and media type.
      - V(manifest) adds the content of the manifest.
      - V(full) adds the child images of multi-platform images, and the configurations.
    type: str
    choices: [presence, manifest, full]
    default: full
  tag_digests:
    description:
      - Whether to look up the digest of each tag of O(repositories). This takes one request per tag.
    type: bool
    default: false
  environment_values:
    description:
      - Whether to return the values of the environment variables set in images, not only their names.
      - Builds often leave passwords there, and results are shown and logged.
    type: bool
    default: false
seealso:
  - module: longshore.swr.image_copy
  - module: longshore.swr.image_verify
"""

EXAMPLES = r"""
- name: Inspect an image
  longshore.swr.image_info:
    images:
      - quay.io/prometheus/node-exporter:v1.8.2
  delegate_to: localhost
  register: found

- name: Show its digest and platforms
  ansible.builtin.debug:
    msg: "{{ found.images[0].digest }} for {{ found.images[0].platforms | join(', ') }}"

- name: Create an SWR login from an access key
  longshore.swr.login_token:
    region: cn-north-4
  delegate_to: localhost
  register: swr

- name: Look up the images of a deployment in SWR
  longshore.swr.image_info:
    images:
      - "{{ swr.registry }}/shop/cart:1.4"
      - "{{ swr.registry }}/shop/pay:2.0"
    detail: presence
    auth: "{{ swr.auth }}"
  delegate_to: localhost
  register: deployment

- name: Stop before the deployment if an image is missing
  ansible.builtin.assert:
    that: deployment.images | rejectattr('exists') | list | length == 0
    fail_msg: "{{ deployment.images | rejectattr('exists') | map(attribute='image') | join(', ') }}"

- name: List tags with their digests
  longshore.swr.image_info:
    repositories:
      - "{{ swr.registry }}/shop/cart"
    tag_digests: true
    auth: "{{ swr.auth }}"
  delegate_to: localhost
  register: cart

- name: List all repositories of a registry
  longshore.swr.image_info:
    registries:
      - registry.example.com:5000
    auth_file: auth.json
  delegate_to: localhost
  register: catalog
"""

RETURN = r"""
msg:
  description: One-line summary.
  returned: always
  type: str
  sample: Inspected 4
images:
  description: One entry for each of O(images), in their order.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    image:
      description: The reference as given.
      type: str
      sample: nginx:1.27
    reference:
      description: The full reference.
      type: str
      sample: docker.io/library/nginx:1.27
    exists:
      description: Whether the registry has the image. Missing if that could not be determined.
      type: bool
      sample: true
    digest:
      description: The digest of the manifest.
      type: str
      sample: sha256:6af79ae5de407283dcea8b00d5c37ace95441fd58a8b1d2aa1ed93f5511bb18c
    media_type:
      description: The media type of the manifest.
      type: str
      sample: application/vnd.oci.image.index.v1+json
    artifact_type:
      description: The type of artifact, if the manifest states one.
      type: str
      sample: application/vnd.cncf.helm.config.v1+json
    annotations:
      description: The annotations of the manifest.
      type: dict
      sample: {"org.opencontainers.image.version": "1.27.0"}
    platforms:
      description:
        - The image's platforms. Attestations, which have none, do not count.
          With O(detail=manifest) the list is empty for a single-platform image.
      type: list
      elements: str
      sample: [linux/amd64, linux/arm/v7]
    size:
      description:
        - Size in bytes of the configurations and layers as stored in the registry, each counted once.
          For multi-platform images only with O(detail=full).
      type: int
      sample: 72950530
    layers:
      description:
        - The layers of a single-platform image, lowest first. C(foreign) marks a layer that is stored elsewhere.
        - For an index, the layers that it lists itself, as in the cache of a BuildKit build.
      type: list
      elements: dict
      sample:
        - digest: sha256:2d429b9e73a6cf90a5bb85105c8118b30a1b2deedeae3ea9587055ffcb80eb45
          media_type: application/vnd.oci.image.layer.v1.tar+gzip
          size: 29126484
    config:
      description:
        - The configuration of a single-platform image, with the keys that are set - C(os), C(os_version),
          C(architecture), C(variant), C(created), C(author), C(labels), C(user), C(working_directory), C(entrypoint),
          C(command), C(exposed_ports), C(volumes), and C(digest), the digest of the configuration itself.
        - C(environment) maps the names of environment variables to V(null), or to their values with
          O(environment_values=true).
      type: dict
      sample: {"os": "linux", "architecture": "amd64", "environment": {"PATH": null}, "user": "nobody"}
    children:
      description:
        - The child images of a multi-platform image, with their C(digest), C(media_type), C(manifest_size),
          C(annotations) and C(platforms).
        - With O(detail=full) each also has C(exists), because a registry may lack some of them, and the keys of a
          single-platform image.
      type: list
      elements: dict
    error:
      description: Why it could not be inspected.
      type: str
      sample: 'registry.example.com/team/app:1.0: cannot read the manifest (HTTP 403, DENIED)'
repositories:
  description: One entry for each of O(repositories), in their order.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    repository:
      description: The name as given.
      type: str
      sample: nginx
    reference:
      description: The full name.
      type: str
      sample: docker.io/library/nginx
    exists:
      description: Whether the repository has tags. SWR does not distinguish an empty repository from a missing one.
      type: bool
      sample: true
    tags:
      description: The tags, in the registry's order.
      type: list
      elements: str
      sample: ["1.26", "1.27"]
    digests:
      description: The digest of each tag, with O(tag_digests=true).
      type: dict
      sample: {"1.27": "sha256:6af79ae5de407283dcea8b00d5c37ace95441fd58a8b1d2aa1ed93f5511bb18c"}
    invalid:
      description: Invalid tags that the registry lists. Only set if there are any.
      type: list
      elements: str
      sample: ["sha256:6af79ae5de407283dcea8b00d5c37ace95441fd58a8b1d2aa1ed93f5511bb18c"]
    error:
      description: Why it could not be listed.
      type: str
      sample: 'registry.example.com/team/app: cannot list the tags (HTTP 403, DENIED)'
registries:
  description: One entry for each of O(registries), in their order.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    registry:
      description: The name as given.
      type: str
      sample: registry.example.com:5000
    repositories:
      description: The full names of the repositories, as O(repositories) takes them.
      type: list
      elements: str
      sample: ["registry.example.com:5000/team/app"]
    invalid:
      description: Invalid repository names that the registry lists. Only set if there are any.
      type: list
      elements: str
      sample: ["team/MyApp"]
    error:
      description: Why it could not be listed.
      type: str
      sample: 'registry.example.com:5000: cannot list the repositories (HTTP 404)'
failures:
  description: Images, repositories and registries that could not be inspected, 50 at most.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    name:
      description: The image, repository or registry as given.
      type: str
      sample: registry.example.com/team/app:1.0
    error:
      description: What failed, with the server's error code and a hint.
      type: str
      sample: 'registry.example.com/team/app:1.0: cannot read the manifest (HTTP 403, DENIED)'
    hint:
      description: How to fix it.
      type: str
      sample: Check that the user of this registry's auth entry may do this in this repository.
failures_truncated:
  description: Number of further failures. Every entry above has its own C(error).
  returned: when options are valid
  type: int
  sample: 0
requests:
  description: Number of requests.
  returned: when options are valid
  type: dict
  contains:
    total:
      description: Total.
      type: int
      sample: 5
    by_registry:
      description: By registry and kind.
      type: dict
      sample: {"quay.io": {"blob_get": 3, "manifest_get": 4}}
error:
  description: The parts of the error, as far as they are known.
  returned: when the task could not start
  type: dict
  contains:
    what:
      description: Every problem.
      type: str
      sample: 'images: item 1: "team/app": it has neither a tag nor a digest: write repository:tag'
    where:
      description: The option or file.
      type: str
      sample: workers
    hint:
      description: How to fix it.
      type: str
      sample: Give a number from 1 to 1000.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._arguments import Arguments
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors, run_helper, show_warnings
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.arguments import (
    CONNECTION,
    LOGIN,
    check_numbers,
    keep_readable,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.inspect import run_info
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.settings import InfoSettings

OWN = Arguments(
    {
        "images": {"type": "list", "elements": "str", "default": []},
        "repositories": {"type": "list", "elements": "str", "default": []},
        "registries": {"type": "list", "elements": "str", "default": []},
        "detail": {"type": "str", "choices": ["presence", "manifest", "full"], "default": InfoSettings.detail},
        "tag_digests": {"type": "bool", "default": InfoSettings.tag_digests},
        "environment_values": {"type": "bool", "default": InfoSettings.environment_values},
    }
)
ARGUMENTS = LOGIN + CONNECTION + OWN


@reports_errors
def run(module):
    """The findings, as the module's result."""
    check_numbers(module.params)
    return show_warnings(module, run_info(module.params, os.environ, run_helper))


def main():
    module = AnsibleModule(supports_check_mode=True, **ARGUMENTS.kwargs())
    keep_readable(module)
    run(module)


if __name__ == "__main__":
    main()

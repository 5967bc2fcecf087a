#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: workload_images
short_description: Find the images that the workloads of a Kubernetes cluster use
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Reads every object with a pod template - Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job,
    CronJob, Pod and PodTemplate - with init, sidecar and ephemeral containers and image volumes.
  - Reads custom resources too. Any list of C(containers) in them counts, at any depth, which covers Argo Rollouts,
    Knative, OpenKruise, JobSet and many others. The fields of Tekton, Argo Workflows, KubeVirt, CloudNativePG and the
    operators for Prometheus, Spark, Flink and PostgreSQL are known. Add more with O(resource_fields) and
    O(custom_images).
  - Says of each image where it is written, which object controls that one, what manages it (Helm, Argo CD, Flux, an
    operator or kubectl), and the digest that its pods run.
  - With O(target), it also returns rules that copy these images there with M(longshore.swr.image_copy), and the part of
    the rules that image-migrator takes as C(images.json). C(-k), C(-n) and C(-t) of C(image-migrator config) are
    O(kubeconfig), O(namespaces) and O(target). Names at the target are as in M(longshore.swr.image_sources).
  - Lists are read in pages. What the user may not read is listed in RV(unread). If the API server fails or the login
    expires meanwhile, the task fails and RV(missing) says what was not read.
extends_documentation_fragment:
  - longshore.swr.kubernetes
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
attributes:
  check_mode:
    support: full
    details:
      - Reads the same. O(dest) is not written.
  diff_mode:
    support: none
    details:
      - O(dest) may have many thousands of lines. RV(images_json) has its content.
  idempotent:
    support: full
    details:
      - Changes nothing in the cluster. O(dest) is written only when its content differs.
  platform:
    platforms: posix
options:
  state:
    description:
      - V(gathered) finds the images, and changes nothing.
    type: str
    choices: [gathered]
    default: gathered
  namespaces:
    description:
      - The namespaces to read. By default, all of them. Who may not list the objects of all namespaces at once still
        reads those of each namespace with the right to.
    type: list
    elements: str
    default: []
  label_selectors:
    description:
      - Label selectors, as in V(tier=front). Only objects that match all of them are read. The digests that run are
        known if the pods match too.
    type: list
    elements: str
    default: []
  custom_resources:
    description:
      - Which custom resources to read - V(all), only those V(known) to have images, including O(resource_fields) and
        O(custom_images), or V(none).
    type: str
    choices: [all, known, none]
    default: all
  resource_fields:
    description:
      - More fields of custom resources that have an image, as lists of paths by kind. V([]) stands for every entry of a
        list.
    type: dict
    default: {}
  custom_images:
    description:
      - More images in custom resources, where a path does not suffice.
    type: list
    elements: dict
    default: []
    suboptions:
      kind:
        description:
          - The kind of the custom resource.
        type: str
        required: true
      objects:
        description:
          - A JMESPath expression that chooses the objects inside the resource that have the image.
        type: str
        required: true
      field:
        description:
          - The field of these objects with the image.
        type: str
        default: image
  target:
    description:
      - The registry and the organization that the images are copied to, as in
        V(swr.cn-north-4.myhuaweicloud.com/shop).
      - Without it there are no rules.
    type: str
  dest:
    description:
      - The path of the C(images.json) to write. Requires O(target).
    type: path
requirements:
  - jmespath, for O(custom_images)
seealso:
  - module: longshore.swr.image_copy
  - module: longshore.swr.image_sources
  - ref: longshore.swr.discover role <ansible_collections.longshore.swr.discover_role>
    description: The role that uses it.
"""

EXAMPLES = r"""
- name: Find the images of a cluster
  longshore.swr.workload_images:
    kubeconfig: ~/.kube/config
    context: production
    target: swr.cn-north-4.myhuaweicloud.com/shop
  delegate_to: localhost
  register: found

- name: Show who uses what
  ansible.builtin.debug:
    msg: "{{ found.table }}"

- name: Copy the images
  longshore.swr.image_copy:
    images: "{{ found.rules }}"
    auth_file: auth.json
  delegate_to: localhost

- name: Find the images of two namespaces, with those of an operator of our own
  longshore.swr.workload_images:
    namespaces: [shop, pay]
    label_selectors: ["environment=production"]
    resource_fields:
      Widget: ["spec.parts[].image"]
    custom_images:
      - kind: Gadget
        objects: "spec.modules[?enabled]"
        field: imageName
  delegate_to: localhost
"""

RETURN = r"""
msg:
  description: One-line summary.
  returned: always
  type: str
  sample: 12 images in 31 references, in production; 11 to copy
cluster:
  description: The name of the cluster - its context, V(in-cluster) or its host.
  returned: success
  type: str
  sample: production
images:
  description: Each image, in full, once.
  returned: success
  type: list
  elements: dict
  contains:
    image:
      description: The image.
      type: str
      sample: docker.io/library/nginx:1.25
    destination:
      description: Where its rule copies it; empty without one.
      type: str
      sample: swr.cn-north-4.myhuaweicloud.com/shop/nginx:1.25
    used_by:
      description: The cluster, with what uses it there and what manages that.
      type: list
      elements: str
      sample: ["production: Deployment shop/cart (helm shop/cart)"]
    running:
      description: The digests that pods run. A tag that has moved may run as several.
      returned: when known
      type: list
      elements: str
      sample: ["sha256:0d17b565c37bcbd895e9d92315a05c1c3c9a29f762b011a10c54a66cd53c9b31"]
rules:
  description: The rules, sources to destinations, as O(longshore.swr.image_copy#module:images) takes them.
  returned: success
  type: dict
  sample: {"docker.io/library/nginx:1.25": "swr.cn-north-4.myhuaweicloud.com/shop/nginx:1.25"}
images_json:
  description: Those of the rules that image-migrator takes, too.
  returned: success
  type: dict
  sample: {"docker.io/library/nginx:1.25": "swr.cn-north-4.myhuaweicloud.com/shop/nginx:1.25"}
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
problems:
  description: References that are not images, and images that cannot get a name in SWR.
  returned: success
  type: list
  elements: dict
  contains:
    image:
      description: What is written.
      type: str
      sample: $(params.image)
    source:
      description: The cluster, or who uses it.
      type: str
      sample: production
    reason:
      description: What is wrong.
      type: str
      sample: it is a variable of the resource
references:
  description:
    - The references, 500 at most, each where it is written. What pods and other objects of a controller only repeat is
      counted there.
    - Of environment variables and arguments, only what looks like an image is shown.
  returned: success
  type: list
  elements: dict
  contains:
    owner:
      description: The object, or the one that controls it at the top.
      type: str
      sample: Deployment shop/cart
    manager:
      description:
        - What manages the object - V(helm), V(argocd), V(flux), V(operator), V(kubectl), V(kubelet) (a file on the
          node) or V(other), with the name of the release, application or program; empty if it is not known.
      type: str
      sample: helm shop/cart
    path:
      description: The place in the object.
      type: str
      sample: spec.template.spec.containers[0].image
    container:
      description: The name of the container, if it is in one.
      type: str
      sample: cart
    kind:
      description:
        - V(container), V(init_container) (sidecars too), V(ephemeral_container), V(image_volume), V(resource_field) of
          a custom resource, or V(mention) in an environment variable or an argument, which gets no rule.
      type: str
      sample: container
    image:
      description: The image as written.
      type: str
      sample: nginx:1.25
    running:
      description: The digests that pods run.
      type: list
      elements: str
      sample: ["sha256:0d17b565c37bcbd895e9d92315a05c1c3c9a29f762b011a10c54a66cd53c9b31"]
    editable:
      description: Whether the image can be changed there.
      type: bool
    note:
      description: Why it cannot.
      type: str
      sample: only the pods of ReplicaSet shop/cart-7d4b9c have it
references_total:
  description: The number of references.
  returned: success
  type: int
  sample: 31
past_images:
  description:
    - Images that only earlier revisions and ended runs have. C(kubectl rollout undo) would need them. There are no
      rules for them.
  returned: success
  type: list
  elements: str
  sample: ["nginx:1.24"]
unread:
  description: What could not be read, mostly for lack of rights, 500 at most.
  returned: success
  type: list
  elements: dict
  contains:
    namespace:
      description: The namespace. Empty for the whole cluster.
      type: str
      sample: kube-system
    kinds:
      description: The kinds of objects.
      type: list
      elements: str
      sample: [Deployment, Pod]
    reason:
      description: The first reply of the API server.
      type: str
      sample: 'pods is forbidden: User "reader" cannot list resource "pods" in API group "" at the cluster scope'
table:
  description: The images with their users as a table, for M(ansible.builtin.debug).
  returned: success
  type: list
  elements: str
  sample:
    - "IMAGE                         RUNS                 USED BY"
    - "docker.io/library/nginx:1.25  sha256:0d17b565c37b  production: Deployment shop/cart (helm shop/cart)"
dest:
  description: The path of C(images.json).
  returned: when O(dest) is set
  type: str
  sample: images.json
missing:
  description: The kinds that were not read, or not to the end, when the API server failed meanwhile.
  returned: failure
  type: list
  elements: str
  sample: [Pod, Rollout.argoproj.io]
error:
  description: The parts of the error, as far as they are known.
  returned: failure
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: "the cluster was not read to the end: Unauthorized. Nothing is known of Pod"
    where:
      description: The request or option.
      type: str
      sample: GET https://10.0.0.10:6443/api/v1/pods
    status:
      description: The status of the reply.
      type: int
      sample: 401
    code:
      description: The API server's reason.
      type: str
      sample: Unauthorized
    hint:
      description: How to fix it.
      type: str
      sample: "The login is missing, wrong or has expired: check kubeconfig, context and api_key."
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)
from ansible_collections.longshore.swr.plugins.module_utils._workloads.cluster.custom_rules import JMESPATH_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._workloads.cluster.job import run_gathering
from ansible_collections.longshore.swr.plugins.module_utils._workloads.cluster.login import (
    ARGUMENTS,
    KUBERNETES_IMPORT_ERROR,
    connect,
    secrets_among,
)

CUSTOM_IMAGES = {
    "kind": {"type": "str", "required": True},
    "objects": {"type": "str", "required": True},
    "field": {"type": "str", "default": "image"},
}


@reports_errors
def run(module):
    """What was found, as the module's result."""
    require(module, "kubernetes", KUBERNETES_IMPORT_ERROR)
    if module.params["custom_images"]:
        require(module, "jmespath", JMESPATH_IMPORT_ERROR, "for custom_images")
    # Ansible would mask every text in a kubeconfig, and with them names in the result.
    module.no_log_values = secrets_among(module.no_log_values, module.params)
    result = run_gathering(module.params, lambda: connect(module.params, redactor_of(module)), module.check_mode)
    return show_warnings(module, result)


def main():
    run(
        AnsibleModule(
            argument_spec=dict(
                ARGUMENTS,
                state={"type": "str", "choices": ["gathered"], "default": "gathered"},
                namespaces={"type": "list", "elements": "str", "default": []},
                label_selectors={"type": "list", "elements": "str", "default": []},
                custom_resources={"type": "str", "choices": ["all", "known", "none"], "default": "all"},
                resource_fields={"type": "dict", "default": {}},
                custom_images={"type": "list", "elements": "dict", "default": [], "options": CUSTOM_IMAGES},
                target={"type": "str"},
                dest={"type": "path"},
            ),
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()

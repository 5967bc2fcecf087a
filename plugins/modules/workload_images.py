#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: workload_images
short_description: Find the images that the workloads of a Kubernetes cluster use, switch them, or put them back
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
  - With O(state=switched), workloads are switched to images that M(longshore.swr.image_verify) has shown to be at the
    destination (O(verified)). A workload is only changed if that holds for all of its images. RV(workloads) says what
    became of each.
  - One task is one wave. Deployments, DaemonSets and the like come first, then StatefulSets, then Deployments with the
    strategy C(Recreate). Each roll-out is watched. What does not become ready is put back, and no further workload is
    begun (O(max_failures)).
  - Objects are changed by JSON patches that test what is there, so that nothing is overwritten that others change
    meanwhile. All images and the pull secret of an object are in one patch. The field manager is C(longshore-swr); its
    entry in C(managedFields) is removed again, because later applies of Helm and GitOps tools would conflict with it.
  - Every change is in O(record) before it is made. With O(state=rolled_back), workloads are put back from it, wherever
    a value is still what was written. After a run that was killed or lost its API server, run the task again.
extends_documentation_fragment:
  - longshore.swr.kubernetes
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
attributes:
  check_mode:
    support: full
    details:
      - Reads the same. O(dest) and O(record) are not written. The API server is asked what it would do with each patch
        (C(dryRun=All)), and no roll-out is foreseen.
  diff_mode:
    support: partial
    details:
      - Old and new image by object and path. There is none of O(dest), which may have many thousands of lines.
        RV(images_json) has its content.
  idempotent:
    support: full
    details:
      - O(dest) is written only when its content differs.
  platform:
    platforms: posix
options:
  state:
    description:
      - V(gathered) finds the images, and changes nothing.
      - V(switched) changes workloads to the new images. Requires O(verified) and O(record).
      - V(rolled_back) puts back what the record has. Requires O(record).
    type: str
    choices: [gathered, switched, rolled_back]
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
      - Label selectors, as in V(tier=front). Only objects that match all of them are read, or put back. The digests
        that run are known if the pods match too.
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
      - Without it there are no rules. Only for O(state=gathered).
    type: str
  dest:
    description:
      - The path of the C(images.json) to write. Requires O(target).
    type: path
  verified:
    description:
      - Reports of M(longshore.swr.image_verify) (O(longshore.swr.image_verify#module:report_path)), as files, patterns
        or directories. They say where each image is, and which of them are there as they should be.
      - A reference with a digest gets the digest at the destination, which differs after a conversion.
      - An image whose registry is a destination in the reports needs no change.
      - An image that one report has as equal and another as different or missing counts as not verified. Give the
        newest reports only.
    type: list
    elements: path
    default: []
  record:
    description:
      - The path of the record. It is created if it does not exist, only readable by its owner. Keep it, and use one
        for all runs on the same clusters. M(longshore.swr.image_references) may use the same.
      - Required with O(state=switched) and O(state=rolled_back).
    type: path
  pull_secret:
    description:
      - The name of a secret of the type C(kubernetes.io/dockerconfigjson) in each namespace, with a login for the
        destination. It is added to the pod template where that has C(imagePullSecrets), and otherwise to the service
        account.
      - By default, it is the secret that CCE keeps in each namespace (C(default-secret)), where there is one with a
        login for the destination. It is never copied.
      - Custom resources get it where they have a pod template. Their own fields for secrets are not known.
      - O(state=rolled_back) removes it again, but not where others have put another image from there since.
    type: str
  allow_temporary_login:
    description:
      - Whether O(pull_secret) may have a temporary or enhanced login of SWR, with which pulls fail within a day. Set it
        if something renews the secret.
      - A login C(region@key) is taken for temporary if its password is not of the form of a long-term one.
    type: bool
    default: false
  patch_managed:
    description:
      - Whether to change objects that Argo CD, Flux or an operator manages as well. They put the old image back, mostly
        within minutes. Change their sources instead, with M(longshore.swr.image_references).
    type: bool
    default: false
  parallel:
    description:
      - How many workloads roll out at once.
    type: int
    default: 5
  max_failures:
    description:
      - After how many failures no further workload is begun. Those that are under way are brought to their end.
      - Only for O(state=switched). A failure keeps no other workload from going back.
    type: int
    default: 1
  wait_timeout:
    description:
      - Seconds to wait for each roll-out.
    type: int
    default: 600
  delete_stuck_pods:
    description:
      - Whether to delete the pods that could not start when a StatefulSet is put back. Kubernetes never replaces them
        by itself.
    type: bool
    default: false
requirements:
  - jmespath, for O(custom_images)
notes:
  - Needs the rights to get, list and patch workloads, to list pods, and to get the namespace C(kube-system), which
    tells clusters apart. For pull secrets, also to get and list secrets, and to get and patch service accounts. For
    O(delete_stuck_pods), to delete pods.
  - A Deployment, StatefulSet or DaemonSet is ready when its controller has seen the change, and all of its pods are new
    and available. It has failed when a pod cannot pull its image, keeps crashing, or cannot be created for 15 seconds,
    for instance because of a quota, when its progress deadline is exceeded, or after O(wait_timeout), as when full
    nodes stall it. A PodDisruptionBudget holds up no roll-out - it only limits evictions.
  - There is nothing to wait for with a Deployment that is paused, C(OnDelete), pods below a partition, no replicas,
    CronJobs, PodTemplates, and ReplicaSets and ReplicationControllers without a controller. Roll-outs of custom
    resources are not watched.
  - Objects with an image that is not verified are left. So are Jobs, whose template cannot be changed, and pods without
    a controller, because nothing would replace them. What a controller of Kubernetes owns follows its owner. Ephemeral
    containers and images in environment variables and arguments are not changed.
  - C(kubectl apply) of an old manifest and C(helm upgrade) with old values put the old images back. The task warns of
    them; change the files too, with M(longshore.swr.image_references).
seealso:
  - module: longshore.swr.image_copy
  - module: longshore.swr.image_sources
  - module: longshore.swr.image_references
  - module: longshore.swr.image_verify
  - ref: longshore.swr.discover role <ansible_collections.longshore.swr.discover_role>
    description: The role that finds images with it.
  - ref: longshore.swr.cutover role <ansible_collections.longshore.swr.cutover_role>
    description: The role that switches workloads with it, and puts them back.
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

- name: Show that the images have arrived
  longshore.swr.image_verify:
    images_file: rules.json
    auth_file: auth.json
    report_path: verified.json
    fail_on_difference: false
  delegate_to: localhost

- name: Switch the workloads of a namespace whose images have all arrived
  longshore.swr.workload_images:
    state: switched
    context: production
    namespaces: [shop]
    verified: [verified.json]
    record: /var/lib/migration/references.jsonl
  delegate_to: localhost
  register: switched

- name: Show who is switched, who is not, and why
  ansible.builtin.debug:
    msg: "{{ switched.table }}"

- name: Put the workloads of all namespaces back
  longshore.swr.workload_images:
    state: rolled_back
    context: production
    record: /var/lib/migration/references.jsonl
    delete_stuck_pods: true
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
  returned: with O(state=gathered)
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
  returned: with O(state=gathered)
  type: dict
  sample: {"docker.io/library/nginx:1.25": "swr.cn-north-4.myhuaweicloud.com/shop/nginx:1.25"}
images_json:
  description: Those of the rules that image-migrator takes, too.
  returned: with O(state=gathered)
  type: dict
  sample: {"docker.io/library/nginx:1.25": "swr.cn-north-4.myhuaweicloud.com/shop/nginx:1.25"}
not_in_images_json:
  description: Images that have a rule, but none that image-migrator takes, such as those with a digest.
  returned: with O(state=gathered)
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
  returned: with O(state=gathered)
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
  returned: with O(state=gathered)
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
  returned: with O(state=gathered)
  type: int
  sample: 31
past_images:
  description:
    - Images that only earlier revisions and ended runs have. C(kubectl rollout undo) would need them. There are no
      rules for them.
  returned: with O(state=gathered)
  type: list
  elements: str
  sample: ["nginx:1.24"]
unread:
  description: What could not be read, mostly for lack of rights, 500 at most.
  returned: with O(state=gathered) and O(state=switched)
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
  description:
    - The images with their users as a table, for M(ansible.builtin.debug). With O(state=switched) and
      O(state=rolled_back), the workloads with their outcomes and the reasons.
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
counts:
  description: The number of workloads by outcome, see RV(workloads[].outcome), and their sum as C(total).
  returned: with O(state=switched) and O(state=rolled_back)
  type: dict
  sample:
    failed: 0
    left: 2
    patched: 1
    pending: 0
    put_back: 0
    rolled_back: 0
    switched: 31
    total: 40
    unchanged: 6
    unfinished: 0
workloads:
  description: The workloads, 500 at most, those that need attention first.
  returned: with O(state=switched) and O(state=rolled_back)
  type: list
  elements: dict
  contains:
    workload:
      description: The object.
      type: str
      sample: Deployment shop/cart
    kind:
      description: Its kind.
      type: str
      sample: Deployment
    namespace:
      description: Its namespace.
      type: str
      sample: shop
    name:
      description: Its name.
      type: str
      sample: cart
    manager:
      description: What manages it, as in RV(references[].manager).
      type: str
      sample: helm shop/cart
    outcome:
      description:
        - V(switched) - it has the new images, and its pods are ready.
        - V(patched) - it has the new images, but no roll-out follows, or not of all pods. RV(workloads[].reason) says
          why.
        - V(rolled_back) - it has the old images again, and its pods are ready.
        - V(unchanged) - there was nothing to do.
        - V(left) - it was not touched, or not put back.
        - V(put_back) - it did not become ready with the new images, and has the old ones again.
        - V(failed) - the API server refused the change, it did not become ready after it was put back, or others
          changed the image during the roll-out.
        - V(unfinished) - it has the new images, but the task was broken off before its pods were seen to be ready.
        - V(pending) - it was not begun, because others failed or the task was broken off.
        - The task fails if there is one of the last four.
      type: str
      sample: left
    reason:
      description: Why; for a change, what may undo it. Empty if nothing is to be said.
      type: str
      sample: Argo CD manages it, and would undo the change
    remedy:
      description: What to do, if anything.
      type: str
      sample: Change the image in the source of the application shop, with image_references.
    pull_secret:
      description: The pull secret that its new images need, in the pod template or the service account.
      type: str
      sample: default-secret
    changes:
      description: The images that were or would be changed.
      type: list
      elements: dict
      contains:
        path:
          description: The place in the object.
          type: str
          sample: spec.template.spec.containers[0].image
        container:
          description: The name of the container, or of another list entry that has it.
          type: str
          sample: cart
        old:
          description: The image before.
          type: str
          sample: nginx:1.25
        new:
          description: The image now.
          type: str
          sample: swr.cn-north-4.myhuaweicloud.com/shop/nginx:1.25
workloads_truncated:
  description: The number of further workloads.
  returned: with O(state=switched) and O(state=rolled_back)
  type: int
  sample: 0
record:
  description: The path of the record.
  returned: with O(state=switched) and O(state=rolled_back)
  type: str
  sample: /var/lib/migration/references.jsonl
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

from ansible_collections.longshore.swr.plugins.module_utils._image_mapping import proof_of
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    require_values,
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
from ansible_collections.longshore.swr.plugins.module_utils._workloads.cutover.job import (
    run_rolling_back,
    run_switching,
)

CUSTOM_IMAGES = {
    "kind": {"type": "str", "required": True},
    "objects": {"type": "str", "required": True},
    "field": {"type": "str", "default": "image"},
}


CUTOVER = {
    "pull_secret": {"type": "str", "no_log": False},
    "allow_temporary_login": {"type": "bool", "default": False},
    "patch_managed": {"type": "bool", "default": False},
    "parallel": {"type": "int", "default": 5},
    "max_failures": {"type": "int", "default": 1},
    "wait_timeout": {"type": "int", "default": 600},
    "delete_stuck_pods": {"type": "bool", "default": False},
}


@reports_errors
def run(module):
    """What was found or done, as the module's result."""
    require(module, "kubernetes", KUBERNETES_IMPORT_ERROR)
    if module.params["custom_images"]:
        require(module, "jmespath", JMESPATH_IMPORT_ERROR, "for custom_images")
    # Ansible would mask every text in a kubeconfig, and with them names in the result.
    module.no_log_values = secrets_among(module.no_log_values, module.params)
    return show_warnings(module, carry_out(module, module.params))


def carry_out(module, options):
    def client():
        return connect(options, redactor_of(module))

    if options["state"] != "gathered":
        require_values(module, "record")
    if options["state"] == "switched":
        return run_switching(options, proof_of(options["verified"]), client, module.check_mode)
    if options["state"] == "rolled_back":
        return run_rolling_back(options, client, module.check_mode)
    return run_gathering(options, client, module.check_mode)


def main():
    run(
        AnsibleModule(
            argument_spec=dict(
                ARGUMENTS,
                state={"type": "str", "choices": ["gathered", "switched", "rolled_back"], "default": "gathered"},
                namespaces={"type": "list", "elements": "str", "default": []},
                label_selectors={"type": "list", "elements": "str", "default": []},
                custom_resources={"type": "str", "choices": ["all", "known", "none"], "default": "all"},
                resource_fields={"type": "dict", "default": {}},
                custom_images={"type": "list", "elements": "dict", "default": [], "options": CUSTOM_IMAGES},
                target={"type": "str"},
                dest={"type": "path"},
                verified={"type": "list", "elements": "path", "default": []},
                record={"type": "path"},
                **CUTOVER,
            ),
            required_if=[("state", "switched", ["verified", "record"]), ("state", "rolled_back", ["record"])],
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()

# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of the modules that read files with image references."""

    DOCUMENTATION = r"""
options:
  exclude:
    description:
      - Shell patterns for files and folders to leave out, by their path below a folder of O(paths), such as V(docs) or
        V(*/tests). V(*) also matches slashes.
    type: list
    elements: str
    default: []
  resource_fields:
    description:
      - Further fields of custom resources that have images, as a mapping of kinds to lists of paths. V([]) stands for
        every entry of a list, as in V(spec.parts[].picture).
      - Everything with a list of C(containers) is found without it, and so are the usual fields of Tekton, Argo
        Workflows, KubeVirt, the Prometheus operator, Spark, Flink, CloudNativePG and others.
    type: dict
    default: {}
requirements:
  - PyYAML on the host that runs the module.
notes:
  - Manifests are read as Kubernetes objects (C(apiVersion) and C(kind)), also in lists (C(kind=List)) and in JSON.
    Environment variables, arguments and config maps that mention images are listed and never changed.
  - In Compose files a variable has its value from C(.env) beside the file, or from its default. Values of the
    environment are not known and win. Images of services with C(build) are listed and never changed.
  - Files named C(values.yaml), C(*-values.yaml), C(values-*.yaml) and similar are read as values of Helm charts, and so
    are the values in Flux's C(HelmRelease), Argo CD's C(Application) and k3s's C(HelmChart). Values inside a string
    are read if it is a literal block (C(|)).
  - Templates, packaged charts, files that are not YAML, and remote parts of kustomizations are not evaluated, and
    listed. Of files that have no word like C(image) in them, only kustomizations are read.
"""

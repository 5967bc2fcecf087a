# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options for a Kubernetes cluster and the login to it. Names are those of kubernetes.core."""

    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - The path of a kubeconfig file, several separated by V(:), or its content as a mapping.
      - When it is not set, the environment variable E(K8S_AUTH_KUBECONFIG) is used.
      - Without O(kubeconfig), O(context) and a login to O(host), the service account of the pod that the module runs in
        is used, and outside of a pod C(~/.kube/config).
    type: raw
  context:
    description:
      - The context of the kubeconfig to use. By default, it is the current one.
      - When it is not set, the environment variable E(K8S_AUTH_CONTEXT) is used.
    type: str
  host:
    description:
      - The URL of the API server, as in V(https://10.0.0.10:6443). With O(api_key), with O(client_cert) and
        O(client_key), or with O(username) and O(password), no kubeconfig is read.
      - When it is not set, the environment variable E(K8S_AUTH_HOST) is used.
    type: str
  api_key:
    description:
      - A token, such as one of a service account.
      - When it is not set, the environment variable E(K8S_AUTH_API_KEY) is used.
    type: str
  username:
    description:
      - The user name for a proxy in front of the API that takes one. API servers do not.
      - When it is not set, the environment variable E(K8S_AUTH_USERNAME) is used.
    type: str
  password:
    description:
      - The password for O(username).
      - When it is not set, the environment variable E(K8S_AUTH_PASSWORD) is used.
    type: str
  client_cert:
    description:
      - The path of a client certificate in PEM format.
      - When it is not set, the environment variable E(K8S_AUTH_CERT_FILE) is used.
    type: path
    aliases: [cert_file]
  client_key:
    description:
      - The path of the key of O(client_cert).
      - When it is not set, the environment variable E(K8S_AUTH_KEY_FILE) is used.
    type: path
    aliases: [key_file]
  ca_cert:
    description:
      - The path of a file with the certificate authorities to trust, in PEM format.
      - When it is not set, the environment variable E(K8S_AUTH_SSL_CA_CERT) is used.
    type: path
    aliases: [ssl_ca_cert]
  validate_certs:
    description:
      - Whether to verify the TLS certificate of the API server. By default, as the kubeconfig says, or else V(true).
      - When it is not set, the environment variable E(K8S_AUTH_VERIFY_SSL) is used.
    type: bool
    aliases: [verify_ssl]
  proxy:
    description:
      - The URL of an HTTP proxy to connect through.
      - When it is not set, the environment variable E(K8S_AUTH_PROXY) is used.
    type: str
  no_proxy:
    description:
      - Hosts, separated by commas, that are not reached through O(proxy).
      - When it is not set, the environment variable E(K8S_AUTH_NO_PROXY) is used.
    type: str
  impersonate_user:
    description:
      - A user to act as.
      - When it is not set, the environment variable E(K8S_AUTH_IMPERSONATE_USER) is used.
    type: str
  impersonate_groups:
    description:
      - Groups to act as a member of.
      - When it is not set, the environment variable E(K8S_AUTH_IMPERSONATE_GROUPS) is used, a list separated by commas.
    type: list
    elements: str
  timeout:
    description:
      - Seconds to wait for a connection, and for each part of a reply.
    type: float
    default: 30
requirements:
  - kubernetes >= 24.2.0
notes:
  - The module runs on the host of the play, and calls the API server from there. Set C(delegate_to) to C(localhost) to
    call it from the controller.
  - Options and environment variables for the login are those of the collection C(kubernetes.core), which is not needed.
    AWX sets these variables from a credential of the type "OpenShift or Kubernetes API Bearer Token".
"""

# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of the modules that talk to container registries."""

    # Logins and connections.
    DOCUMENTATION = r"""
options:
  auth:
    description:
      - Logins, as a mapping of V(registry) or V(registry/namespace) to a mapping with the keys C(username),
        C(password), C(insecure) and C(ca_path). Of several that cover a repository the longest name counts.
      - With C(insecure) set to V(true) certificates are not verified, and HTTP is used where there is no TLS.
      - C(ca_path) is the path of certificate authorities to trust for this registry, in addition to O(ca_path).
      - V(${NAME}) and V($NAME) in C(username) and C(password) are replaced by environment variables, V($$) is a
        dollar sign. A variable that is not set is an error.
      - An entry without C(username) and C(password) is anonymous.
      - A registry that names a token server of another domain does not get the password sent there, unless the entry
        names that server itself, as C(token_server=host) or C(token_server=host:port).
      - Passwords are hidden in all output. Names of registries and of users are not.
    type: dict
  auth_file:
    description:
      - The path of a file with the same content as O(auth), in JSON (C(.json)) or YAML (C(.yaml), C(.yml)).
      - It can be given together with O(auth), for example for the registries that are copied from, while the login to
        SWR is made in the play. Where both have an entry of the same name, O(auth) counts.
    type: path
  docker_config_fallback:
    description:
      - Whether to look for logins in the files of Docker and Podman when neither O(auth) nor O(auth_file) has one.
      - These are the file that E(REGISTRY_AUTH_FILE) names, or else C(${XDG_RUNTIME_DIR}/containers/auth.json),
        C(~/.config/containers/auth.json) and C(~/.docker/config.json) (see E(XDG_CONFIG_HOME), E(DOCKER_CONFIG)).
        Credential helpers that they name are run.
    type: bool
    default: true
  workers:
    description:
      - How many requests are under way at the same time, at most.
      - Their number follows the round trip to the registries, from 8 in a local network to 62 at 50 milliseconds.
      - SWR answers about 20 requests a second and takes 20 layers at a time of one account; that is kept to.
        When another registry asks to slow down, that is done.
    type: int
    default: 64
    aliases: [proc]
  retries:
    description:
      - How often a request or the sending of a layer is repeated when it fails in a way that can pass, such as a
        dropped connection or a server error.
        The pause doubles each time, unless the registry says how long it shall be.
    type: int
    default: 3
  retry_delay:
    description:
      - The first pause before something is repeated, in seconds. Each further one is twice as long, up to 60 times
        this.
    type: float
    default: 0.5
  longest_wait:
    description:
      - Seconds that a registry may ask to wait (C(Retry-After)). That long nothing is asked of it, and the lines of
        progress say so. A registry that asks for more is an error.
    type: float
    default: 3600
  timeout:
    description:
      - Seconds to wait for a connection, and for each piece of a reply. It does not limit a whole copy.
      - A whole exchange, such as a token, a list or a manifest, may take five times as long. For layers there is
        O(minimum_bandwidth).
    type: float
    default: 60
  minimum_bandwidth:
    description:
      - Bytes a second that a layer moves with, at least. A connection that brings or takes less over O(timeout)
        seconds is given up, and the layer goes on over another one, as often as O(retries) says.
      - Only the time in which the other side is waited for counts, not what limits such as C(bandwidth_limit) take.
      - V(0) switches it off.
    type: int
    default: 1000
  ca_path:
    description:
      - The path of a file with the certificate authorities to trust, in PEM format.
      - By default those of the system are trusted.
    type: path
notes:
  - The module runs on the host of the play, looks there for files and environment variables, and opens its connections
    from there. Use C(connection=local) or C(delegate_to=localhost) to copy from the controller, with
    C(ansible_python_interpreter) set to V({{ ansible_playbook_python }}) so that it is Ansible's own Python.
  - A file of rules or logins in YAML needs the Python library PyYAML on the host that the module runs on.
    Nothing else but Python's standard library is needed.
  - HTTP proxies are taken from the environment variables E(HTTP_PROXY), E(HTTPS_PROXY) and E(NO_PROXY). The last one
    has names, which stand for all below them, V(*.name) for these only, addresses and networks (V(10.0.0.0/8)), each
    with V(:port) if need be. What is on this host is never reached by a proxy.
"""

    # What goes where.
    RULES = r"""
options:
  images:
    description:
      - What to copy where, as a mapping of sources to destinations, or as a list of such mappings,
        or as a list of mappings with the keys C(source) and C(destination) and the further keys below.
      - A source is V(registry/namespace/repository) for all tags, V(registry/namespace/repository:tag) for one,
        V(registry/namespace/repository:tag1,tag2) for several, V(registry/namespace/repository:/expression/) for those
        in which a regular expression is found, or V(registry/namespace/repository@sha256:digest).
        Without a registry it is on Docker Hub.
      - A source may also be no registry. V(docker-archive:path) is a tar file of C(docker save), C(podman save) or
        skopeo, V(oci-archive:path) a tar file and V(oci:path) a directory in OCI's layout. All may be followed by
        V(:name:tag) or what else names images above, or by V(:@0), which is the first image whether it has a name or
        not; OCI's also by V(@sha256:digest). Otherwise all images that have a name are meant. The tar files may be
        compressed with gzip. Relative paths start at the directory that the module runs in.
      - V(docker-daemon:name:tag) is an image of the Docker that E(DOCKER_HOST) names, by default
        C(/var/run/docker.sock). V(podman-daemon:name:tag) is one of the Podman that E(CONTAINER_HOST) names, by
        default C(${XDG_RUNTIME_DIR}/podman/podman.sock) or C(/run/podman/podman.sock). Both have to be local sockets
        (V(unix://path)), and one may be written before the name, as in V(docker-daemon:/run/docker.sock:name:tag).
        An image that has to be copied lies in a private temporary file meanwhile (E(TMPDIR)).
      - A destination is a text or a list of texts. Without a tag the source's tags are kept.
        A list of tags pairs with the source's list by position.
      - An empty destination (V("")) stands for O(default_registry), O(default_namespace) and the source's repository.
      - A source that ends in V(/*) means every repository right below what stands before it, one that ends in V(/**)
        those of every depth, as in V(registry/namespace/*) or, for a whole registry, V(registry/**). The destination is
        then a registry, or a registry and the beginning of a name, and what the stars stand for follows it.
        The tags can be chosen by V(:/expression/) or by the key C(tags).
      - A rule with C(source) and C(destination) can have further keys. In a mapping of sources to destinations a
        mapping with C(destination) and the further keys can take a destination's place.
      - C(tags) chooses among the tags of the source, in this order - C(allow) and C(deny), each a list of patterns;
        C(semver), a range of versions as npm has them, such as V(">=1.2 <3"), V(^1.2), V(~1.2.3), V(1.x), V(1.2 - 1.4)
        or V(1.x || >=3), or a list of ranges; C(newest), the number of tags to take, by C(newest_by), which is
        V(semver) (the default, only tags that are versions count) or V(created), the time at which the image was made.
        V(v1.2.3), V(1.2) and V(1) are versions. A prerelease such as V(1.3.0-rc.1) or V(1.3-alpine) is in a range only
        where the range names one of the same version, or with C(prereleases) set to V(true).
      - C(newest_by) set to V(created) costs two or three requests for each tag that is left after the other choices.
        An image that does not say when it was made counts as the oldest.
      - C(repositories), with the lists C(allow) and C(deny), chooses among repositories, by the part of their names
        that the stars stand for. It is for sources that end in stars, as C(via) and C(rename) are.
      - A pattern is a shell pattern for the whole name, such as V(v1.*), in which V(*) stops at a slash and V(**) does
        not, or a regular expression between slashes that is found anywhere in it, such as V(/^v[0-9]+$/).
      - C(via) says how the repositories are listed - V(catalog), V(harbor) (Harbor's API, 1.10 and later), V(swr)
        (SWR's basic edition), or V(auto), which takes SWR's way for its hosts, else the catalog, and Harbor's way where
        the catalog is refused. Docker Hub lists nothing.
      - C(rename) is a list of steps, each a mapping, that the part of the name that the stars stand for goes through.
        C(replace) with C(with) replaces a text by another one; C(regex) with C(with) what an expression finds;
        C(flatten) leaves levels out, all but the last one with V(true), the first ones with a number, and with
        C(separator), such as V(-), it joins them instead; C(prefix) puts a text before it.
      - C(platforms), C(os) and C(arch) are lists of the platforms that are copied by this rule, such as
        V(linux/arm/v7), V(linux) and V(amd64). A rule that has one of the three passes over the platforms of the task.
      - Two rules, or two repositories of one, that would write the same tag of a destination both fail for that tag,
        and it is not written.
      - Environment variables, as in V(${REGISTRY}/team/app), are replaced in destinations. V($$) is a dollar sign.
      - Everything is checked before any connection is opened, and every problem is reported at once.
    type: raw
  images_file:
    description:
      - The path of a file with the same content as O(images), in JSON (C(.json)) or YAML (C(.yaml), C(.yml)).
      - A source that is written twice in it has two destinations.
      - image-syncer's single file with the keys C(auth) and C(images) is accepted as well.
    type: path
  dialect:
    description:
      - How strictly to read the rules. V(auto) and V(image-syncer) take everything that is described at O(images).
      - V(image-migrator) refuses what image-migrator's documentation excludes - lists of tags, expressions,
        and names with less than registry, namespace and repository.
    type: str
    choices: [auto, image-syncer, image-migrator]
    default: auto
  default_registry:
    description:
      - The registry of empty destinations.
      - When it is not set, the environment variable E(DEFAULT_REGISTRY) is used.
    type: str
    aliases: [registry]
  default_namespace:
    description:
      - The namespace (in SWR the organization) of empty destinations.
      - When it is not set, the environment variable E(DEFAULT_NAMESPACE) is used.
    type: str
    aliases: [namespace]
"""

    # What becomes of images for several platforms, and of their format.
    PLATFORMS = r"""
options:
  os:
    description:
      - Copy only the images for these operating systems out of multi-platform images, as in V(linux) or
        V(windows:10.0.17763).
      - An image that does not say what it is for is copied. By default everything is.
      - Leaving platforms out changes the digest of the multi-platform image, since it lists them.
    type: list
    elements: str
    default: []
  arch:
    description:
      - Copy only the images for these architectures out of multi-platform images, as in V(amd64) or V(arm:v7).
      - See O(os).
    type: list
    elements: str
    default: []
  convert:
    description:
      - Whether images in OCI's format are copied in Docker's, which is all that SWR's basic edition takes.
        Layers and configurations stay the same bytes. Manifests are written anew, so that digests change.
        Attestations, and what is for no known platform, are left out and named in the report.
      - V(auto) converts for SWR's basic edition, and for other registries when they refuse an image in OCI's format.
        Everywhere else images are copied byte for byte.
      - V(always) converts every image in OCI's format. V(never) converts none, and an image that is refused fails.
      - An image that is at its destination in converted form is recognized as such.
    type: str
    choices: [auto, always, never]
    default: auto
  recompress:
    description:
      - Whether layers that are compressed with Zstandard are compressed with gzip instead, for registries that refuse
        the former. What is in a layer stays the same, and so does the image's configuration. The layer's digest
        changes, and with it the image's.
      - V(auto) recompresses for registries that refuse an image with such layers, which is found out once for each.
        Where nothing is known yet, O(convert) is tried first, since it costs less.
      - V(always) recompresses every such layer. V(never) recompresses none. Nor is any with O(convert=never).
      - Each layer is read twice for it, once to find out its new digest and once to send it, and kept nowhere. A
        journal remembers the digest.
      - It needs Python 3.14 or the Python library C(zstandard) where the module runs. Without both such an image
        fails, and the others are copied.
    type: str
    choices: [auto, always, never]
    default: auto
"""

    # What hangs on images.
    REFERRERS = r"""
options:
  referrers:
    description:
      - Whether what belongs to an image comes with it, such as signatures, attestations and bills of materials. That is
        what refers to the image as its subject (the referrers of OCI 1.1), listed by the registry or, where it has no
        API for that, under the tag C(sha256-...); and the tags of cosign (C(sha256-....sig), C(.att), C(.sbom)).
      - It is looked for at each image that is copied or is at its destination, at the single images of a multi-platform
        image, and at what was found itself, up to five levels.
      - Each counts as an image of its own. In a registry without the API the index under the tag C(sha256-...) is
        kept up, and what it lists already stays in it; it counts as well.
      - What could not be carried honestly is filtered, with the reason. So it is where the image has another digest at
        its destination (O(convert), O(recompress), O(os) and O(arch)), which a signature would not match, and where the
        destination takes no artifacts, as SWR's basic edition.
      - It takes a request for each digest that something may belong to, and the tags of each source repository.
    type: bool
    default: false
"""

    # A destination's own list of its tags.
    TAG_LISTING = r"""
options:
  tag_listing:
    description:
      - Whether to ask a destination's own API once for all tags of a repository and their digests, where it has one,
        instead of asking the registry for each tag. A rerun then takes half as many requests.
      - With V(auto) the API of SWR's basic edition is asked, when an access key is found and the region has the call.
        Where the call is refused, a warning says so, and the tags are asked for one by one.
    type: str
    choices: [auto, never]
    default: auto
  tag_listing_endpoints:
    description:
      - The address of SWR's API for registries whose name is not that of a region's SWR, as behind a VPC endpoint.
      - The keys are registries as in O(images), with their port. The values are as in
        V(https://swr-api.cn-north-4.myhuaweicloud.com).
    type: dict
    default: {}
  access_key:
    description:
      - The access key (AK) for O(tag_listing).
      - When it is not set it is looked for where M(longshore.swr.login_token) looks.
    type: str
  secret_key:
    description:
      - The secret key (SK) that belongs to O(access_key).
    type: str
  security_token:
    description:
      - The security token, when O(access_key) is temporary.
    type: str
"""

    # What is shown while the module works.
    PROGRESS = r"""
options:
  progress_file:
    description:
      - The path of a file that progress is appended to while the module works, one JSON object a line.
      - When it is not set and the module runs on the controller (C(connection) is V(local) or C(delegate_to) is
        V(localhost)), a private file is used and removed at the end.
    type: path
  progress_interval:
    description:
      - The longest time between two lines of progress, in seconds.
      - There is also a line for every 5 per cent of the work and for every failure.
    type: float
    default: 30
notes:
  - While it runs on the controller, lines of progress are shown on standard error, and as events of C(ansible-runner)
    and AWX. They are not shown with C(no_log), C(async) or C(become), nor on other hosts. Use O(progress_file) there.
"""

    # How much is asked of the registries.
    LIMITS = r"""
options:
  rate_limit:
    description:
      - How many requests a second a registry is asked, at most. While images are copied it is the registries that they
        are copied to.
      - By default it is 18 for SWR's basic edition, which refuses more than 20 of one account. Of other registries the
        limit shows when they refuse requests, which slows everything down that goes there.
    type: float
  limits_divided_by:
    description:
      - How many hosts share the limits, when the same account works on several at the same time.
        Each takes its part of every limit, those included that are known of SWR, and at least one upload.
    type: int
    default: 1
"""

    # How much is sent.
    UPLOAD_LIMITS = r"""
options:
  upload_limit:
    description:
      - How many layers are sent to a registry at the same time, at most.
      - By default it is 20 for SWR's basic edition, which takes no more of one account, and as many as there are
        O(workers) for other registries.
    type: int
  bandwidth_limit:
    description:
      - How many bytes a second are sent to all registries together, at most, as in V(50M) for 50 times 1024 times 1024.
      - The content of layers and configurations counts, which is nearly all that is sent.
        What is read from the sources follows it, as nothing is stored on the way.
    type: bytes
"""

    # The result in some lines.
    SUMMARY = r"""
options:
  failures_shown:
    description:
      - How many failures RV(summary) names.
    type: int
    default: 10
"""

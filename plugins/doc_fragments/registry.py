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
        C(password), C(insecure), C(ca_path), C(client_cert) and C(client_key). If several cover a repository, the
        longest name wins.
      - With C(insecure) set to V(true), certificates are not verified, and HTTP is used if there is no TLS.
      - C(ca_path) is the path of a file with certificate authorities to trust for this registry, in addition to
        O(ca_path).
      - C(client_cert) and C(client_key) are the paths of a client certificate and its key, in PEM format and without a
        passphrase, for a registry that requires one (mutual TLS).
      - Certificates are also read from the directories of Docker and Podman, C(~/.config/containers/certs.d/host:port),
        C(/etc/containers/certs.d/host:port) and C(/etc/docker/certs.d/host:port). The first that exists is used.
        Authorities in it (C(*.crt)) are trusted in addition, and its client certificate (C(client.cert) and
        C(client.key)) is used unless the entry has one.
      - V(${NAME}) and V($NAME) in C(username) and C(password) are replaced by environment variables. V($$) is a dollar
        sign. A variable that is not set is an error if a rule needs the login, otherwise a warning.
      - An entry without C(username) and C(password) is anonymous.
      - If a registry names a token server in another domain, the password is not sent there, unless the entry itself
        names that server, as C(token_server=host) or C(token_server=host:port). It is never sent without TLS if the
        registry has TLS.
      - Passwords are hidden in all output. Registry and user names are not.
    type: dict
  auth_file:
    description:
      - The path of a file with the same content as O(auth), in JSON (C(.json)) or YAML (C(.yaml), C(.yml)).
      - It can be combined with O(auth), for example if it holds the logins to the sources and the play creates the
        login to SWR. If both have an entry of the same name, O(auth) wins.
    type: path
  docker_config_fallback:
    description:
      - Whether to look for logins in the files of Docker and Podman when neither O(auth) nor O(auth_file) has one.
      - These are the file named by E(REGISTRY_AUTH_FILE), or else C(${XDG_RUNTIME_DIR}/containers/auth.json),
        C(~/.config/containers/auth.json) and C(~/.docker/config.json) (see E(XDG_CONFIG_HOME), E(DOCKER_CONFIG)).
        Their credential helpers are run.
    type: bool
    default: true
  workers:
    description:
      - The maximum number of concurrent requests.
      - The actual number adapts to the round-trip time, from 8 in a local network to 62 at 50 milliseconds.
      - SWR allows each account about 20 requests a second and 20 layer uploads at a time. These limits are observed,
        and so are requests of other registries to slow down.
    type: int
    default: 64
    aliases: [proc]
  retries:
    description:
      - How often to retry a request or a layer upload after a transient failure, such as a dropped connection or a
        server error.
        The delay doubles each time, unless the registry says how long to wait.
    type: int
    default: 3
  retry_delay:
    description:
      - The delay before the first retry, in seconds. It doubles with each further retry, up to 60 times this value.
    type: float
    default: 0.5
  longest_wait:
    description:
      - The longest wait, in seconds, that a registry may ask for (C(Retry-After)). Requests to it pause for that time,
        and progress lines say so. Asking for more is an error.
      - It also limits the wait for a pull quota to reset. That of Docker Hub takes up to 6 hours, V(21600). Each
        manifest read counts as a pull, looking up a tag does not.
    type: float
    default: 3600
  timeout:
    description:
      - Seconds to wait for a connection, and for each part of a reply. It does not limit the copy as a whole.
      - A whole exchange, such as a token, a list or a manifest, may take five times as long. Layers are limited by
        O(minimum_bandwidth) instead.
    type: float
    default: 60
  minimum_bandwidth:
    description:
      - The minimum transfer rate of a layer, in bytes a second. A connection that is slower over O(timeout) seconds is
        dropped, and the layer continues on another one, up to O(retries) times.
      - Only time spent waiting for the other side counts, not delays caused by limits such as C(bandwidth_limit).
      - V(0) disables it.
    type: int
    default: 1000
  ca_path:
    description:
      - The path of a file with the certificate authorities to trust, in PEM format.
      - By default, those of the system are trusted.
    type: path
notes:

  - The module runs on the host of the play, reads files and environment variables there, and opens its connections
    from there. To run it on the controller, use C(connection=local) or C(delegate_to=localhost), with
    C(ansible_python_interpreter) set to V({{ ansible_playbook_python }}) to use Ansible's own Python.
  - Files of rules or logins in YAML need the Python library PyYAML on the host that the module runs on.
    Otherwise Python's standard library is enough.
  - HTTP proxies are taken from the environment variables E(HTTP_PROXY), E(HTTPS_PROXY) and E(NO_PROXY). The last lists
    names, which include all names below them, V(*.name) for only those below, addresses and networks (V(10.0.0.0/8)),
    each with an optional V(:port). This host itself is never reached through a proxy.
"""

    # What goes where.
    RULES = r"""
options:
  images:
    description:
      - What to copy where, as a mapping of sources to destinations, as a list of such mappings, or as a list of
        mappings with the keys C(source) and C(destination) and the further keys below.
      - A source is V(registry/namespace/repository) for all tags, V(registry/namespace/repository:tag) for one,
        V(registry/namespace/repository:tag1,tag2) for several, V(registry/namespace/repository:/expression/) for those
        that a regular expression matches anywhere, or V(registry/namespace/repository@sha256:digest).
        Without a registry, Docker Hub is meant.
      - A source need not be a registry. V(docker-archive:path) is a tar file of C(docker save), C(podman save) or
        skopeo, V(oci-archive:path) a tar file with an OCI layout, and V(oci:path) an OCI layout directory. Each may be
        followed by V(:name:tag) or another selector from above, or by V(:@0) for the first image, named or not. OCI
        layouts may also be followed by V(@sha256:digest). Otherwise all named images are meant. Tar files may be
        compressed with gzip. Relative paths start at the module's working directory.
      - V(docker-daemon:name:tag) is an image of the Docker at E(DOCKER_HOST), by default C(/var/run/docker.sock).
        V(podman-daemon:name:tag) is one of the Podman at E(CONTAINER_HOST), by default
        C(${XDG_RUNTIME_DIR}/podman/podman.sock) or C(/run/podman/podman.sock). Both must be local sockets
        (V(unix://path)). A socket may also be written before the name, as in
        V(docker-daemon:/run/docker.sock:name:tag). While such an image is copied, it is kept in a private temporary
        file (E(TMPDIR)).
      - A destination is a string or a list of strings. Without a tag, the source's tags are kept.
        A list of tags pairs with the source's list by position.
      - An empty destination (V("")) stands for O(default_registry), O(default_namespace) and the source's repository.
      - A source that ends in V(/*) stands for all repositories directly below that name, and one that ends in V(/**)
        for those at any depth, as in V(registry/namespace/*) or, for a whole registry, V(registry/**). The destination
        is then a registry, optionally with the start of a name, and the part that the stars match is appended. Select
        tags with V(:/expression/) or with the key C(tags).
      - A rule with C(source) and C(destination) can have further keys. In a mapping of sources to destinations, a
        mapping with C(destination) and the further keys can replace a destination.
      - C(tags) filters the tags of the source, in this order - C(allow) and C(deny), each a list of patterns;
        C(semver), a version range in npm's syntax, such as V(">=1.2 <3"), V(^1.2), V(~1.2.3), V(1.x), V(1.2 - 1.4)
        or V(1.x || >=3), or a list of ranges; C(newest), the number of tags to keep, by C(newest_by), which is
        V(semver) (the default, only tags that are versions count) or V(created), the time the image was built.
        V(v1.2.3), V(1.2) and V(1) are versions. A prerelease such as V(1.3.0-rc.1) or V(1.3-alpine) is in a range only
        if the range names a prerelease of the same version, or with C(prereleases) set to V(true).
      - C(newest_by) set to V(created) takes two or three requests for each tag that passes the other filters.
        An image without a creation time counts as the oldest.
      - C(repositories), with the lists C(allow) and C(deny), filters repositories by the part of their names that the
        stars match. Like C(via) and C(rename), it is only for sources that end in stars.
      - A pattern is either a shell pattern for the whole name, such as V(v1.*), in which V(*) stops at a slash and
        V(**) does not, or a regular expression between slashes that may match anywhere, such as V(/^v[0-9]+$/).
      - Regular expressions use Python's syntax, without backreferences, lookahead, lookbehind, atomic groups or
        possessive quantifiers, which the Go programs with such rules do not support either. The matching time only
        grows with the length of the name, even for nested quantifiers.
      - C(via) selects how to list the repositories - V(catalog), V(harbor) (Harbor's API, 1.10 and later), V(swr)
        (SWR's basic edition), or V(auto), which uses SWR's API for SWR's hosts, otherwise the catalog, or Harbor's API
        if the catalog is refused. Docker Hub cannot list repositories.
      - C(rename) is a list of steps, each a mapping, applied to the part of the name that the stars match.
        C(replace) with C(with) replaces a string; C(regex) with C(with) replaces the matches of an expression;
        C(flatten) drops levels, all but the last with V(true) or the given number of leading ones, or joins them
        with C(separator), such as V(-); C(prefix) adds a string in front.
      - C(platforms), C(os) and C(arch) are lists of the platforms that the rule copies, such as V(linux/arm/v7),
        V(linux) and V(amd64). A rule with any of the three ignores the platforms of the task.
      - If two rules, or two repositories of one rule, would write the same tag of a destination, both fail for that
        tag, and it is not written.
      - Environment variables, as in V(${REGISTRY}/team/app), are replaced in destinations. V($$) is a dollar sign.
      - In a list of images, as in V([nginx:1.25]), or of mappings with C(name) and C(tag), C(tags) or C(digest), each
        has the empty destination. Images without a tag are refused there.
      - The files of C(skopeo sync), with the empty destination, and of regsync are accepted as well. Logins in them,
        and settings without an equivalent, are refused.
      - All of this may be a string in JSON or YAML, such as the answer of a survey, or a string with one image per
        line.
      - All rules are checked before any connection is opened, and all problems are reported at once.
    type: raw
  images_file:
    description:
      - The path of a file with the same content as O(images), in JSON (C(.json)) or YAML (C(.yaml), C(.yml)), or with
        one image per line (C(.txt), C(.list)), where C(#) starts a comment.
      - A source that appears twice in it has two destinations.
      - image-syncer's single file with the keys C(auth) and C(images) is accepted as well.
    type: path
  dialect:
    description:
      - How strictly to read the rules. V(auto) and V(image-syncer) accept everything described for O(images).
      - V(image-migrator) rejects what image-migrator's documentation excludes - lists of tags, expressions, and names
        without a registry, a namespace and a repository.
    type: str
    choices: [auto, image-syncer, image-migrator]
    default: auto
  default_registry:
    description:
      - The registry for empty destinations.
      - When it is not set, the environment variable E(DEFAULT_REGISTRY) is used.
    type: str
    aliases: [registry]
  default_namespace:
    description:
      - The namespace (SWR's organization) for empty destinations.
      - When it is not set, the environment variable E(DEFAULT_NAMESPACE) is used.
    type: str
    aliases: [namespace]
"""

    # What becomes of images for several platforms, and of their format.
    PLATFORMS = r"""
options:
  os:
    description:
      - From multi-platform images, copy only those for these operating systems, as in V(linux) or
        V(windows:10.0.17763).
      - An image that does not state its platform is copied. By default, all platforms are copied.
      - Leaving platforms out changes the digest of a multi-platform image, because its manifest lists them.
    type: list
    elements: str
    default: []
  arch:
    description:
      - From multi-platform images, copy only those for these architectures, as in V(amd64) or V(arm:v7).
      - See O(os).
    type: list
    elements: str
    default: []
  convert:
    description:
      - Whether to convert OCI images to Docker's format, the only one that SWR's basic edition accepts.
        Layers and configurations stay the same, byte for byte. Manifests are rewritten, so digests change.
        Attestations and entries without a known platform are left out and named in the report.
      - V(auto) converts for SWR's basic edition, and for other registries once they refuse an OCI image.
        Otherwise images are copied byte for byte.
      - V(always) converts every OCI image. V(never) converts none, and an image that is refused fails.
      - An image that is already at its destination in converted form is recognized.
    type: str
    choices: [auto, always, never]
    default: auto
  recompress:
    description:
      - Whether to recompress Zstandard layers with gzip, for registries that refuse Zstandard. The content of the layer
        and the image's configuration stay the same. The digest of the layer changes, and with it that of the image.
      - V(auto) recompresses for registries that refuse an image with such layers, which is determined once for each
        registry. As long as nothing is known, O(convert) is tried first, because it costs less.
      - V(always) recompresses every such layer, V(never) none. With O(convert=never) none is recompressed either.
      - Each such layer is read twice, once to compute its new digest and once to send it, and stored nowhere. A journal
        remembers the digest.
      - This needs Python 3.14 or the Python library C(zstandard) on the host that the module runs on. Without either,
        such images fail, and the others are copied.
    type: str
    choices: [auto, always, never]
    default: auto
"""

    # What hangs on images.
    REFERRERS = r"""
options:
  referrers:
    description:
      - Whether to copy an image's referrers along with it, such as signatures, attestations and SBOMs. These are the
        manifests with the image as their subject (OCI 1.1), listed by the referrers API or, in registries without it,
        under the tag C(sha256-...), and the tags of cosign (C(sha256-....sig), C(.att), C(.sbom)).
      - They are looked up for every image that is copied or already at its destination, for the child images of a
        multi-platform image, and for the referrers themselves, up to five levels.
      - Each referrer counts as an image of its own. In a registry without the referrers API, the index under the tag
        C(sha256-...) is updated, keeping its existing entries, and counts as well.
      - Referrers that would be invalid at the destination are filtered, with the reason. That is the case if the image
        has another digest there (O(convert), O(recompress), O(os) and O(arch)), which a signature would not match, or
        if the destination accepts no artifacts, such as SWR's basic edition.
      - This takes one request for each digest that may have referrers, and lists the tags of each source repository.
    type: bool
    default: false
"""

    # Registries' own lists of their tags.
    TAG_LISTING = r"""
options:
  tag_listing:
    description:
      - Whether to get the tags of a repository with their digests from the registry's own API, instead of asking for
        each tag. This concerns sources and destinations, and reruns above all.
      - V(auto) uses the API of SWR's basic edition, up to 1,000 tags at a time, if there is an access key and the
        region has the call; and that of Harbor 2, 100 images at a time, with the login for the registry. It is used
        for repositories from which at least 10 tags are to be copied, if each of its pages saves at least 8 requests.
        Harbor's proxy caches are not listed.
      - Before such a list is used, the registry itself is asked for the names of the destination's tags, for one tag
        in 64 (at least 2 of each repository), and for up to 8 that seem to differ. Whatever does not agree is asked
        for one by one. If a digest is wrong, no list of the registry is used, and the task warns. What is to be copied
        is always asked of the registry first.
      - If a list is refused, incomplete or slow, the tags are asked for one by one. The task warns, except if a Harbor
        does not let the login list artifacts.
      - V(never) asks for each tag.
    type: str
    choices: [auto, never]
    default: auto
  tag_listing_endpoints:
    description:
      - The URL of SWR's API for registries whose name is not that of a region's SWR, as behind a VPC endpoint.
      - The keys are registries as in O(images), with their port. A value looks like
        V(https://swr-api.cn-north-4.myhuaweicloud.com).
    type: dict
    default: {}
  access_key:
    description:
      - The access key (AK) for O(tag_listing) in SWR.
      - When it is not set, it is taken from where M(longshore.swr.login_token) takes it.
    type: str
  secret_key:
    description:
      - The secret key (SK) that belongs to O(access_key).
    type: str
  security_token:
    description:
      - The security token, if O(access_key) is temporary.
    type: str
"""

    # What is shown while the module works.
    PROGRESS = r"""
options:
  progress_file:
    description:
      - The path of a file that progress is appended to while the module runs, one JSON object per line. During a pause
        that a registry asked for, C(waiting) says for what (C(for)), for how long (C(seconds)) and why (C(reason)).
      - When it is not set and the module runs on the controller (C(connection) is V(local) or C(delegate_to) is
        V(localhost)), a private file is used and removed at the end.
    type: path
  progress_interval:
    description:
      - The longest time between two progress lines, in seconds.
      - There is also a line for every 5 percent of the work and for every failure.
    type: float
    default: 30
notes:
  - When the module runs on the controller, progress lines are shown on standard error, and as events of
    C(ansible-runner) and AWX. They are not shown with C(no_log), C(async) or C(become), or on other hosts. Use
    O(progress_file) there.
"""

    # How much is asked of the registries.
    LIMITS = r"""
options:
  rate_limit:
    description:
      - The maximum number of requests a second to a registry. In a copy it applies to the destination registries.
      - The default is 18 for SWR's basic edition, which allows each account 20. Other registries have no limit until
        they refuse requests, which slows down everything that goes there.
    type: float
  limits_divided_by:
    description:
      - The number of hosts that share the limits, if the same account is used on several at the same time.
        Each uses its share of every limit, including SWR's known limits, and at least one upload.
    type: int
    default: 1
"""

    # How much is sent.
    UPLOAD_LIMITS = r"""
options:
  upload_limit:
    description:
      - The maximum number of concurrent layer uploads to a registry.
      - The default is 20 for SWR's basic edition, which is its limit per account, and O(workers) for other registries.
    type: int
  bandwidth_limit:
    description:
      - The maximum number of bytes a second sent to all registries together, as in V(50M) for 50 MiB.
      - Or a timetable as for rclone's C(--bwlimit), in the time zone of the host that copies, as in
        V(08:00,20M 18:00,off) or V(Mon-08:00,20M Fri-18:00,off). V(off) means no limit.
      - It covers the content of layers and configurations, which is nearly all the traffic.
        Reads from the sources are slowed down with it, because nothing is stored in between.
    type: str
"""

    # The result in some lines.
    SUMMARY = r"""
options:
  failures_shown:
    description:
      - How many causes of failures RV(summary) lists, each with its remedy.
      - With the default, the whole summary has at most 24 lines. A narrow terminal wraps the long ones.
    type: int
    default: 8
"""

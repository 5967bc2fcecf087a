# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seventeen rules: what each asks for, why, what an audit can see of it, and how severe it is.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Dict, FrozenSet, NamedTuple, Optional, Tuple

GUIDE = "https://github.com/longshore/swr/blob/main/docs/docsite/rst/guide_audit.rst"

ERROR, WARNING, INFO, OFF = "error", "warning", "info", "off"
SEVERITIES = (ERROR, WARNING, INFO)
"""Worst first."""

SOURCE_DOCUMENT, RECOMMENDED, STRICT = "source_document", "recommended", "strict"
PROFILES = (SOURCE_DOCUMENT, RECOMMENDED, STRICT)


class Rule(NamedTuple):
    """One rule of the audit.

    :ivar id: C(SWR-DF-004). It never changes.
    :ivar name: a short name in words joined by hyphens.
    :ivar title: what it asks for, as a heading.
    :ivar practice: what to do and why, a few sentences.
    :ivar fix: the remedy in general; a finding has one for its place.
    :ivar reach: what an audit can see of it, and what it cannot.
    :ivar severities: one for each of C(PROFILES).
    :ivar aliases: the numbers of hadolint for the same matter.
    """

    id: str
    name: str
    title: str
    practice: str
    fix: str
    reach: str
    severities: Tuple[str, str, str]
    aliases: Tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Where the guide explains it."""
        return "{0}#{1}".format(GUIDE, self.id.lower())

    def severity(self, profile: str) -> str:
        """The highest severity of its findings in a profile."""
        return self.severities[PROFILES.index(profile)]


RULES: Tuple[Rule, ...] = (
    Rule(
        "SWR-DF-001",
        "one-process",
        "Run one service per container",
        "A container should run one service. Two services in one image can neither be scaled nor updated nor "
        "restarted on their own, their logs are mixed, and the end of one goes unnoticed while the other runs.",
        "Build one image per service, and connect the containers over a network.",
        "Found: programs put into the background in CMD, ENTRYPOINT or an entrypoint script, and process supervisors. "
        "Not found: a program that starts others by itself.",
        (ERROR, WARNING, ERROR),
    ),
    Rule(
        "SWR-DF-002",
        "no-upgrade",
        "Do not upgrade the base image's packages, and install only what the image needs",
        "The same Dockerfile should build the same image. An upgrade of all packages makes the result depend on the "
        "day of the build, and adds a layer with a second copy of each upgraded file. Opinions differ: where a base "
        "image is rebuilt rarely, an upgrade is how security fixes arrive. Packages that only help people, such as "
        "editors and SSH servers, make the image larger and easier to attack.",
        "Choose a newer tag of the base image and rebuild regularly. Install the packages that the program needs by "
        "name.",
        "Found: upgrade commands of apt, apk, dnf, microdnf, yum, zypper and pacman, and installed packages of a list. "
        "Whether a program needs a package cannot be seen.",
        (WARNING, INFO, WARNING),
        ("DL3005", "DL3017", "DL3031", "DL3035", "DL3039"),
    ),
    Rule(
        "SWR-DF-003",
        "merge-by-change-rate",
        "Merge RUN instructions by how often they change",
        "Each RUN is a layer with a cache entry of its own. Commands that belong together, such as updating package "
        "lists and installing from them, go into one RUN: cached lists would otherwise be used with new packages. "
        "Commands that change at different times, such as system packages and the application's own dependencies, go "
        "into different ones, or every change of the source installs everything again.",
        "Join commands that change together with &&, and give those that change less often a RUN of their own, "
        "further up.",
        "Found: package lists that are updated in another layer than the installation, system packages in one RUN with "
        "the application after its source was copied, and neighbouring RUN instructions for the same purpose. "
        "Not judged: stages from which files are only copied, RUN instructions with different flags.",
        (WARNING, INFO, WARNING),
        ("DL3059",),
    ),
    Rule(
        "SWR-DF-004",
        "specific-tag",
        "Name base images by a specific tag",
        "A missing tag means latest, and latest moves: the same Dockerfile builds another image tomorrow, and nobody "
        "can say which version runs. A tag with a version makes the choice visible, and a digest makes it exact.",
        "Name a version, as in debian:12.8, or a digest.",
        "Found: no tag, and latest, in FROM and COPY --from, after expansion of build arguments and their defaults. "
        "Not judged: names of stages, scratch, and images from a build argument without a default.",
        (ERROR, ERROR, ERROR),
        ("DL3006", "DL3007"),
    ),
    Rule(
        "SWR-DF-005",
        "delete-leftovers",
        "Delete leftovers in the layer that makes them",
        "What a RUN leaves behind stays in its layer, even if a later RUN deletes it. Package lists and download "
        "caches are of no use in a container, and often larger than the program.",
        "Delete them at the end of the same RUN, or keep them out of the image with a cache mount.",
        "Found: lists and caches of apt, apk, dnf, microdnf, yum, zypper, pacman, pip, uv, npm and yarn that the RUN "
        "with the installation does not delete afterwards. Other leftovers, such as downloaded archives, are not "
        "searched for.",
        (WARNING, WARNING, ERROR),
        ("DL3009", "DL3019", "DL3032", "DL3036", "DL3040", "DL3042", "DL3060"),
    ),
    Rule(
        "SWR-DF-006",
        "base-image",
        "Choose a base image that fits",
        "A base image should have what the program needs, and little else. An image with the language's runtime, best "
        "in a slim variant, is smaller than a distribution into which the runtime is installed, and is maintained by "
        "others.",
        "Use the official image of the runtime in a slim or Alpine variant, or an image of the company's own.",
        "Found: a runtime installed into an image of a distribution, and images outside of the policy for base images, "
        "if there is one. The size of an image is not known from a Dockerfile.",
        (WARNING, INFO, WARNING),
        ("DL3026",),
    ),
    Rule(
        "SWR-DF-007",
        "workdir-and-cmd",
        "Set WORKDIR, and write CMD in exec form",
        "WORKDIR says where the instructions after it, and the program, run; a cd is forgotten at the end of its RUN. "
        "The exec form of CMD starts the program itself. The shell form starts a shell that starts it, and "
        "the shell does not pass on the signal that asks the program to stop.",
        'Use WORKDIR with an absolute path instead of cd, and CMD ["program", "argument"].',
        "Found: RUN and CMD that begin with cd, relative paths of WORKDIR, CMD in shell form, and images on a "
        "distribution or scratch without any CMD or ENTRYPOINT. The shell form of HEALTHCHECK is right and never "
        "reported.",
        (WARNING, WARNING, ERROR),
        ("DL3000", "DL3003", "DL3025"),
    ),
    Rule(
        "SWR-DF-008",
        "entrypoint",
        "Use ENTRYPOINT for what precedes the program, and make it work",
        "An image whose start needs preparation does that in an entrypoint script, to which CMD passes the default "
        "arguments. Such a script must be in the image under the path that ENTRYPOINT names, be executable, and "
        "receive the arguments.",
        'Use ENTRYPOINT ["/path/to/script"] in exec form with CMD for its arguments, and copy the script to that path '
        "with mode 0755.",
        "Found: several commands in CMD, ENTRYPOINT in shell form (it ignores CMD), and, with the context, scripts "
        "that are not copied to the path, are not executable or have no interpreter. Scripts of the base image are not "
        "seen.",
        (WARNING, WARNING, ERROR),
    ),
    Rule(
        "SWR-DF-009",
        "exec-in-script",
        "Start the program with exec in the entrypoint script",
        "The signal that stops a container goes to its first process. If that is a shell which waits for the program, "
        "the program never hears of it and is killed ten seconds later, without saving its work. With exec the "
        "program takes the place of the shell.",
        'End the script with exec "$@", or with exec and the program.',
        "Found: shells in CMD and ENTRYPOINT, and entrypoint scripts in the context, that start the program without "
        "exec. Scripts of the base image, and those not written for a shell, are not read.",
        (ERROR, ERROR, ERROR),
    ),
    Rule(
        "SWR-DF-010",
        "copy-over-add",
        "Use COPY instead of ADD",
        "COPY only copies. ADD also downloads URLs and unpacks archives, depending on what its source happens to be. "
        "For local files that are not archives, COPY does the same and cannot surprise.",
        "Use COPY for files. For a download, use curl or wget in a RUN that also verifies a checksum, or ADD with "
        "--checksum.",
        "Found: ADD of local files, and downloads without a checksum. ADD of a local archive, which it unpacks, is "
        "right.",
        (WARNING, WARNING, ERROR),
        ("DL3020",),
    ),
    Rule(
        "SWR-DF-011",
        "stable-first",
        "Put what changes rarely before what changes often",
        "A changed layer invalidates the cache of all layers after it. If the list of dependencies is copied and "
        "installed before the source, a change of the source installs nothing again.",
        "First install system packages, then copy the manifest of the dependencies and install them, and copy the "
        "source last.",
        "Found: system packages, and dependencies by npm, yarn, pnpm, pip, bundle, composer, go, cargo, maven, gradle "
        "and dotnet, that are installed after the whole context was copied.",
        (WARNING, WARNING, WARNING),
    ),
    Rule(
        "SWR-DF-012",
        "default-env",
        "Give variables defaults with ENV, and use ARG for the build alone",
        "Variables that the program or its start script reads should have a default in ENV, so that the image runs as "
        "it is and its settings can be read from it. A variable that only the build needs is an ARG. Neither is a "
        "place for secrets: both can be read from the image.",
        "Add ENV with a default. Pass secrets at run time, or to the build with RUN --mount=type=secret.",
        "Found: variables that no ENV or ARG defines, variables of the start command without a default, and names of "
        "secrets in ENV and ARG. Which variables a program reads cannot be seen.",
        (WARNING, WARNING, ERROR),
        ("DL3044", "DL3064"),
    ),
    Rule(
        "SWR-DF-013",
        "expose",
        "Declare the ports with EXPOSE",
        "EXPOSE documents the port that the program listens on, for people and for tools. The usual port of the "
        "service is the best one: everybody expects it.",
        "Add EXPOSE with the port that the program listens on.",
        "Found: no EXPOSE, ports out of range, ports in HEALTHCHECK or ENV that are not exposed, and unusual ports of "
        "well-known services. On which port a program listens cannot be seen.",
        (INFO, INFO, WARNING),
        ("DL3011",),
    ),
    Rule(
        "SWR-DF-014",
        "volume",
        "Declare directories with data as VOLUME",
        "The file system of a container ends with it. VOLUME declares where data lies, and keeps it outside of the "
        "container. What a RUN changes there afterwards is lost without an error.",
        "Add VOLUME with the directory of the data, after the last instruction that writes there.",
        "Found: directories for data that the start command prepares or an ENV names, databases without a volume, and "
        "RUN, COPY and ADD that write into a declared volume. Where a program writes cannot be seen.",
        (WARNING, INFO, WARNING),
    ),
    Rule(
        "SWR-DF-015",
        "labels",
        "Describe the image with LABEL",
        "Labels say who maintains an image, where its source is and which version it has; registries and tools show "
        "them. A value with spaces needs quotes.",
        'Add LABEL, as in org.opencontainers.image.source="https://git.example.com/shop/app".',
        "Found: no LABEL, MAINTAINER, and labels in the old form without an equals sign.",
        (WARNING, INFO, WARNING),
        ("DL3048", "DL3049", "DL3050", "DL3051", "DL3055", "DL4000"),
    ),
    Rule(
        "SWR-DF-016",
        "healthcheck",
        "Check the service with HEALTHCHECK",
        "A process that runs is not a service that answers. HEALTHCHECK runs a command whose status says so: 0 is "
        "healthy and 1 is unhealthy; 2 is reserved. Kubernetes ignores it and has probes of its own.",
        "Add HEALTHCHECK CMD with a command that is in the image and ends with || exit 1.",
        "Found: no HEALTHCHECK, statuses that are neither 0 nor 1, and programs that the base image is known not to "
        "have. Whether the command works cannot be seen.",
        (WARNING, INFO, WARNING),
        ("DL3012", "DL3057"),
    ),
    Rule(
        "SWR-DF-017",
        "dockerignore",
        "Keep files out of the context with .dockerignore",
        "Everything in the context is sent to the builder, and COPY . copies it into the image: the history of the "
        "repository, keys, passwords, and dependencies of another system.",
        "Add a .dockerignore with .git, secrets, and what the build makes itself.",
        "Found, with the context: no .dockerignore although the context is copied as a whole, and .git, files with "
        "secrets and dependencies that it does not exclude. Without the context the rule is not evaluated.",
        (ERROR, ERROR, ERROR),
    ),
)

BY_ID: Dict[str, Rule] = {rule.id: rule for rule in RULES}
IDS: FrozenSet[str] = frozenset(BY_ID)
_BY_ALIAS: Dict[str, str] = {alias: rule.id for rule in RULES for alias in rule.aliases}


def rule_of_alias(number: str) -> Optional[str]:
    """The rule for the same matter as a number of hadolint, C(DL3007), if there is one."""
    return _BY_ALIAS.get(number.upper())


def full_id(text: str) -> Optional[str]:
    """The ID of a rule as people write it: C(SWR-DF-004), C(swr-df-4), C(004); None if there is no such rule."""
    number = text.strip().upper()
    number = number[len("SWR-DF-") :] if number.startswith("SWR-DF-") else number
    found = "SWR-DF-{0:0>3}".format(number)
    return found if found in IDS else None

# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For each rule of the audit, Dockerfiles that are wrong, and some that are right or only look wrong.

An example is a text, or a text with the files of its context.
"""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

APP = "FROM node:20-alpine\nWORKDIR /app\nCOPY . .\n"

# -- 1: one service ----------------------------------------------------------------------------------------------------

ONE_WRONG = [
    "FROM debian:12\nCMD mysqld & sshd -D & exec /app/server\n",
    'FROM debian:12\nCMD ["sh", "-c", "redis-server & exec node app.js"]\n',
    'FROM debian:12\nCMD ["/usr/bin/supervisord", "-n"]\n',
    "FROM debian:12\nCMD service nginx start && php-fpm8.2 -F\n",
    'FROM debian:12\nENTRYPOINT ["tini", "--", "sh", "-c", "sshd && exec server"]\n',
    "FROM debian:12\nCMD php-fpm -D && nginx -g 'daemon off;'\n",
]
ONE_RIGHT = [
    'FROM debian:12\nCMD ["node", "app.js"]\n',
    "FROM debian:12\nCMD exec server 2>&1 && true\n",
    "FROM debian:12\nCMD tail -f /var/log/app.log & exec server\n",
    "FROM debian:12\nRUN mysqld & sleep 5 && mysql -e 'create database x'\nCMD [\"mysqld\"]\n",
    'FROM debian:12\nCMD ["nginx", "-g", "daemon off;"]\n',
    "FROM debian:12\nCMD migrate && exec server\n",
    'FROM debian:12 AS other\nCMD a & b\nFROM debian:12\nCMD ["b"]\n',
]

# -- 2: no upgrade -----------------------------------------------------------------------------------------------------

UPGRADE_WRONG = [
    "FROM debian:12\nRUN apt-get update && apt-get -y upgrade\n",
    "FROM debian:12\nRUN apt-get -o Dpkg::Options::=--force-confold dist-upgrade -y\n",
    "FROM alpine:3.20\nRUN apk update && apk upgrade --no-cache\n",
    "FROM rockylinux:9\nRUN dnf -y update && dnf clean all\n",
    "FROM opensuse/leap:15.6\nRUN zypper --non-interactive patch\n",
    "FROM debian:12\nRUN <<EOF\napt-get update\nsudo apt full-upgrade -y\nEOF\n",
    'FROM debian:12\nRUN ["apt-get", "upgrade", "-y"]\n',
    'FROM debian:12\nRUN bash -c "apt-get update && apt-get upgrade -y"\n',
]
UPGRADE_RIGHT = [
    "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
    "FROM rockylinux:9\nRUN yum -y update openssl\n",
    "FROM python:3.13\nRUN pip install --upgrade pip\n",
    "FROM debian:12\nRUN echo apt-get upgrade\n",
    "FROM alpine:3.20\nRUN apk add --upgrade openssl\n",
    "FROM archlinux:base\nRUN pacman -Syu --noconfirm nodejs\n",
]

# -- 3: merged by change rate ------------------------------------------------------------------------------------------

MERGE_WRONG = [
    "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl\n",
    "FROM debian:12\nRUN apt-get update\nENV A=1\nRUN apt-get install -y curl\n",
    "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n# more\nRUN apt-get install -y git\n",
    "FROM debian:12\nCOPY . /app\nRUN apt-get update && apt-get install -y nodejs && cd /app && npm install\n",
    "FROM alpine:3.20\nRUN apk add --no-cache curl\nRUN apk add --no-cache git\n",
]
MERGE_RIGHT = [
    "FROM debian:12\nRUN apt-get update && apt-get install -y curl\nCOPY . /app\nRUN cd /app && make\n",
    # Only copied from: its layers go nowhere.
    "FROM debian:12 AS build\nRUN apt-get update\nRUN apt-get install -y gcc\nFROM scratch\nCOPY --from=build /a /a\n",
    # Different options must not be merged.
    "FROM debian:12\nRUN --network=none apt-get install -y ./a.deb\nRUN apt-get install -y git\n",
    "FROM debian:12\nRUN --mount=type=cache,target=/var/cache/apt apt-get install -y a\nRUN apt-get install -y b\n",
    "FROM debian:12\nRUN apk update && apk add a\nCOPY b.list /etc/\nRUN apk update && apk add b\n",
    "FROM alpine:3.20\nRUN apk add a\nRUN set -x && apk add gcc && git clone b && make -C b && apk del gcc\n",
    "FROM node:20\nCOPY package.json ./\nRUN npm ci\nRUN npm run build\n",
    "FROM debian:12\nRUN apt-get update && apt-get install -y python3\nRUN pip install --no-cache-dir flask\n",
]

# -- 4: specific tag ---------------------------------------------------------------------------------------------------

TAG_WRONG = [
    "FROM node\n",
    "FROM registry.example:5000/team/app\n",
    "FROM docker.io/library/node:latest\n",
    "ARG BASE=debian\nFROM ${BASE}\n",
    "ARG TAG\nFROM debian:${TAG:-latest}\n",
    "FROM debian:12\nCOPY --from=busybox:latest /bin/sh /sh\n",
    "FROM debian:12\nRUN --mount=type=bind,from=golang,target=/go go version\n",
    "FROM node:lts\n",
]
TAG_RIGHT = [
    "FROM debian:12.8\n",
    "FROM scratch\n",
    "FROM node@sha256:" + "a" * 64 + "\n",
    "FROM node:latest@sha256:" + "a" * 64 + "\n",
    "FROM debian:12 AS base\nFROM base\nFROM base AS other\nCOPY --from=base /a /a\nCOPY --from=0 /a /b\n",
    "ARG VERSION=3.20\nFROM alpine:$VERSION\n",
    "ARG IMAGE\nFROM ${IMAGE:-debian:12}\n",
    "FROM registry.example:5000/team/app:1.0\n",
    "ARG IMAGE\nFROM $IMAGE\n",
]

# -- 5: leftovers ------------------------------------------------------------------------------------------------------

LEFT_WRONG = [
    "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
    "FROM debian:12\nRUN rm -rf /var/lib/apt/lists/* && apt-get update && apt-get install -y curl\n",
    "FROM debian:12\nRUN apt-get update && apt-get install -y curl && apt-get clean\n",
    "FROM debian:12\nRUN apt-get update && apt-get install -y curl\nRUN rm -rf /var/lib/apt/lists/*\n",
    "FROM alpine:3.20\nRUN apk add curl\n",
    "FROM rockylinux:9\nRUN dnf install -y git\n",
    "FROM python:3.13\nRUN pip install flask\n",
    "FROM debian:12\nRUN <<EOF\napt-get update\napt-get install -y curl\nEOF\n",
    "FROM python:3.13\nENV PIP_NO_CACHE_DIR=0\nRUN python3 -m pip install flask\n",
    "FROM archlinux:base-20260101\nRUN pacman -Syu --noconfirm git\n",
    "FROM python:3.13\nRUN uv pip install --system flask\n",
]
LEFT_RIGHT = [
    "FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
    "FROM debian:12\nRUN apt-get update && apt-get install -y a && rm -r /var/lib/apt/lists /var/cache/apt\n",
    "FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y a\n",
    "FROM debian:12\nRUN apt-get update && apt-get install -y curl && find /var/lib/apt/lists -type f -delete\n",
    "FROM debian:12 AS build\nRUN apt-get update && apt-get install -y gcc\nFROM scratch\nCOPY --from=build /a /a\n",
    "FROM alpine:3.20\nRUN apk add --no-cache curl\n",
    "FROM rockylinux:9\nRUN dnf install -y git && dnf clean all\n",
    "FROM python:3.13\nENV PIP_NO_CACHE_DIR=1\nRUN pip install flask\n",
    "FROM archlinux:base-20260101\nRUN pacman -Syu --noconfirm git && pacman -Scc --noconfirm\n",
    "FROM python:3.13\nENV UV_NO_CACHE=1\nRUN uv pip install --system flask\n",
    "FROM debian:12\nRUN apt-get install -y ./local.deb\n",
    "FROM debian:12\nRUN <<EOF\nset -e\napt-get update\napt-get install -y curl\nrm -rf /var/lib/apt/lists/*\nEOF\n",
]

# -- 6: base image -----------------------------------------------------------------------------------------------------

BASE_WRONG = [
    'FROM ubuntu:24.04\nRUN apt-get update && apt-get install -y nodejs npm\nCMD ["npm", "start"]\n',
    'FROM debian:12\nRUN apt-get install -y openjdk-17-jre\nCMD ["java", "-jar", "a.jar"]\n',
    'FROM rockylinux:9\nRUN dnf install -y python3.11\nENTRYPOINT ["python3.11", "a.py"]\nCMD ["python3"]\n',
    'FROM registry.access.redhat.com/ubi9\nRUN dnf install -y nginx\nCMD ["nginx"]\n',
]
BASE_RIGHT = [
    'FROM node:20-slim\nCMD ["npm", "start"]\n',
    'FROM debian:12\nRUN apt-get install -y python3\nCOPY server /\nCMD ["/server"]\n',
    'FROM alpine:3.20\nRUN apk add --no-cache nodejs\nCMD ["node", "a.js"]\n',
    'FROM debian:12 AS build\nRUN apt-get install -y nodejs\nFROM nginx:1.27\nCOPY --from=build /a /a\nCMD ["nginx"]\n',
]

# -- 7: WORKDIR and CMD ------------------------------------------------------------------------------------------------

WORKDIR_WRONG = [
    'FROM node:20\nRUN cd /app && npm ci\nCMD ["npm", "start"]\n',
    "FROM node:20\nCMD npm start\n",
    'FROM node:20\nWORKDIR app\nCMD ["npm", "start"]\n',
    "FROM scratch\nCOPY server /\n",
    'FROM node:20\nCMD ["node", "a.js", "--port=$PORT"]\n',
    "FROM node:20\nRUN cd $APP; ./build\n",
]
WORKDIR_RIGHT = [
    'FROM node:20\nWORKDIR /app\nRUN npm ci\nCMD ["npm", "start"]\n',
    'FROM node:20\nWORKDIR /app\nWORKDIR sub\nCMD ["npm", "start"]\n',
    'FROM node:20\nHEALTHCHECK CMD wget -q --spider http://localhost/ || exit 1\nCMD ["npm", "start"]\n',
    'FROM node:20\nRUN git clone https://example.org/a && cd a && make\nCMD ["a"]\n',
    'FROM node:20\nCMD ["sh", "-c", "exec node a.js --port=$PORT"]\n',
    "FROM nginx:1.27\nCOPY site /usr/share/nginx/html\n",
    'FROM debian:12 AS build\nCMD make\nFROM scratch\nCOPY --from=build /a /a\nCMD ["/a"]\n',
]

# -- 8: ENTRYPOINT -----------------------------------------------------------------------------------------------------

SCRIPT = '#!/bin/sh\nset -e\nprepare\nexec "$@"\n'
ENTRY = 'FROM node:20\nWORKDIR /app\nCOPY . /app\nENTRYPOINT ["/app/entrypoint.sh"]\nCMD ["npm", "start"]\n'
ENTRYPOINT_WRONG: List[Any] = [
    "FROM node:20\nENTRYPOINT npm\nCMD start\n",
    "FROM node:20\nENTRYPOINT exec npm start\n",
    "FROM node:20\nCMD node prepare.js && exec npm start\n",
    (ENTRY.replace("/app/entry", "/entry"), {"entrypoint.sh*": SCRIPT}),
    (ENTRY, {"entrypoint.sh": SCRIPT}),
    (ENTRY, {"entrypoint.sh*": 'exec "$@"\n'}),
    (ENTRY, {"entrypoint.sh*": '#!/bin/sh\r\nexec "$@"\r\n'}),
    (ENTRY, {"entrypoint.sh*": "#!/bin/sh\nexec npm start\n"}),
]
ENTRYPOINT_RIGHT: List[Any] = [
    'FROM node:20\nENTRYPOINT ["npm"]\nCMD ["start"]\n',
    'FROM node:20\nCMD ["npm", "start"]\n',
    "FROM node:20\nCMD cd /app && exec npm start\n",
    (ENTRY, {"entrypoint.sh*": SCRIPT}),
    (ENTRY.replace("COPY", "COPY --chmod=755"), {"entrypoint.sh": SCRIPT}),
    (ENTRY.replace("ENTRY", "RUN chmod +x /app/entrypoint.sh\nENTRY"), {"entrypoint.sh": SCRIPT}),
    (ENTRY.replace('["/app', '["sh", "/app'), {"entrypoint.sh": SCRIPT}),
    (ENTRY.replace('["/app/', '["./'), {"entrypoint.sh*": SCRIPT}),
    (ENTRY.replace(".sh", ""), {"entrypoint*": "\x7fELF\0"}),
    (ENTRY.replace("COPY . /app", "COPY docker/*.sh /app/"), {"docker/entrypoint.sh*": SCRIPT}),
    'FROM postgres:17\nENTRYPOINT ["docker-entrypoint.sh"]\nCMD ["postgres"]\n',
]

# -- 9: exec -----------------------------------------------------------------------------------------------------------

EXEC_WRONG: List[Any] = [
    (ENTRY, {"entrypoint.sh*": '#!/bin/sh\nset -e\n"$@"\n'}),
    (ENTRY, {"entrypoint.sh*": "#!/bin/sh\nnpm start\n"}),
    (ENTRY, {"entrypoint.sh*": '#!/bin/bash\nif [ "$1" = x ]; then exec x; fi\n"$@"\n'}),
    "FROM node:20\nCMD node prepare.js && npm start\n",
    'FROM node:20\nENTRYPOINT ["sh", "-c", "prepare; npm start"]\n',
]
EXEC_RIGHT: List[Any] = [
    (ENTRY, {"entrypoint.sh*": SCRIPT}),
    (ENTRY, {"entrypoint.sh*": '#!/bin/sh\nexec > /log 2>&1\nexec gosu app "$@"\n'}),
    (ENTRY, {"entrypoint.sh*": '#!/bin/sh\ncase "$1" in\ndev) exec npm run dev;;\n*) exec "$@";;\nesac\n'}),
    (ENTRY, {"entrypoint.sh*": "#!/bin/sh\ntrap 'kill $pid' TERM\nnpm start &\npid=$!\nwait $pid\n"}),
    (ENTRY, {"entrypoint.sh*": "#!/usr/bin/python3\nimport os\n"}),
    (
        ENTRY,
        {
            "entrypoint.sh*": "#!/bin/sh\nif [ $1 = d ]; then\ntrap 'kill $pid' TERM\n$@ &\npid=$!\nwait $pid\n"
            'else\nexec "$@"\nfi\n'
        },
    ),
    "FROM node:20\nCMD npm start\n",
    "FROM node:20\nCMD node prepare.js && exec npm start\n",
    'FROM node:20\nCMD ["npm", "start"]\n',
]

# -- 10: COPY over ADD -------------------------------------------------------------------------------------------------

ADD_WRONG: List[Any] = [
    "FROM debian:12\nADD . /app\n",
    "FROM debian:12\nADD config.json /app/\n",
    'FROM debian:12\nADD --chown=app ["a b.txt", "/app/"]\n',
    "FROM debian:12\nADD https://example.org/tool /usr/local/bin/\n",
    "FROM debian:12\nONBUILD ADD . /app\n",
    ("FROM debian:12\nADD tool /app/\n", {"tool": "#!/bin/sh\n"}),
    "FROM debian:12\nADD tool.zip /app/\n",
]
ADD_RIGHT: List[Any] = [
    "FROM debian:12\nCOPY . /app\n",
    "FROM debian:12\nADD rootfs.tar.xz /\n",
    "FROM debian:12\nADD app-*.tgz /app\n",
    "FROM debian:12\nADD --checksum=sha256:24454f83 https://example.org/a /a\n",
    "FROM debian:12\nADD https://example.org/a.git#v1 /src\n",
    ("FROM debian:12\nADD rootfs /\n", {"rootfs": "\x00" * 257 + "ustar"}),
    "FROM debian:12\nARG X\nADD $X /app\n",
]

# -- 11: stable first --------------------------------------------------------------------------------------------------

ORDER_WRONG = [
    APP + "RUN npm ci\n",
    APP + "RUN apk add --no-cache git\n",
    "FROM python:3.13\nCOPY . /app\nRUN pip install --no-cache-dir -r /app/requirements.txt\n",
    "FROM golang:1.23\nWORKDIR /src\nADD ./ ./\nRUN go mod download && go build\n",
    "FROM golang:1.23\nWORKDIR /src\nCOPY . .\nRUN go build ./...\n",
    "FROM php:8.3\nWORKDIR /app\nCOPY . .\nRUN composer install\n",
]
ORDER_RIGHT = [
    "FROM node:20\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n",
    "FROM debian:12\nCOPY conf /etc/conf\nRUN apt-get update && apt-get install -y curl\n",
    "FROM debian:12 AS a\nCOPY . /a\nFROM debian:12\nRUN apt-get install -y curl\nCOPY --from=a . /a\n",
    "FROM golang:1.23\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\nRUN go build\n",
    "FROM golang:1.23\nCOPY . .\nRUN --mount=type=cache,target=/go/pkg/mod go build\n",
    "FROM node:20\nCOPY . .\nRUN npm install -g serve\n",
    "FROM python:3.13\nCOPY . /src\nRUN pip install --no-cache-dir /src\n",
]

# -- 12: variables -----------------------------------------------------------------------------------------------------

ENV_WRONG = [
    "FROM scratch\nCOPY a $TARGET\n",
    "ARG VERSION=1\nFROM debian:12\nLABEL version=$VERSION\n",
    "FROM debian:12\nWORKDIR $APP_HOME\n",
    "FROM node:20\nENV DB_PASSWORD=hunter2\n",
    "FROM node:20\nARG NPM_TOKEN\nRUN npm ci\n",
    "FROM node:20\nCMD exec node app.js --port $APP_PORT\n",
    "FROM node:20\nARG APP_PORT=80\nCMD exec node app.js --port $APP_PORT\n",
    "FROM node:20\nENV A=1 MY_API_KEY=x\n",
]
ENV_RIGHT: List[Any] = [
    "FROM debian:12\nENV APP_HOME=/app\nWORKDIR $APP_HOME\n",
    "FROM debian:12\nARG DIR\nWORKDIR /app/$DIR\n",
    "FROM debian:12\nWORKDIR ${APP_HOME:-/app}\n",
    "FROM debian:12\nENV PATH=/app/bin:$PATH\n",
    "ARG VERSION=1\nFROM debian:12\nARG VERSION\nLABEL version=$VERSION\n",
    "FROM debian:12\nENV DB_PASSWORD_FILE=/run/secrets/db DB_PASSWORD=\n",
    "FROM node:20\nENV APP_PORT=80\nCMD exec node app.js --port $APP_PORT\n",
    "FROM node:20\nCMD exec node app.js --port ${APP_PORT:-80} '$X'\n",
    "FROM debian:12\nLABEL a='$X'\nARG TARGETARCH\nCOPY app-$TARGETARCH /app\n",
    "FROM debian:12\nRUN for i in 1 2; do echo $i $UNKNOWN; done\n",
    (ENTRY, {"entrypoint.sh*": '#!/bin/sh\nfor f in /x/*; do . "$f"; done\nread -r a\nb=1\nexec "$@" $a $b\n'}),
]

# -- 13, 14, 15: what an image declares --------------------------------------------------------------------------------

EXPOSE_WRONG = [
    'FROM node:20\nCMD ["node", "a.js"]\n',
    'FROM node:20\nENV PORT=3000\nEXPOSE 80\nCMD ["node", "a.js"]\n',
    "FROM nginx:1.27\nEXPOSE 8081\n",
    "FROM node:20\nEXPOSE 70000\n",
    'FROM node:20\nEXPOSE 80\nHEALTHCHECK CMD curl -f http://localhost:3000/ || exit 1\nCMD ["node", "a.js"]\n',
]
EXPOSE_RIGHT = [
    'FROM node:20\nENV PORT=3000\nEXPOSE $PORT\nCMD ["node", "a.js"]\n',
    'FROM node:20\nEXPOSE 3000/tcp 9000-9002/udp\nCMD ["node", "a.js"]\n',
    "FROM nginx:1.27\nEXPOSE 443\n",
    'FROM node:20\nARG PORT\nENV DB_PORT=5432\nEXPOSE $PORT\nCMD ["node", "a.js"]\n',
    "FROM node:20\nCOPY . .\n",
]
VOLUME_WRONG: List[Any] = [
    "FROM debian:12\nVOLUME /data\nRUN mkdir -p /data/cache\n",
    "FROM debian:12\nVOLUME /data\nRUN echo x > /data/x\n",
    'FROM debian:12\nRUN apt-get install -y mariadb-server\nCMD ["mysqld_safe"]\n',
    "FROM node:20\nCMD mkdir -p /var/media && exec node a.js\n",
    'FROM node:20\nENV UPLOAD_DIR=/srv/up\nCMD ["node", "a.js"]\n',
]
VOLUME_RIGHT: List[Any] = [
    "FROM debian:12\nRUN mkdir -p /data/cache\nVOLUME /data\n",
    'FROM debian:12\nVOLUME ["/data", "/logs"]\nRUN mkdir /database\n',
    'FROM debian:12\nRUN apt-get install -y mariadb-server\nVOLUME /var/lib/mysql\nCMD ["mysqld_safe"]\n',
    'FROM debian:12\nRUN apt-get install -y mariadb-client\nCMD ["server"]\n',
    'FROM postgres:17\nCMD ["postgres"]\n',
]
LABEL_WRONG = [
    "FROM debian:12\n",
    "FROM debian:12\nMAINTAINER Team <team@example.org>\n",
    "FROM debian:12\nLABEL description a text with spaces\n",
]
LABEL_RIGHT = [
    "FROM debian:12\nLABEL a=1\n",
    'FROM debian:12\nLABEL description="a text with spaces" \\\n  version=1\n',
    "FROM debian:12 AS a\nLABEL a=1\nFROM a\n",
]

# -- 16, 17 ------------------------------------------------------------------------------------------------------------

HEALTH_WRONG = [
    "FROM node:20\n",
    "FROM node:20\nHEALTHCHECK CMD test -f /ok || exit 2\n",
    "FROM node:20-alpine\nHEALTHCHECK CMD curl -f http://localhost/ || exit 1\n",
    "FROM node:20\nHEALTHCHECK CMD curl http://localhost/\n",
    "FROM node:20\nHEALTHCHECK CMD curl -f http://localhost/\n",
    "FROM debian:12-slim\nHEALTHCHECK CMD wget -q --spider http://localhost/ || exit 1\n",
]
HEALTH_RIGHT = [
    "FROM node:20\nHEALTHCHECK CMD curl -f http://localhost/ || exit 1\n",
    "FROM node:20\nHEALTHCHECK NONE\n",
    "FROM alpine:3.20\nHEALTHCHECK CMD wget -q --spider http://localhost/ || exit 1\n",
    "FROM alpine:3.20\nRUN apk add curl\nHEALTHCHECK --interval=5s CMD curl -fsS http://localhost/ || exit 1\n",
    'FROM node:20\nHEALTHCHECK CMD ["node", "healthcheck.js"]\n',
    "FROM node:20 AS a\nHEALTHCHECK CMD node check.js\nFROM a\n",
]
IGNORE_WRONG: List[Any] = [
    (APP, {"app.js": "", ".git/HEAD": ""}),
    (APP, {"app.js": "", ".env": "A=1"}),
    ("FROM node:20\nCOPY config /config\n", {"config/tls.key": ""}),
    (APP, {"node_modules/a/index.js": ""}),
    ("FROM node:20\nCOPY config/.e* /config\n", {"config/.env.production": ""}),
]
IGNORE_RIGHT: List[Any] = [
    (APP, {"app.js": ""}),
    ("FROM node:20\nCOPY src /src\n", {"src/a.js": "", ".git/HEAD": "", ".env": ""}),
    (APP, {".env.example": "", "id_rsa.pub": ""}),
    ("FROM debian:12 AS a\nFROM node:20\nCOPY --from=a . /a\n", {".git/HEAD": ""}),
]

WRONG: Dict[str, List[Any]] = {
    "001": ONE_WRONG,
    "002": UPGRADE_WRONG,
    "003": MERGE_WRONG,
    "004": TAG_WRONG,
    "005": LEFT_WRONG,
    "006": BASE_WRONG,
    "007": WORKDIR_WRONG,
    "008": ENTRYPOINT_WRONG,
    "009": EXEC_WRONG,
    "010": ADD_WRONG,
    "011": ORDER_WRONG,
    "012": ENV_WRONG,
    "013": EXPOSE_WRONG,
    "014": VOLUME_WRONG,
    "015": LABEL_WRONG,
    "016": HEALTH_WRONG,
    "017": IGNORE_WRONG,
}
RIGHT: Dict[str, List[Any]] = {
    "001": ONE_RIGHT,
    "002": UPGRADE_RIGHT,
    "003": MERGE_RIGHT,
    "004": TAG_RIGHT,
    "005": LEFT_RIGHT,
    "006": BASE_RIGHT,
    "007": WORKDIR_RIGHT,
    "008": ENTRYPOINT_RIGHT,
    "009": EXEC_RIGHT,
    "010": ADD_RIGHT,
    "011": ORDER_RIGHT,
    "012": ENV_RIGHT,
    "013": EXPOSE_RIGHT,
    "014": VOLUME_RIGHT,
    "015": LABEL_RIGHT,
    "016": HEALTH_RIGHT,
    "017": IGNORE_RIGHT,
}


def examples(table: Dict[str, List[Any]]) -> List[Tuple[str, str, Any]]:
    return [
        (number, *(example if isinstance(example, tuple) else (example, None)))
        for number, rows in table.items()
        for example in rows
    ]

# syntax=docker/dockerfile:1
# The image of the site, in two forms: `app` (web processes and workers), and `edge` (with the gateway and the relay).
#
#     docker build --target app --tag spaces-app . && docker build --target edge --tag spaces-edge .
#
# Both run as the account 10001, need no capability, and write below /srv/spaces/var and /tmp only.
ARG BASE=debian:12-slim
ARG NODE=node:22-bookworm-slim

# --- Scripts of other projects ----------------------------------------------------------------------------------------
FROM ${NODE} AS scripts
WORKDIR /build
COPY deploy/js/package.json deploy/js/package-lock.json ./
RUN npm ci --no-audit --no-fund --loglevel error \
    && sed '/^\/\/# sourceMappingURL=/d' node_modules/hls.js/dist/hls.light.min.mjs >hls.light.min.mjs

# --- What only the build needs ----------------------------------------------------------------------------------------
FROM ${BASE} AS build
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/spaces/app
COPY requirements.txt ./
RUN python3 -m venv .venv \
    && .venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --requirement requirements.txt
COPY . .
COPY --from=scripts /build/hls.light.min.mjs deploy/js/served/hls.light.min.mjs
RUN .venv/bin/python -m compileall -q accounts captions spaces spaces_project timeline

# --- Web processes and workers ----------------------------------------------------------------------------------------
FROM ${BASE} AS app
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends age ca-certificates esbuild python3 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 spaces \
    && useradd --uid 10001 --gid 10001 --home-dir /srv/spaces --no-create-home --shell /usr/sbin/nologin spaces \
    && install -d -o 10001 -g 10001 -m 0700 /srv/spaces/var
COPY --from=build /srv/spaces/app /srv/spaces/app
ENV SPACES_VAR=/srv/spaces/var CAPTIONS_MODELS_DIR=/srv/spaces/var/models WEB_SERVER=uvicorn PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/spaces/app
USER 10001:10001
# Like a service manager: what ends is started again by the container's runtime.
ENTRYPOINT ["deploy/container"]
CMD ["part", "web"]

# --- The gateway, the relay, and what must stand beside them ----------------------------------------------------------
FROM app AS edge
# Root only to install: the last USER counts.
# hadolint ignore=DL3002
USER 0:0
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends coturn janus \
    && rm -rf /var/lib/apt/lists/*
USER 10001:10001
CMD ["part", "gateway"]

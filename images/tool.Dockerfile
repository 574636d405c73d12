# {{note}}
# BASE_IMAGE: `npm run images:base` makes the default without a registry; online, any image with Node 24 at
# /nodejs/bin/node and the C library will do, such as distroless nodejs24-debian12, tag nonroot, pinned by digest.
ARG BASE_IMAGE=outrigger/base:latest
FROM ${BASE_IMAGE}

# Set by BuildKit, buildah and podman; Docker's legacy builder leaves it to this default.
ARG TARGETARCH=amd64
# The init, and mount points with mode 1777: a fresh named volume takes over owner and mode of what it is mounted on.
COPY dist/rootfs/${TARGETARCH}/ /
COPY dist/sbom/{{name}}.cdx.json /usr/share/sbom/
COPY dist/{{name}}/ /app/

USER {{user}}:{{user}}
WORKDIR /
ENV {{environment}}
{{expose}}
{{healthcheck}}
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=unknown
ARG BASE_NAME=unknown
ARG BASE_DIGEST=unknown
LABEL org.opencontainers.image.title="{{title}}" \
      org.opencontainers.image.description="{{description}}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://outrigger.dev/source" \
      org.opencontainers.image.documentation="https://outrigger.dev/docs/guides/images" \
      org.opencontainers.image.base.name="${BASE_NAME}" \
      org.opencontainers.image.base.digest="${BASE_DIGEST}"
ENTRYPOINT {{entrypoint}}

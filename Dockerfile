# The image holds one static binary, CA certificates and a user that is not root.
#
#   docker build -t simhook --build-arg VERSION=1.0.0 --build-arg REVISION="$(git rev-parse --short=12 HEAD)" .
#   docker buildx build -t simhook --platform linux/amd64,linux/arm64 --build-arg VERSION=1.0.0 .
#
# The binary is built on the machine's own architecture for the one that is asked for, so no emulation is needed.
# BUILD_IMAGE has Go, a shell and CA certificates; RUN_IMAGE may be any
# distroless static image instead of nothing. GOPROXY may be a proxy of yours.
# The same sources give the same files with the same times; for the same digest,
# have the builder set its own times too (buildah: --timestamp 0; BuildKit:
# --build-arg SOURCE_DATE_EPOCH=0 --output type=image,rewrite-timestamp=true).
ARG BUILD_IMAGE=golang:1.26
ARG RUN_IMAGE=scratch

FROM --platform=${BUILDPLATFORM} ${BUILD_IMAGE} AS build
ARG GOPROXY
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=devel
ARG REVISION
ARG TARGETOS
ARG TARGETARCH
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=${TARGETOS} GOARCH=${TARGETARCH} go build -trimpath -buildvcs=false -ldflags "-s -w -buildid= -X main.version=${VERSION} -X main.commit=${REVISION}" \
    -o /root-of-image/simhook ./cmd/simhook
# /tmp is for fleets that come compressed or from a pipe, /data for the files.
RUN mkdir -p /root-of-image/etc/ssl/certs /root-of-image/tmp /data && \
    cp /etc/ssl/certs/ca-certificates.crt /root-of-image/etc/ssl/certs/ && \
    chmod 1777 /root-of-image/tmp && \
    find /root-of-image /data -exec touch -d @0 {} +

FROM ${RUN_IMAGE}
ARG VERSION=devel
ARG REVISION=unknown
LABEL org.opencontainers.image.title="simhook" \
      org.opencontainers.image.description="Registers notification webhooks for fleets of SIMs on the Connect API" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /root-of-image /
COPY --from=build --chown=65532:65532 /data /data
# A number, so that Kubernetes can see that it is not root.
USER 65532:65532
WORKDIR /data
ENTRYPOINT ["/simhook"]

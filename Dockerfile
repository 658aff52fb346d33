# The image holds one static binary, CA certificates and a user that is not root.
#
#   docker build -t simhook --build-arg VERSION=1.0.0 .
#
# Both base images are arguments: BUILD_IMAGE has Go, RUN_IMAGE may be empty
# ("scratch") or any distroless static image. GOPROXY may be a proxy of yours.
ARG BUILD_IMAGE=golang:1.26
ARG RUN_IMAGE=scratch

FROM ${BUILD_IMAGE} AS build
ARG VERSION=devel
ARG GOPROXY
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -buildid= -X main.version=${VERSION}" -o /out/simhook ./cmd/simhook

FROM ${RUN_IMAGE}
ARG VERSION=devel
LABEL org.opencontainers.image.title="simhook" \
      org.opencontainers.image.description="Registers notification webhooks for fleets of SIMs on the Connect API" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/simhook /simhook
# A number, so that Kubernetes can see that it is not root.
USER 65532:65532
WORKDIR /data
ENTRYPOINT ["/simhook"]

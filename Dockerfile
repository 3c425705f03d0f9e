# The registry builds this (azure.yaml, remoteBuild) with Docker's classic builder, which has no cache mounts or heredocs.
FROM node:24-trixie-slim@sha256:173f125896c3b47ddf056734c7ea789d04595a6a08769a8f78e0df642781fb66 AS build
WORKDIR /app
# A separate layer: a change to the sources does not install the packages again.
COPY package.json package-lock.json ./
COPY examples/dashboard/package.json examples/dashboard/
# Without scripts: ours would build the dashboard, whose sources are copied later.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts scripts
COPY examples/dashboard examples/dashboard
COPY src src
RUN node scripts/build.ts

# No shell, no npm, no packages: the build is bundled. It runs as user 65532 and writes no files.
FROM gcr.io/distroless/nodejs24-debian13:nonroot@sha256:9eeb7f5887d0e239e78264b06f7f11d2e14be534050481803a9e4728fcdd278e
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="events-graphql" \
      org.opencontainers.image.description="Typed GraphQL over the events schema of a private Azure Database for PostgreSQL" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/dist ./dist
# Files from the checkout. An image based on this one adds to the same folders.
COPY documents ./documents
COPY extensions ./extensions
COPY migrations ./migrations
COPY sample ./sample
ENV PERSISTED_DOCUMENTS=documents EXTENSIONS=extensions
EXPOSE 4000
# Node.js is the first process, so it receives SIGTERM. Arguments after the image's name are a command, such as doctor.
# The young generation has room for a request of a few hundred rows, so its garbage is collected cheaply. One helper
# thread for the collector and the compiler is enough: more would take the one or two processors from the server.
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=32", "--v8-pool-size=1", "dist/main.js"]

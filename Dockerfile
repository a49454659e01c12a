# One image for every role. The dashboard, the API and an embedded PostgreSQL on http://localhost:3000:
#   docker build -t goodtake .
#   docker run --init -p 3000:3000 -v goodtake:/data goodtake

# Debian with Node.js 24, npm and an account `node`, as the official images of Node.js have them.
ARG BASE=node:24-slim

FROM ${BASE} AS build
WORKDIR /opt/goodtake
COPY package.json package-lock.json .npmrc ./
RUN npm install --no-progress
COPY . .
RUN npm run build && rm -r .next/cache

FROM ${BASE} AS dependencies
WORKDIR /opt/goodtake
COPY package.json package-lock.json .npmrc ./
# Not `--omit=dev`: that keeps `prisma` and `typescript`, which @prisma/client names as optional peers. Next.js's compiler and image
# library, source maps and Prisma's compilers for other databases are not used by a server.
RUN npm pkg delete devDependencies \
  && npm install --no-progress \
  && rm -rf node_modules/@next/swc-* node_modules/@img node_modules/sharp \
  && find node_modules -name '*.map' -delete \
  && find node_modules/@prisma/client/runtime -name 'query_compiler_*' ! -name '*.postgresql.*' -delete

FROM ${BASE}
WORKDIR /opt/goodtake
COPY --from=dependencies /opt/goodtake/node_modules node_modules
COPY --from=build /opt/goodtake/.next .next
COPY --from=build /opt/goodtake/lib lib
COPY LICENSE package.json next.config.mjs server.ts ./
COPY prisma prisma
COPY public public
COPY scripts scripts
# A new volume gets its owner and mode from the image.
RUN install --directory --owner=node --group=node --mode=0700 /data
ENV NODE_ENV=production DATA_DIR=/data
VOLUME /data
USER node
EXPOSE 3000
# `degraded` is 200: a server without its Redis or its dashboard still answers the API.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "-e", \
  "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
CMD ["node", "server.ts"]

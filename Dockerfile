# The service alone. PostgreSQL and Redis are others' containers: data inside this one would end
# with it, so the embedded binaries are left out, and without DATABASE_URL the start is refused.
# compose.yaml runs all three.

FROM node:24-bookworm-slim AS build
WORKDIR /build
# What npm reads comes first: the modules are installed anew only when it changes.
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY actors ./actors
COPY persistence ./persistence
COPY src ./src
RUN npm run build \
    && npm prune --omit=dev --omit=optional

FROM node:24-bookworm-slim
# All addresses of the container, which is what `ports` of compose needs. Others can reach it, so
# the service starts only with keys of its own, or with HOLDFAST_DEMO=1.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 HOLDFAST_DATA=/data
# The books of the simulator and the development secret of a demo; nothing of a real sale.
RUN install --directory --owner=node --group=node --mode=0700 /data
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY LICENSE ./
USER node
VOLUME /data
EXPOSE 8080
# Answers what was accepted, then ends: within 20 seconds.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["node", "--eval", \
    "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1))"]
CMD ["node", "dist/src/main.js"]

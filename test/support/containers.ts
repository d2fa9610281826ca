// PostgreSQL and Redis in containers, for a machine that has Docker and nothing else. The versions
// are those of compose.yaml.

/** What a server in a container needs, in no library's words. */
export interface WantedContainer {
  readonly image: string
  readonly environment: Readonly<Record<string, string>>
  /** The one it listens on inside. */
  readonly port: number
  /** The line of its log that says it is ready, and how often it must have been written. */
  readonly readyLine: RegExp
  readonly readyTimes: number
}

export interface RunningContainer {
  readonly host: string
  /** The one it is reached at from here. */
  readonly port: number
  stop(): Promise<void>
}

/** Starts a container and waits until it is ready; rejects where there is no Docker. */
export type StartContainer = (wanted: WantedContainer) => Promise<RunningContainer>

const PASSWORD = 'holdfast'

/** Answers the URL of a PostgreSQL that may be used as its superuser. */
export async function postgresInContainer(start: StartContainer) {
  const container = await start({
    image: 'postgres:18-bookworm',
    environment: { POSTGRES_PASSWORD: PASSWORD },
    port: 5432,
    // The image starts the server once to prepare it, and then for good.
    readyLine: /database system is ready to accept connections/,
    readyTimes: 2,
  })
  const { host, port, stop } = container
  return { url: `postgresql://postgres:${PASSWORD}@${host}:${port}/postgres`, stop }
}

/** Answers the URL of a Redis. */
export async function redisInContainer(start: StartContainer) {
  const container = await start({
    image: 'redis:7.4-bookworm',
    environment: {},
    port: 6379,
    readyLine: /Ready to accept connections/,
    readyTimes: 1,
  })
  const { host, port, stop } = container
  return { url: `redis://${host}:${port}`, stop }
}

/** The real thing. Loaded only here: it is slow to load, and useless without Docker. */
export const startTestContainer: StartContainer = async (wanted) => {
  const { GenericContainer, Wait } = await import('testcontainers')
  const started = await new GenericContainer(wanted.image)
    .withEnvironment({ ...wanted.environment })
    .withExposedPorts(wanted.port)
    .withWaitStrategy(Wait.forLogMessage(wanted.readyLine, wanted.readyTimes))
    .start()
  return {
    host: started.getHost(),
    port: started.getMappedPort(wanted.port),
    stop: async () => void (await started.stop()),
  }
}

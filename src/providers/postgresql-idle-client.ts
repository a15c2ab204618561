import type { PgClient, PgDriver } from './postgresql-driver';

/**
 * `pg.Client`, made so that a connection keeps the process alive while a query runs, and not while it is idle. Connections
 * are kept from one test file to the next, and must not keep a finished worker from ending.
 */
export function createIdleClientClass(driver: PgDriver): PgDriver['Client'] {
  return class IdleClient extends driver.Client {
    constructor(config: ConstructorParameters<PgDriver['Client']>[0]) {
      super(config);
      let running = 0;
      // Every query ends with one such message, and so does the login; `stream` is another object once TLS has begun.
      this.connection.on('readyForQuery', () => {
        if (running > 0) running--;
        if (running === 0) this.connection.stream.unref?.();
      });
      const busy = (): void => this.connection.stream.ref?.();
      const query = this.query.bind(this) as (...values: unknown[]) => unknown;
      // Assigned, not overridden: a pool calls it with a callback, Prisma with an object, and both are to pass unchanged.
      this.query = ((...values: unknown[]) => {
        running++;
        busy();
        return query(...values);
      }) as PgClient['query'];
      const end = this.end.bind(this) as (...values: unknown[]) => unknown;
      this.end = ((...values: unknown[]) => {
        busy();
        return end(...values);
      }) as PgClient['end'];
    }
  };
}

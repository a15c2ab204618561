import { connect, type Socket } from 'node:net';

/** After so many milliseconds without an answer's next part a connection counts as idle. */
const quiet = 50;

/**
 * After so many without any answer, too, where statements are prepared: closing one is not answered. Whoever waits longer
 * for an answer has a timer of Jest's that keeps the process alive.
 */
export const unanswered = 1000;

/**
 * A socket for the driver that keeps the process alive while it is asked something, and not while it is idle.
 * Connections are kept from one test file to the next, and must not keep a finished worker from ending.
 */
export function createIdleSocket(place: Readonly<Record<string, unknown>>, patience?: number): Socket {
  const { socketPath, host, port } = place;
  const socket = typeof socketPath === 'string' ? connect(socketPath) : connect(Number(port ?? 3306), String(host ?? 'localhost'));
  let timer: NodeJS.Timeout | undefined;
  const idleAfter = (ms: number): void => {
    timer = setTimeout(() => socket.unref(), ms);
    timer.unref();
  };
  const write = socket.write.bind(socket) as (...values: unknown[]) => boolean;
  // Assigned, not overridden: the driver puts its own writer on top of this very object.
  socket.write = (...values: unknown[]) => {
    clearTimeout(timer);
    socket.ref();
    if (patience !== undefined) idleAfter(patience);
    return write(...values);
  };
  socket.on('data', () => {
    clearTimeout(timer);
    idleAfter(quiet);
  });
  socket.on('close', () => clearTimeout(timer));
  return socket;
}

/** Settings for the driver with such a socket in place of its own. */
export function withIdleSocket(
  config: Readonly<Record<string, unknown>>,
  patience?: number,
): Readonly<Record<string, unknown>> & { readonly stream: () => Socket } {
  const { socketPath: _socketPath, ...rest } = config;
  return { ...rest, stream: () => createIdleSocket(config, patience) };
}

import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What a pooler in transaction mode does, in small: all clients share one session of the server, turn by turn. */
export interface Pooler {
  readonly port: number;
  close(): Promise<void>;
}

/** How the pooler gives sessions out. */
export type PoolMode = 'session' | 'transaction';

/**
 * Starts a pooler for a server that asks for no password. Like pgbouncer it answers the login itself, with a process id
 * of its own making.
 */
export async function startPooler(host: string, port: number, mode: PoolMode): Promise<Pooler> {
  const sockets = new Set<Socket>();
  const track = (socket: Socket): Socket => (
    sockets.add(socket),
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  );
  let shared: { readonly upstream: Socket; readonly greeting: Buffer } | undefined;
  let talking: Socket | undefined;

  const open = (startup: Buffer): Promise<{ upstream: Socket; greeting: Buffer }> =>
    new Promise((resolve) => {
      const upstream = track(connect(port, host, () => upstream.write(startup)));
      let greeting = Buffer.alloc(0);
      const read = (chunk: Buffer): void => {
        greeting = Buffer.concat([greeting, chunk]);
        if (greeting.at(-6) !== 0x5a) return;
        upstream.off('data', read);
        resolve({ upstream, greeting: withOtherPid(greeting) });
      };
      upstream.on('data', read);
    });

  const server = createServer((client) => {
    track(client);
    client.once('data', (startup: Buffer) => {
      void (async () => {
        const isFirst = shared === undefined;
        const session = mode === 'session' ? await open(startup) : (shared ??= await open(startup));
        client.write(session.greeting);
        if (mode === 'session') session.upstream.on('data', (chunk) => client.write(chunk));
        else if (isFirst) session.upstream.on('data', (chunk) => talking?.write(chunk));
        client.on('data', (chunk: Buffer) => {
          talking = client;
          // Terminate: it ends the client's session only.
          if (mode === 'transaction' && chunk[0] === 0x58) client.end();
          else session.upstream.write(chunk);
        });
        if (mode === 'session') client.on('close', () => session.upstream.end());
      })();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Rewrites the process id in the server's `BackendKeyData` message: `K`, length 12, id, key. */
function withOtherPid(greeting: Buffer): Buffer {
  const changed = Buffer.from(greeting);
  for (let at = 0; at < changed.length; at += 1 + changed.readInt32BE(at + 1)) {
    if (changed[at] === 0x4b) changed.writeInt32BE(7, at + 5);
  }
  return changed;
}

import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ProviderContext } from '../../src/providers/provider';

/** A child process that goes through steps of the contract and says what came of each. */
export interface ContractProcess {
  /** What it said of a step; rejects when it fails or ends before it. */
  said(step: string): Promise<string>;
  /** Sends it a line. */
  tell(line: string): void;
  /** `SIGKILL`: the process has no chance to tidy up. */
  kill(): void;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
}

const running = new Set<ContractProcess>();
const repo = path.resolve(__dirname, '../..');

/** Starts a process that loads a subject and goes through `steps` (see `child.ts`). */
export function start(file: string, context: ProviderContext, fingerprint: string, steps: readonly string[]): ContractProcess {
  const child = spawn(
    process.execPath,
    ['-r', 'esbuild-register', path.join(__dirname, 'child.ts'), file, JSON.stringify(context), fingerprint, ...steps],
    { cwd: repo, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  const answers = new Map<string, string>();
  const listeners = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [step = '', ...rest] = line.split('\t');
    answers.set(step, rest.join('\t'));
    for (const listener of listeners) listener();
  });
  const self: ContractProcess = {
    said: (step) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const answer = answers.get(step);
          if (answer === undefined) return;
          listeners.delete(look);
          resolve(answer);
        };
        listeners.add(look);
        look();
        void ended.then((code) => reject(new Error(`the child ended (${code}) before it said "${step}":\n${errors}`)));
      }),
    tell: (line) => void child.stdin.write(`${line}\n`),
    kill: () => void child.kill('SIGKILL'),
    ended,
  };
  running.add(self);
  void ended.then(() => running.delete(self));
  return self;
}

/** Kills every process that is still there and waits for its end. */
export async function killAll(): Promise<void> {
  const all = [...running];
  for (const one of all) one.kill();
  await Promise.all(all.map((one) => one.ended));
}

import type { ProviderContext } from '../../src/providers/provider';
import type { ProviderSubject } from './contract';

/**
 * Goes through steps of the contract in a process of its own: `ensure` the template, `ensure:hang` in the midst of
 * building it, `lease` a database, `hold` it for ever, `run:SQL` on the URL that it is told. Says each step's result in a line `step<TAB>result`.
 */
const [file = '', contextText = '{}', fingerprint = '', ...steps] = process.argv.slice(2);

const say = (step: string, result: string): void => void process.stdout.write(`${step}\t${result}\n`);

async function main(): Promise<void> {
  // Loaded by name, since every provider's test file brings its own.
  const { subject } = require(file) as { readonly subject: ProviderSubject };
  const context = { ...(JSON.parse(contextText) as ProviderContext), report: () => undefined };
  const provider = subject.create(context);
  for (const step of steps) {
    if (step.startsWith('ensure')) {
      const result = await provider.ensureTemplate(fingerprint, async (target) => {
        await target.execute(subject.schema);
        say('building', target.url);
        if (step === 'ensure:hang') await forever();
        await target.execute("INSERT INTO item (name) VALUES ('from the template')");
      });
      say(step, result);
    }
    if (step === 'lease') say(step, (await provider.lease(fingerprint)).url);
    if (step.startsWith('run:')) {
      const running = subject.run(await told(), step.slice(4));
      setTimeout(() => say('running', ''), 300);
      await running.catch(() => undefined);
    }
    if (step === 'hold') await forever();
  }
}

function told(): Promise<string> {
  return new Promise((resolve) => process.stdin.once('data', (chunk: Buffer) => resolve(chunk.toString().trim())));
}

function forever(): Promise<never> {
  return new Promise(() => setInterval(() => undefined, 1000));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});

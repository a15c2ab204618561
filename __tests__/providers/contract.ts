import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Provider, ProviderContext, TemplateTarget, WorkerDatabase } from '../../src/providers/provider';
import { killAll, start } from './processes';

/** A provider as the contract suite sees it. Child processes load it from its file, so it may hold nothing of Jest's. */
export interface ProviderSubject {
  /** Heading of the suite. */
  readonly name: string;
  /** The file that has this subject as its export `subject`. */
  readonly file: string;
  /** Why it cannot run here, if it cannot: printed, and in CI a failure. */
  missing(): Promise<string | undefined>;
  /** URL of the project's datasource for a folder of its own. */
  url(folder: string): string | undefined;
  create(context: ProviderContext): Provider;
  /** SQL that makes a table `item` with an automatic `id` and a text column `name`. */
  readonly schema: string;
  /** Runs SQL in a database through a connection of its own, and returns the rows. */
  run(url: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Names of the databases that exist for a context, templates included. */
  databases(context: ProviderContext): Promise<readonly string[]>;
  /** Undoes what a suite did outside of its provider (a server that it started). */
  finish?(context: ProviderContext): Promise<void>;
}

/** What every provider promises, as tests. Loaded outside Jest (by a child process) it does nothing. */
export function describeProvider(subject: ProviderSubject): void {
  if (typeof describe === 'undefined') return;

  describe(`${subject.name} keeps the contract of providers`, () => {
    let context: ProviderContext;
    let provider: Provider;
    let why: string | undefined;
    let prints = 0;
    const leases: WorkerDatabase[] = [];
    const nextPrint = (): string => `f${(prints++).toString(36)}${Date.now().toString(36)}`;

    const build = async (target: TemplateTarget): Promise<void> => {
      await target.execute(subject.schema);
      await target.execute("INSERT INTO item (name) VALUES ('from the template')");
    };
    const lease = async (fingerprint: string): Promise<WorkerDatabase> => {
      const database = await provider.lease(fingerprint);
      leases.push(database);
      return database;
    };
    const names = async (url: string): Promise<unknown[]> =>
      (await subject.run(url, 'SELECT name FROM item ORDER BY id')).map((row) => row['name']);
    const add = (url: string, name: string): Promise<unknown> => subject.run(url, `INSERT INTO item (name) VALUES ('${name}')`);
    const child = (fingerprint: string, ...steps: string[]): ReturnType<typeof start> => start(subject.file, context, fingerprint, steps);

    beforeAll(async () => {
      why = await subject.missing();
      if (why) {
        if (process.env['CI']) throw new Error(`${subject.name} cannot be tested: ${why}`);
        process.stderr.write(`SKIPPED ${subject.name}: ${why}\n`);
        return;
      }
      const folder = mkdtempSync(path.join(tmpdir(), 'jep-contract-'));
      context = {
        rootDir: folder,
        cacheDir: folder,
        url: subject.url(folder),
        resolveFrom: [path.resolve(__dirname, '../..')],
        projectKey: 'contract',
        report: () => undefined,
      };
      provider = subject.create(context);
      process.stderr.write(`${subject.name}: ${await provider.version()}\n`);
    }, 60_000);

    afterEach(async () => {
      await killAll();
      await Promise.all(leases.splice(0).map((database) => database.release()));
    });

    afterAll(async () => {
      if (!context) return;
      // What the provider uses itself is not removed: it is another one that tidies up.
      await provider.close();
      const last = subject.create(context);
      await last.clean();
      await last.close();
      const left = await subject.databases(context);
      await subject.finish?.(context);
      await rm(context.rootDir, { recursive: true, force: true });
      expect(left).toEqual([]);
    }, 60_000);

    const promise = (name: string, work: () => Promise<void>): void => {
      test(name, async () => (why ? undefined : work()), 120_000);
    };

    promise('a template is built once and then found', async () => {
      const fingerprint = nextPrint();
      const builds: string[] = [];
      const counted = (target: TemplateTarget): Promise<void> => (builds.push(target.url), build(target));
      expect(await provider.ensureTemplate(fingerprint, counted)).toBe('built');
      expect(await provider.ensureTemplate(fingerprint, counted)).toBe('hit');
      expect(builds).toHaveLength(1);
      expect(builds[0]).not.toBe(context.url);
    });

    promise('callers in one process share one build', async () => {
      const fingerprint = nextPrint();
      let builds = 0;
      const counted = (target: TemplateTarget): Promise<void> => (builds++, build(target));
      await Promise.all([1, 2, 3].map(() => provider.ensureTemplate(fingerprint, counted)));
      expect(builds).toBe(1);
    });

    promise('a failed build says why, leaves nothing, and is tried again', async () => {
      const fingerprint = nextPrint();
      const before = await subject.databases(context);
      const failing = async (target: TemplateTarget): Promise<void> => {
        await build(target);
        throw new Error('the seed is rotten');
      };
      await expect(provider.ensureTemplate(fingerprint, failing)).rejects.toThrow('the seed is rotten');
      expect(await subject.databases(context)).toEqual(before);
      expect(await provider.ensureTemplate(fingerprint, build)).toBe('built');
    });

    promise("an error in SQL is the driver's own", async () => {
      const bad = (target: TemplateTarget): Promise<void> => target.execute('CREATE TABLE ok (id INTEGER);\nSELECT nonsense FROM ok;');
      await expect(provider.ensureTemplate(nextPrint(), bad)).rejects.toMatchObject({ message: expect.stringContaining('nonsense') });
    });

    promise("a leased database has what the template has, and is nobody else's", async () => {
      const fingerprint = nextPrint();
      await provider.ensureTemplate(fingerprint, build);
      const [one, two] = [await lease(fingerprint), await lease(fingerprint)];
      expect(one.url).not.toBe(two.url);
      await add(one.url, 'mine');
      expect(await names(one.url)).toEqual(['from the template', 'mine']);
      expect(await names(two.url)).toEqual(['from the template']);
    });

    promise('a released slot comes back fresh, and releasing twice is safe', async () => {
      const fingerprint = nextPrint();
      await provider.ensureTemplate(fingerprint, build);
      const one = await lease(fingerprint);
      await add(one.url, 'mine');
      await one.release();
      await one.release();
      expect(await names((await lease(fingerprint)).url)).toEqual(['from the template']);
    });

    promise("renewing makes the content the template's again, under the same URL", async () => {
      const fingerprint = nextPrint();
      await provider.ensureTemplate(fingerprint, build);
      const { url, renew } = await lease(fingerprint);
      for (let round = 0; round < 3; round++) {
        await add(url, 'mine');
        await renew();
        expect(await names(url)).toEqual(['from the template']);
      }
    });

    promise('renewing from another worker database makes it a copy of that one', async () => {
      const fingerprint = nextPrint();
      await provider.ensureTemplate(fingerprint, build);
      const [one, two] = [await lease(fingerprint), await lease(fingerprint)];
      await add(one.url, 'mine');
      await two.renew(one.url);
      expect(await names(two.url)).toEqual(['from the template', 'mine']);
      await two.renew();
      expect(await names(two.url)).toEqual(['from the template']);
      expect(await names(one.url)).toEqual(['from the template', 'mine']);
    });

    promise('eight processes that start cold: one builds, all have databases of their own', async () => {
      const fingerprint = nextPrint();
      const children = Array.from({ length: 8 }, () => child(fingerprint, 'ensure', 'lease', 'hold'));
      const results = await Promise.all(children.map((one) => one.said('ensure')));
      const urls = await Promise.all(children.map((one) => one.said('lease')));
      expect(results.filter((result) => result === 'built')).toHaveLength(1);
      expect(results.filter((result) => result === 'hit')).toHaveLength(7);
      expect(new Set(urls).size).toBe(8);
      for (const url of urls) expect(await names(url)).toEqual(['from the template']);
    });

    promise('a builder that is killed half-way leaves the build to the next, and those who wait go on', async () => {
      const fingerprint = nextPrint();
      const killed = child(fingerprint, 'ensure:hang');
      await killed.said('building');
      const waiting = child(fingerprint, 'ensure', 'lease', 'hold');
      killed.kill();
      expect(await waiting.said('ensure')).toBe('built');
      expect(await names(await waiting.said('lease'))).toEqual(['from the template']);
      expect(await provider.ensureTemplate(fingerprint, build)).toBe('hit');
    });

    promise('a process that is killed gives its slot back; leftovers do not pile up', async () => {
      const fingerprint = nextPrint();
      await provider.ensureTemplate(fingerprint, build);
      const before = await subject.databases(context);
      const rounds = 12;
      for (let round = 0; round < rounds; round++) {
        const killed = child(fingerprint, 'ensure', 'lease', 'hold');
        await add(await killed.said('lease'), `of round ${round}`);
        killed.kill();
        await killed.ended;
      }
      const after = await lease(fingerprint);
      expect(await names(after.url)).toEqual(['from the template']);
      // Slots are reused; a few more where the server is still busy with what a killed process asked of it.
      expect((await subject.databases(context)).length - before.length).toBeLessThan(rounds);
    });

    promise('a process that is done ends, though it has not released', async () => {
      const fingerprint = nextPrint();
      const done = child(fingerprint, 'ensure', 'lease');
      await done.said('lease');
      expect(await done.ended).toBe(0);
    });

    promise('cleaning removes what nobody uses and leaves what somebody does', async () => {
      const used = nextPrint();
      const unused = nextPrint();
      const other = child(used, 'ensure', 'lease', 'hold');
      const url = await other.said('lease');
      const gone = child(unused, 'ensure', 'lease');
      await gone.ended;
      const before = await subject.databases(context);
      const removed = await provider.clean();
      expect(removed.some((name) => name.includes(unused))).toBe(true);
      expect(removed.filter((name) => name.includes(used))).toEqual([]);
      expect(before.length).toBeGreaterThan((await subject.databases(context)).length);
      expect(await names(url)).toEqual(['from the template']);
    });
  });
}

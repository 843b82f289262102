import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describeBrowser } from '@resnet/test-config/describe-browser';
import { chromium } from 'playwright-core';
import { preview } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Session as FullSession } from '../consumer/session.ts';
import { installConsumer } from './consumer.ts';
import { run, runOk } from './run.ts';
import { packAll } from './tarballs.ts';
import { readManifest, root } from './workspace.ts';

/** What the programs of the project print: a session without its files. */
type Session = Omit<FullSession, 'files'>;
interface PageSession extends Session {
  /** What @resnet/web, in its own worker, says of the same image. */
  readonly widget: Session['predictions'];
}

// A project outside the workspace, with the tarballs installed: see ../consumer.
const folder = mkdtempSync(join(tmpdir(), 'resnet-consumer-'));
const project = join(folder, 'project');
const cwd = { cwd: project };
beforeAll(async () => {
  await installConsumer(project, await packAll(folder));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What every run of the session has to come to, apart from its numbers. */
const outcome = {
  parts: [24, 6],
  refused: 'TORCH_FILE_INVALID',
  tensorsLeft: 0,
};

function checkSession(session: Session): void {
  expect(session).toMatchObject(outcome);
  expect(session.logitsAgain).toEqual(session.logits);
  expect(session.predictions.map(({ label }) => label).toSorted()).toEqual(['cat', 'dog', 'owl']);
  const total = session.predictions.reduce((sum, { probability }) => sum + probability, 0);
  expect(total).toBeCloseTo(1, 9);
  const [first, , last] = session.losses;
  expect(last).toBeLessThan(first!);
  // The weights of resnet20 alone are 270,000 floats.
  expect(session.onnxBytes).toBeGreaterThan(1_070_000);
}

describe('TypeScript and Node', () => {
  let sessions: readonly Session[] = [];

  it('compiles with nodenext resolution', async () => {
    const { output } = await run('pnpm', ['exec', 'tsc', '-p', 'tsconfig.nodenext.json'], cwd);
    expect(output).toBe('');
  });

  it('type-checks with bundler resolution', async () => {
    const { output } = await run('pnpm', ['exec', 'tsc', '-p', 'tsconfig.bundler.json'], cwd);
    expect(output).toBe('');
  });

  it('has declarations that hold without skipLibCheck', async () => {
    const args = ['-p', 'tsconfig.nodenext.json', '--noEmit', '--skipLibCheck', 'false'];
    const { output } = await run('pnpm', ['exec', 'tsc', ...args], cwd);
    // TensorFlow.js's own have errors, which is why projects that use it set skipLibCheck.
    const ours = output.split('\n').filter((line) => line.includes('@resnet'));
    expect(ours).toEqual([]);
  });

  it('runs in plain Node, on two backends', async () => {
    const stdout = await runOk('node', ['out/node.js'], cwd);
    const result = JSON.parse(stdout.slice(stdout.indexOf('{"sessions"')));
    expect(result).toMatchObject({ status: 'boolean', run: 'function' });
    sessions = result.sessions;
    expect(sessions.map(({ backend }) => backend)).toEqual(['cpu', 'wasm']);
    for (const session of sessions) checkSession(session);
    const [cpu, wasm] = sessions;
    expect(wasm!.logits).toBeAllClose(cpu!.logits, { rtol: 1e-4, atol: 1e-5 });
    expect(wasm!.losses).toBeAllClose(cpu!.losses, { rtol: 1e-4 });
  });

  describeBrowser('a Vite build in Chromium', ({ executable, args }) => {
    it('gives what Node gives', async () => {
      await runOk('pnpm', ['exec', 'vite', 'build', '--logLevel', 'warn'], cwd);
      const server = await preview({
        root: project,
        configFile: false,
        logLevel: 'silent',
        preview: { host: '127.0.0.1', port: 0 },
      });
      const browser = await chromium.launch({ executablePath: executable, args: [...args] });
      try {
        const page = await browser.newPage();
        const problems: string[] = [];
        page.on('pageerror', (error) => problems.push(String(error)));
        page.on('console', (message) => {
          if (message.type() === 'error') problems.push(message.text());
        });
        await page.goto(server.resolvedUrls!.local[0]!);
        await page.waitForFunction(`document.title !== 'running'`);
        const text = await page.textContent('body');
        if ((await page.title()) !== 'done') throw new Error(`In the page: ${text}`);
        expect(problems).toEqual([]);
        const { widget, ...session }: PageSession = JSON.parse(text!);
        expect(session.backend).toBe('wasm');
        checkSession(session);
        expect(session.logits).toBeAllClose(sessions[1]!.logits, { rtol: 1e-5, atol: 1e-6 });
        expect(session.losses).toBeAllClose(sessions[1]!.losses);
        expect(widget.map(({ label }) => label)).toEqual(
          session.predictions.map(({ label }) => label),
        );
        expect(widget.map(({ probability }) => probability)).toBeAllClose(
          session.predictions.map(({ probability }) => probability),
          { rtol: 1e-4 },
        );
      } finally {
        await browser.close();
        await server.close();
      }
    });
  });
});

describe('the commands', () => {
  it('says its version', async () => {
    const { version } = readManifest(join(root, 'apps/cli'));
    expect(await runOk('pnpm', ['exec', 'resnet', '--version'], cwd)).toBe(`${version}\n`);
  });

  it('shows the layers of a model', async () => {
    const stdout = await runOk('pnpm', ['exec', 'resnet', 'info', 'resnet18'], cwd);
    expect(stdout).toContain('11,689,512');
  });

  it('has the command of @resnet/native', async () => {
    const stdout = await runOk('pnpm', ['exec', 'resnet-native', '--help'], cwd);
    expect(stdout).toContain('resnet-native setup');
  });
});

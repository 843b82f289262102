import { afterEach, describe, expect, it, vi } from 'vitest';

import { fakeProject, sandbox } from '../test/sandbox.ts';
import { main, type CommandOptions } from './command.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function call(
  command: string,
  options: Partial<CommandOptions> = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const text = { out: '', err: '' };
  const code = await main({
    command,
    cuda: false,
    force: false,
    json: false,
    signal: new AbortController().signal,
    out: { write: (part) => (text.out += part) },
    err: { write: (part) => (text.err += part) },
    ...options,
  });
  return { code, ...text };
}

describe('resnet-native', () => {
  it('explains itself, with exit code 2 where it was called wrongly', async () => {
    expect(await call('help')).toMatchObject({ code: 0, err: '' });
    expect(await call('stup')).toMatchObject({ code: 2, out: '' });
  });

  it('says in a folder without the package how to install it', async () => {
    vi.spyOn(process, 'cwd').mockReturnValue(sandbox());
    const { code, err } = await call('setup');
    expect(code).toBe(1);
    expect(err).toContain('npm install --ignore-scripts @tensorflow/tfjs-node-gpu');
  });

  it('tells machines in JSON', async () => {
    vi.stubEnv('RESNET_CACHE', sandbox());
    vi.spyOn(process, 'cwd').mockReturnValue(fakeProject(sandbox()));
    const { code, out } = await call('status', { json: true });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ ready: false, problem: { code: 'NOT_PROVISIONED' } });
  });

  it('ends with 130 when stopped', async () => {
    vi.stubEnv('RESNET_CACHE', sandbox());
    vi.spyOn(process, 'cwd').mockReturnValue(fakeProject(sandbox()));
    const { code, err } = await call('setup', { signal: AbortSignal.abort() });
    expect(code).toBe(130);
    expect(err).toContain('run it again');
  });
});

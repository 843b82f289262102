import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { downloadModel } from './download-model.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';
let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'resnet hub '));
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

/** The layout of huggingface_hub: refs/<branch> holds a commit, snapshots/<commit> its files. */
function populate(files: readonly string[], branch = 'main'): string {
  const folder = join(cache, 'models--timm--resnet18.a1_in1k');
  const snapshot = join(folder, 'snapshots', commit);
  mkdirSync(join(folder, 'refs'), { recursive: true });
  mkdirSync(snapshot, { recursive: true });
  writeFileSync(join(folder, 'refs', branch), commit);
  for (const file of files) writeFileSync(join(snapshot, file), '');
  return snapshot;
}

let notes: string[] = [];
beforeEach(() => {
  notes = [];
});

function open(id: string, env: Readonly<Record<string, string>>, fetch: typeof globalThis.fetch) {
  return downloadModel(id, { env, fetch, onNote: (text) => void notes.push(text) });
}

const whole = ['config.json', 'model.safetensors'];
const noNetwork: typeof fetch = () => Promise.reject(new TypeError('fetch failed'));
const mustNotFetch: typeof fetch = () => Promise.reject(new Error('asked the network'));

/** Answers as the Hub does, for a repository of these files; notes what it is asked for. */
function hub(files: Readonly<Record<string, string>>, asked: string[] = []): typeof fetch {
  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    asked.push(`${request.method} ${pathname}`);
    if (pathname.includes('/paths-info/')) {
      const text = await request.text();
      return Response.json(
        Object.entries(files)
          .filter(([path]) => text.includes(JSON.stringify(path)))
          .map(([path, { length: size }]) => ({
            type: 'file',
            path,
            size,
            oid: `oid-${path}`,
            lastCommit: { id: commit, title: '', date: '2024-01-01T00:00:00Z' },
          })),
      );
    }
    const path = pathname.split(`/resolve/${commit}/`)[1];
    if (path === undefined) {
      return Response.json({ _id: '1', id: 'timm/resnet18.a1_in1k', sha: commit });
    }
    const content = files[path] ?? '';
    const range = request.headers.get('range') === 'bytes=0-0';
    return new Response(range ? content.slice(0, 1) : content, {
      status: range ? 206 : 200,
      headers: { etag: `"${path}"`, 'content-range': `bytes 0-0/${content.length}` },
    });
  };
  return (input, init) => answer(new Request(input, init));
}

describe('downloadModel with a network', () => {
  const index = JSON.stringify({ weight_map: { a: 'one.safetensors', b: 'two.safetensors' } });

  it('downloads config and weights to the cache, nothing else, and finds them there', async () => {
    const env = { HF_HUB_CACHE: join(cache, 'new') };
    const files = { 'config.json': '{}', 'model.safetensors': 'x'.repeat(5000), 'x.onnx': 'y' };
    const folder = await open('timm/resnet18.a1_in1k', env, hub(files));
    expect(readFileSync(join(folder, 'model.safetensors'), 'utf8')).toBe('x'.repeat(5000));
    expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe('{}');
    expect(existsSync(join(folder, 'x.onnx'))).toBe(false);
    expect(await open('timm/resnet18.a1_in1k', env, noNetwork)).toBe(folder);
    const asked: string[] = [];
    expect(await open('timm/resnet18.a1_in1k', env, hub(files, asked))).toBe(folder);
    expect(asked.filter((request) => request.includes('/resolve/'))).toEqual([]);
  });

  it('downloads all shards of an index', async () => {
    const files = {
      'config.json': '{}',
      'model.safetensors.index.json': index,
      'one.safetensors': '1',
      'two.safetensors': '2',
    };
    const folder = await open('a/b', { HF_HUB_CACHE: cache }, hub(files));
    expect(readFileSync(join(folder, 'one.safetensors'), 'utf8')).toBe('1');
    expect(readFileSync(join(folder, 'two.safetensors'), 'utf8')).toBe('2');
  });

  it('says what a repository lacks', async () => {
    await expect(
      open('a/b', { HF_HUB_CACHE: cache }, hub({ 'config.json': '{}' })),
    ).rejects.toThrow('it has none of model.safetensors, ');
  });
});

describe('downloadModel', () => {
  it('takes what is in the cache when it must stay offline', async () => {
    const snapshot = populate(whole);
    const env = { HF_HUB_CACHE: cache, HF_HUB_OFFLINE: '1' };
    expect(await open('timm/resnet18.a1_in1k', env, mustNotFetch)).toBe(snapshot);
    await expect(open('timm/resnet50.a1_in1k', env, mustNotFetch)).rejects.toThrow(
      /timm\/resnet50.a1_in1k is not in the cache \(.*models--timm--resnet50.a1_in1k\)/,
    );
  });

  it('takes what is in the cache when there is no network', async () => {
    const snapshot = populate(whole, 'v1');
    const env = { HF_HUB_CACHE: cache };
    expect(await open('timm/resnet18.a1_in1k@v1', env, noNetwork)).toBe(snapshot);
    expect(notes).toEqual([expect.stringContaining('cannot be reached')]);
    await expect(open('timm/resnet18.a1_in1k', env, noNetwork)).rejects.toMatchObject({
      message: expect.stringContaining('cannot be downloaded'),
      hint: expect.stringContaining('There is no network, and it is not in the cache'),
    });
  });

  it('asks nothing about a commit that it has', async () => {
    const snapshot = populate(['config.json', 'pytorch_model.bin']);
    const env = { HF_HOME: 'elsewhere', HF_HUB_CACHE: cache };
    expect(await open(`timm/resnet18.a1_in1k@${commit}`, env, mustNotFetch)).toBe(snapshot);
  });

  it('does not take a snapshot without weights', async () => {
    populate(['config.json']);
    const env = { HF_HUB_CACHE: cache, HF_HUB_OFFLINE: 'TRUE' };
    await expect(open('timm/resnet18.a1_in1k', env, mustNotFetch)).rejects.toThrow(
      'is not in the cache',
    );
  });

  it('reports what the Hub answers', async () => {
    populate(whole);
    const answer: typeof fetch = () =>
      Promise.resolve(Response.json({ error: 'Repository not found' }, { status: 404 }));
    await expect(open('timm/resnet18.a1_in1k', { HF_HUB_CACHE: cache }, answer)).rejects.toThrow(
      'cannot be downloaded from the Hugging Face Hub: ',
    );
  });

  it.each(['resnet18', 'a/b/c', '../b', 'a/..', 'a/b@', 'a/b@../../x', ''])(
    'refuses %j',
    async (id) => {
      await expect(open(id, { HF_HUB_CACHE: cache }, mustNotFetch)).rejects.toThrow(
        'is no model of the Hugging Face Hub',
      );
    },
  );
});

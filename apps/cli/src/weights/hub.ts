/* oxlint-disable eslint/no-console -- a library's output is kept from stdout, see quietly() */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

import { parseShardIndex } from '@resnet/model';

import { FailureError, UsageError } from '../errors.ts';
import type { Io } from '../terminal/io.ts';
import { runFiles } from '../run-folder/layout.ts';
import { writeWhole } from '@resnet/files';

const indexFile = `${runFiles.weights}.index.json`;
/** Where a model's weights are, the best first. */
const weightFiles = [runFiles.weights, indexFile, 'pytorch_model.bin'] as const;

type Fetch = typeof globalThis.fetch;

interface Repository {
  readonly name: string;
  /** A branch, tag or commit. */
  readonly revision: string;
  /** Its folder in the cache, which Hugging Face's other libraries share. */
  readonly folder: string;
}

/**
 * The folder of a model of the Hugging Face Hub in the local cache, downloaded where it is not
 * there yet. Without a network, or with `HF_HUB_OFFLINE=1`, what is in the cache is taken.
 *
 * @param id `owner/name`, or `owner/name@revision`
 * @param note is told when what is in the cache may be out of date
 * @param env as huggingface_hub reads it: HF_HUB_CACHE, HF_HOME, HF_TOKEN, HF_HUB_OFFLINE
 * @throws {UsageError} where that is no id
 * @throws {FailureError} where it can neither be downloaded nor is in the cache
 */
export async function hubFolder(
  id: string,
  env: Io['env'],
  note: (text: string) => void,
  fetch: Fetch = globalThis.fetch,
): Promise<string> {
  const repository = parseId(id, env);
  const offline = isOn(env.HF_HUB_OFFLINE);
  // A commit never changes: where it is in the cache, there is nothing to ask.
  const cached = await cachedSnapshot(repository);
  if (cached !== undefined && (offline || isCommit(repository.revision))) return cached;
  if (offline) {
    throw new FailureError(`${id} is not in the cache (${repository.folder}).`, {
      hint: 'HF_HUB_OFFLINE is set; unset it to download.',
    });
  }
  try {
    return await download(repository, env.HF_TOKEN, fetch);
  } catch (cause) {
    if (cached !== undefined && isNetworkFailure(cause)) {
      note(`the Hugging Face Hub cannot be reached: ${id} is what the cache has of it`);
      return cached;
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FailureError(`${id} cannot be downloaded from the Hugging Face Hub: ${reason}`, {
      cause,
      hint: isNetworkFailure(cause)
        ? `There is no network, and it is not in the cache (${repository.folder}).`
        : 'Check the name; for a private model set HF_TOKEN.',
    });
  }
}

function parseId(id: string, env: Io['env']): Repository {
  const match = /^(?<name>[\w-][\w.-]*\/[\w-][\w.-]*)(?:@(?<revision>[\w][\w./-]*))?$/.exec(id);
  const { name, revision = 'main' } = match?.groups ?? {};
  if (name === undefined || revision.includes('..')) {
    throw new UsageError(`hf:${id} is no model of the Hugging Face Hub.`, {
      hint: 'Write hf:owner/name, or hf:owner/name@revision.',
    });
  }
  const folder = join(cacheFolder(env), `models--${name.replace('/', '--')}`);
  return { name, revision, folder };
}

function cacheFolder(env: Io['env']): string {
  const given = env.HF_HUB_CACHE ?? env.HUGGINGFACE_HUB_CACHE;
  if (given !== undefined) return given;
  const home = env.HF_HOME ?? join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'huggingface');
  return join(home, 'hub');
}

/** The snapshot of a revision, where the cache has it and it has weights. */
async function cachedSnapshot({ revision, folder }: Repository): Promise<string | undefined> {
  const reference = join(folder, 'refs', revision);
  const commit = existsSync(reference) ? (await readFile(reference, 'utf8')).trim() : revision;
  if (!isCommit(commit)) return undefined;
  const snapshot = join(folder, 'snapshots', commit);
  const isWhole =
    existsSync(join(snapshot, runFiles.config)) &&
    weightFiles.some((name) => existsSync(join(snapshot, name)));
  return isWhole ? snapshot : undefined;
}

async function download(
  { name, revision, folder }: Repository,
  accessToken: string | undefined,
  fetch: Fetch,
): Promise<string> {
  const { downloadFileToCacheDir, modelInfo, pathsInfo } = await import('@huggingface/hub');
  const access = { fetch, ...(accessToken !== undefined && { accessToken }) };
  const { sha } = await modelInfo({ name, revision, additionalFields: ['sha'], ...access });
  const repo = { type: 'model', name } as const;
  const get = async (path: string): Promise<string> =>
    await quietly(() =>
      downloadFileToCacheDir({ repo, path, revision: sha, cacheDir: dirname(folder), ...access }),
    );
  const paths = [...weightFiles];
  const there = await pathsInfo({ repo, paths, revision: sha, ...access });
  const weights = weightFiles.find((path) => there.some((info) => info.path === path));
  if (weights === undefined) throw new Error(`it has none of ${weightFiles.join(', ')}`);
  await get(runFiles.config);
  const file = await get(weights);
  if (weights === indexFile) {
    const { files } = parseShardIndex(await readFile(file, 'utf8'));
    for (const shard of files) await get(shard);
  }
  if (!isCommit(revision)) {
    const reference = join(folder, 'refs', revision);
    await mkdir(dirname(reference), { recursive: true });
    await writeWhole(reference, sha);
  }
  return join(folder, 'snapshots', sha);
}

/** The library tells of downloads by console.debug, which is stdout: that is for our results. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { debug } = console;
  console.debug = () => undefined;
  try {
    return await work();
  } finally {
    console.debug = debug;
  }
}

function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/** `fetch` throws a TypeError where no answer came at all. */
function isNetworkFailure(error: unknown): boolean {
  return error instanceof TypeError;
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && ['1', 'ON', 'YES', 'TRUE'].includes(value.toUpperCase());
}

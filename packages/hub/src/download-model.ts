/* oxlint-disable eslint/no-console -- a library's output is kept from stdout, see quietly() */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

import { writeWhole } from '@resnet/files';
import { parseShardIndex } from '@resnet/model';

import { HubError, messageOf } from './errors.ts';
import { modelFiles, shardIndexFile, weightFiles } from './model-files.ts';

type Fetch = typeof globalThis.fetch;
type Environment = Readonly<Record<string, string | undefined>>;

/** Where {@link downloadModel} looks, and what it reports to. */
export interface DownloadModelOptions {
  /**
   * As huggingface_hub reads it: HF_HUB_CACHE, HF_HOME, HF_TOKEN, HF_HUB_OFFLINE.
   * Default `process.env`.
   */
  readonly env?: Environment | undefined;
  /** Default `globalThis.fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Called when what is in the cache may be out of date. */
  readonly onNote?: ((text: string) => void) | undefined;
}

interface Repository {
  readonly name: string;
  /** A branch, tag or commit. */
  readonly revision: string;
  /** Its folder in the cache, which Hugging Face's other libraries share. */
  readonly folder: string;
}

/**
 * Downloads a model of the Hugging Face Hub to the local cache, where it is not there yet. Only
 * `config.json` and the weights are downloaded. Without a network, or with `HF_HUB_OFFLINE=1`,
 * what is in the cache is taken.
 *
 * @param id `owner/name`, or `owner/name@revision`
 * @returns the path of its folder in the cache, which Hugging Face's other libraries share
 * @throws {HubError} SOURCE_INVALID when that is no id
 * @throws {HubError} CACHE_MISS when it is not in the cache and the network must not be used
 * @throws {HubError} DOWNLOAD_FAILED when it can neither be downloaded nor is in the cache
 */
export async function downloadModel(
  id: string,
  {
    env = process.env,
    fetch = globalThis.fetch,
    onNote = () => undefined,
  }: DownloadModelOptions = {},
): Promise<string> {
  const repository = parseId(id, env);
  const offline = isOn(env.HF_HUB_OFFLINE);
  // A commit never changes: where it is in the cache, there is nothing to ask.
  const cached = await cachedSnapshot(repository);
  if (cached !== undefined && (offline || isCommit(repository.revision))) return cached;
  if (offline) {
    throw new HubError('CACHE_MISS', `${id} is not in the cache (${repository.folder}).`, {
      hint: 'HF_HUB_OFFLINE is set; unset it to download.',
    });
  }
  try {
    return await download(repository, env.HF_TOKEN, fetch);
  } catch (cause) {
    if (cached !== undefined && isNetworkFailure(cause)) {
      onNote(`the Hugging Face Hub cannot be reached: ${id} is what the cache has of it`);
      return cached;
    }
    const message = `${id} cannot be downloaded from the Hugging Face Hub: ${messageOf(cause)}`;
    throw new HubError('DOWNLOAD_FAILED', message, {
      cause,
      hint: isNetworkFailure(cause)
        ? `There is no network, and it is not in the cache (${repository.folder}).`
        : 'Check the name; for a private model set HF_TOKEN.',
    });
  }
}

function parseId(id: string, env: Environment): Repository {
  const match = /^(?<name>[\w-][\w.-]*\/[\w-][\w.-]*)(?:@(?<revision>[\w][\w./-]*))?$/.exec(id);
  const { name, revision = 'main' } = match?.groups ?? {};
  if (name === undefined || revision.includes('..')) {
    throw new HubError('SOURCE_INVALID', `hf:${id} is no model of the Hugging Face Hub.`, {
      hint: 'Write hf:owner/name, or hf:owner/name@revision.',
    });
  }
  const folder = join(cacheFolder(env), `models--${name.replace('/', '--')}`);
  return { name, revision, folder };
}

function cacheFolder(env: Environment): string {
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
    existsSync(join(snapshot, modelFiles.config)) &&
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
  await get(modelFiles.config);
  const file = await get(weights);
  if (weights === shardIndexFile) {
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

/** The library reports downloads by console.debug, which is stdout: that is the caller's. */
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

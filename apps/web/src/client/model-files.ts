import { WebPredictorError } from '../errors.ts';
import type { ModelFiles } from '../protocol.ts';
import type { ModelSource } from '../types.ts';

/** The two files of a model, and what those share who ask for the same. */
export interface FoundFiles {
  readonly files: ModelFiles;
  /** Equal for the same URL; undefined where there is none. */
  readonly key: string | undefined;
}

/**
 * Finds `config.json` and `model.safetensors`: beside each other at a URL, or among files.
 *
 * @throws WebPredictorError MODEL_INVALID where one is missing; OPTION_INVALID for no source at all
 */
export function findFiles(source: ModelSource): FoundFiles {
  if (typeof source === 'string' || source instanceof URL) {
    const folder = folderOf(String(source));
    const files = {
      config: { url: new URL('config.json', folder).href },
      weights: { url: new URL('model.safetensors', folder).href },
    };
    // Queries (of signed addresses, say) go to both.
    for (const file of Object.values(files)) file.url += folder.search;
    return { files, key: files.config.url };
  }
  if (isFileList(source)) {
    const files = {
      config: pick(source, 'config.json'),
      weights: pick(source, 'model.safetensors'),
    };
    return { files, key: undefined };
  }
  if (
    typeof source !== 'object' ||
    source === null ||
    !('config' in source && 'weights' in source)
  ) {
    throw new WebPredictorError(
      'OPTION_INVALID',
      `loadPredictor: expected a URL, files, or { config, weights }, received ${String(source).slice(0, 100)}`,
    );
  }
  const { config, weights } = source;
  const text =
    typeof config === 'string' || config instanceof Blob ? config : JSON.stringify(config);
  return { files: { config: text, weights: ownBuffer(weights) }, key: undefined };
}

/** `…/config.json`, `…/model.safetensors` and `…` itself all name the folder. */
function folderOf(address: string): URL {
  let url: URL;
  try {
    url = new URL(address, document.baseURI);
  } catch (cause) {
    throw new WebPredictorError(
      'OPTION_INVALID',
      `loadPredictor: ${address.slice(0, 200)} is no URL`,
      { cause },
    );
  }
  if (!['http:', 'https:', 'blob:', 'data:', 'file:'].includes(url.protocol)) {
    throw new WebPredictorError(
      'OPTION_INVALID',
      `loadPredictor: expected an http or https URL, received ${address.slice(0, 200)}`,
    );
  }
  url.hash = '';
  url.pathname = url.pathname.replace(/(config\.json|model\.safetensors)$/, '');
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/** The file of this name; of a run folder that was dropped whole, the one nearest its top. */
function pick(files: readonly File[], name: string): File {
  const depth = (file: File): number => file.webkitRelativePath.split('/').length;
  const [found] = files.filter((file) => file.name === name).sort((a, b) => depth(a) - depth(b));
  if (found !== undefined) return found;
  const names = files.map((file) => file.name.slice(0, 60));
  const others = names.length > 5 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
  throw new WebPredictorError(
    'MODEL_INVALID',
    `expected config.json and model.safetensors, the two files of a run folder; ${name} is missing among ${others.join(', ') || 'no files'}`,
  );
}

function isFileList(source: object): source is readonly File[] {
  return Array.isArray(source) && source.every((file) => file instanceof File);
}

/** Posted to a worker, a view copies the whole buffer that it is of. */
function ownBuffer(weights: Blob | Uint8Array): Blob | Uint8Array<ArrayBuffer> {
  if (weights instanceof Blob) return weights;
  const { buffer, byteLength } = weights;
  const isWhole = buffer.byteLength === byteLength && buffer instanceof ArrayBuffer;
  return isWhole ? new Uint8Array(buffer) : new Uint8Array(weights);
}

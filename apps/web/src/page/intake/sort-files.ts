/** A file, and where it lay in what was dropped or chosen (`flowers/config.json`). */
export interface FoundFile {
  readonly path: string;
  readonly file: File;
}

export interface FoundModel {
  readonly name: string;
  readonly config: File;
  readonly weights: File;
}

export interface SortedFiles {
  readonly pictures: readonly FoundFile[];
  readonly model?: FoundModel;
  /** A model's file without the other. */
  readonly lonely?: 'config' | 'weights';
  /** Neither pictures nor a model. */
  readonly others: readonly FoundFile[];
}

const pictureName = /\.(avif|bmp|gif|heic|heif|ico|jfif|jpe?g|png|svg|tiff?|webp)$/i;

/**
 * Tells pictures from a model from what is neither. The model is the one that lies highest: a run
 * folder has further weights in its `checkpoint/`. What else lies in a model's folder (curves,
 * histories) belongs to the run, and is passed over.
 */
export function sortFiles(files: readonly FoundFile[]): SortedFiles {
  const visible = files.filter(({ path }) => !path.split('/').some((part) => part.startsWith('.')));
  const folders = new Map<string, { config?: File; weights?: File }>();
  for (const { path, file } of visible) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const name = path.slice(folder.length);
    const entry = folders.get(folder) ?? {};
    if (name === 'config.json') entry.config = file;
    // Of several weights in a folder, those with the standard name.
    if (name === 'model.safetensors' || (isWeights(name) && !entry.weights)) entry.weights = file;
    folders.set(folder, entry);
  }
  const depth = (folder: string): number => folder.split('/').length;
  const entries = [...folders].sort(([a], [b]) => depth(a) - depth(b) || a.localeCompare(b));
  const whole = entries.find(([, { config, weights }]) => config && weights);
  const half = entries.find(([, { config, weights }]) => config ?? weights);

  const folder = whole?.[0];
  const rest = visible.filter(({ path }) => {
    if (isModelFile(path)) return false;
    return !folder || !path.startsWith(folder);
  });
  const pictures = rest.filter(({ path, file }) => isPicture(path, file));
  const others = rest.filter(({ path, file }) => !isPicture(path, file));
  if (whole) {
    const [, { config, weights }] = whole;
    if (config && weights) {
      const name = whole[0].split('/').at(-2) ?? weights.name.replace(/\.safetensors$/, '');
      return { pictures, others, model: { name, config, weights } };
    }
  }
  return half
    ? { pictures, others, lonely: half[1].config ? 'config' : 'weights' }
    : { pictures, others };
}

function isWeights(name: string): boolean {
  return name.endsWith('.safetensors');
}

function isModelFile(path: string): boolean {
  return isWeights(path) || path.endsWith('/config.json') || path === 'config.json';
}

function isPicture(path: string, file: File): boolean {
  return file.type.startsWith('image/') || pictureName.test(path);
}

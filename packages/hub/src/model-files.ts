/** The names of the files in a model folder, in the Hugging Face / timm layout. */
export const modelFiles = { config: 'config.json', weights: 'model.safetensors' } as const;

/** Lists the files of weights that are sharded over several. */
export const shardIndexFile: string = `${modelFiles.weights}.index.json`;

/** In a folder or repository, the file that holds the weights is the first of these that exists. */
export const weightFiles: readonly string[] = [
  modelFiles.weights,
  shardIndexFile,
  'pytorch_model.bin',
];

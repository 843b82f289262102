/** The names inside a run folder; the README describes them. */
export const runFiles = {
  config: 'config.json',
  weights: 'model.safetensors',
  checkpoint: 'checkpoint',
  history: 'history.csv',
  curves: 'curves.svg',
  confusionMatrix: 'confusion-matrix.svg',
  args: 'args.json',
  split: 'split.json',
} as const;

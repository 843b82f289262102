import { type Command, Option } from 'commander';

export const exportFormats = ['timm', 'torchvision-safetensors', 'onnx'] as const;

export const weightTypes = ['float32', 'float16', 'bfloat16'] as const;

export interface ExportOptions {
  readonly format: (typeof exportFormats)[number];
  readonly out: string;
  readonly batchNorm: 'fold' | 'keep';
  readonly dtype: (typeof weightTypes)[number];
  readonly force?: boolean;
}

export function declareExport(program: Command): Command {
  return program
    .command('export')
    .summary('write a model for timm, torchvision or ONNX')
    .description(
      'Writes the model of RUN for others. `timm` is a folder for timm.create_model ' +
        "('local-dir:FOLDER', or checkpoint_path=FOLDER/model.safetensors); " +
        '`torchvision-safetensors` a file whose state dict load_state_dict takes; `onnx` a file ' +
        'for ONNX Runtime, with a batch axis of any length and the labels in its metadata.',
    )
    .argument('<run>', 'run folder, any model folder, or hf:owner/name')
    .addOption(
      new Option('--format <format>', 'what to write').choices(exportFormats).makeOptionMandatory(),
    )
    .requiredOption('--out <path>', 'the folder (timm) or file to write')
    .addOption(
      new Option('--batch-norm <how>', 'onnx: folded into the convolutions, or nodes of their own')
        .choices(['fold', 'keep'])
        .default('fold'),
    )
    .addOption(
      new Option('--dtype <type>', 'timm, torchvision: of the weights; 16 bits halve the file')
        .choices(weightTypes)
        .default('float32'),
    )
    .option('--force', 'replace what is there')
    .addHelpText(
      'after',
      `
Examples:
  $ resnet export runs/images --format onnx --out images.onnx
  $ resnet export runs/images --format timm --out images-timm
  $ resnet export runs/images --format timm --dtype float16 --out site/models/images
  $ resnet export runs/images --format torchvision-safetensors --out images.safetensors`,
    );
}

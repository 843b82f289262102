/* oxlint-disable typescript/no-unsafe-type-assertion -- the graph and the specs say which rank and dtype each value has */
import { movingAverageUpdate } from '@resnet/kernels';
import * as tf from '@tensorflow/tfjs-core';

import { buildNetwork } from './architecture/build-network.ts';
import { parseConfig, type ResNetConfig } from './architecture/config.ts';
import type { Network } from './architecture/module.ts';
import { moduleSpecs } from './architecture/parameter-specs.ts';
import { ModelError } from './errors.ts';
import {
  checkImages,
  contextOf,
  runModules,
  modulesOf,
  type ForwardOptions,
} from './execution/forward.ts';
import { runCheckpointed } from './execution/gradient-checkpointing.ts';
import type { BatchStatistics } from './execution/run-context.ts';
import { initialState, type InitOptions } from './weights/init.ts';
import { fromTorchLayout, tensorShape, toTorchLayout } from './weights/layout.ts';
import {
  checkReport,
  compareState,
  counterName,
  isSameShape,
  type LoadReport,
} from './weights/load-report.ts';
import { matchesPrefix } from './weights/match-prefix.ts';
import { modulePath, type ParameterSpec } from './weights/parameter-spec.ts';
import type { HostTensor, StateDict } from './weights/state-dict.ts';

/**
 * A network and its weights: the one owner of tfjs variables that live until {@link dispose}.
 * Everything else about it is data: its config, the specs of its parameters, its graph.
 */
export class ResNet {
  #config: ResNetConfig;
  #network: Network;
  #specs: readonly ParameterSpec[];
  readonly #variables = new Map<string, tf.Variable>();
  /** Training steps of each batch norm, which torch keeps as `num_batches_tracked`. */
  readonly #counters = new Map<string, bigint>();
  #isDisposed = false;

  private constructor(
    config: ResNetConfig,
    stateOf: (specs: readonly ParameterSpec[]) => StateDict,
  ) {
    this.#config = parseConfig(config);
    this.#network = buildNetwork(this.#config);
    this.#specs = moduleSpecs(this.#network.modules);
    this.#assign(this.#specs, stateOf(this.#specs));
  }

  /**
   * A net with fresh weights (see `initialState` for how).
   *
   * @throws {ModelError} CONFIG_INVALID when the config is wrong
   */
  static init(config: ResNetConfig, options: InitOptions): ResNet {
    return new ResNet(config, (specs) => initialState(specs, options));
  }

  /**
   * A net with given weights, all of them: for others see {@link loadStateDict}.
   *
   * @throws {ModelError} STATE_MISMATCH when the state does not fit, listing every difference;
   *   CONFIG_INVALID when the config is wrong
   */
  static fromStateDict(config: ResNetConfig, state: StateDict): ResNet {
    return new ResNet(config, (specs) => {
      checkReport('ResNet.fromStateDict', compareState(specs, state));
      return state;
    });
  }

  /** What the net is; another object after {@link resetClassifier}. */
  get config(): ResNetConfig {
    return this.#config;
  }

  /** Its parameters and running statistics, in its order. */
  get parameterSpecs(): readonly ParameterSpec[] {
    return this.#specs;
  }

  /**
   * Logits `[N, numClasses]` (pooled features `[N, C]` of a net without a classifier) for
   * normalised images `[N, H, W, inChannels]`. The caller owns them, and nothing else is left.
   *
   * @throws {ModelError} INPUT_INVALID when images have another shape; DISPOSED after `dispose`
   */
  forward(images: tf.Tensor4D, options: ForwardOptions = {}): tf.Tensor2D {
    // A tidy, so that whatever throws leaves nothing behind.
    return tf.tidy(() => {
      const features = this.forwardFeatures(images, options);
      const logits = this.forwardHead(features, options);
      features.dispose();
      return logits;
    });
  }

  /** The last feature map `[N, h, w, C]`, before pooling. The caller owns it. */
  forwardFeatures(images: tf.Tensor4D, options: ForwardOptions = {}): tf.Tensor4D {
    checkImages(images, this.#config.inChannels);
    return this.#run('features', images, options) as tf.Tensor4D;
  }

  /** Pools a feature map `[N, h, w, C]` and classifies it: `[N, numClasses]`. The caller owns both. */
  forwardHead(features: tf.Tensor4D, options: ForwardOptions = {}): tf.Tensor2D {
    return this.#run('head', features, options) as tf.Tensor2D;
  }

  /**
   * The feature maps `[N, h, w, C]` of the stem (before its pool) and of each stage, as timm's
   * `features_only` gives them. The caller owns them.
   */
  features(images: tf.Tensor4D, options: ForwardOptions = {}): readonly tf.Tensor4D[] {
    checkImages(images, this.#config.inChannels);
    this.#checkAlive();
    const modules = modulesOf(this.#network, 'features');
    const last = modules.findLastIndex((module) => module.isFeature);
    const context = contextOf(({ name }) => this.#variable(name), options);
    return tf.tidy(() => {
      const maps: tf.Tensor4D[] = [];
      runModules(modules.slice(0, last + 1), images, context, (module, output) => {
        if (module.isFeature) maps.push(output as tf.Tensor4D);
        return module.isFeature;
      });
      return maps;
    });
  }

  /** Trainable variables by torch's names. This net owns them. */
  parameters(): ReadonlyMap<string, tf.Variable> {
    return this.#select((spec) => spec.trainable);
  }

  /**
   * Those of {@link parameters} that are not frozen, by name or prefix: `['conv1', 'bn1',
   * 'layer1']`. Freeze the batch norms of the same prefixes through `ForwardOptions`.
   */
  trainableParameters(options: {
    readonly freeze: readonly string[];
  }): ReadonlyMap<string, tf.Variable> {
    return this.#select((spec) => spec.trainable && !matchesPrefix(spec.name, options.freeze));
  }

  /** Running means and variances by torch's names. This net owns them. */
  buffers(): ReadonlyMap<string, tf.Variable> {
    return this.#select((spec) => !spec.trainable);
  }

  /**
   * running = (1 - momentum) running + momentum batch, for each batch norm in `statistics`; torch's
   * momentum is 0.1. The statistics stay the caller's, to dispose.
   *
   * @throws {ModelError} INPUT_INVALID when the net does not have such a batch norm
   */
  updateRunningStatistics(
    statistics: ReadonlyMap<string, BatchStatistics>,
    { momentum }: { readonly momentum: number },
  ): void {
    this.#checkAlive();
    const pairs = [...statistics].flatMap(([path, { mean, variance }]) => [
      this.#running(`${path}.running_mean`, mean),
      this.#running(`${path}.running_var`, variance),
    ]);
    movingAverageUpdate(pairs, momentum);
    for (const path of statistics.keys()) {
      this.#counters.set(path, (this.#counters.get(path) ?? 0n) + 1n);
    }
  }

  /**
   * Replaces the classifier by a fresh one of `numClasses` outputs, or by none for 0: how
   * fine-tuning starts. Variables of the old one are disposed.
   */
  resetClassifier(numClasses: number, { seed }: { readonly seed: number | string }): void {
    this.#checkAlive();
    const config = parseConfig({ ...this.#config, numClasses });
    const network = buildNetwork(config);
    const classifier = moduleSpecs(modulesOf(network, 'head'));
    for (const { name } of moduleSpecs(modulesOf(this.#network, 'head'))) {
      this.#variable(name).dispose();
      this.#variables.delete(name);
    }
    this.#config = config;
    this.#network = network;
    this.#specs = moduleSpecs(network.modules);
    this.#assign(classifier, initialState(classifier, { seed }));
  }

  /**
   * Takes over the weights of a state. Strict (unless told otherwise), it takes all or throws and
   * changes nothing; else it takes what fits and reports the rest.
   *
   * @throws {ModelError} STATE_MISMATCH when it is strict and something differs, listing all, with both
   *   shapes
   */
  loadStateDict(
    state: StateDict,
    { strict = true }: { readonly strict?: boolean } = {},
  ): LoadReport {
    this.#checkAlive();
    const report = compareState(this.#specs, state);
    if (strict) checkReport('ResNet.loadStateDict', report);
    const unfit = new Set([...report.missing, ...report.mismatched.map(({ name }) => name)]);
    this.#assign(
      this.#specs.filter(({ name }) => !unfit.has(name)),
      state,
    );
    return report;
  }

  /** The weights in torch's names and layout, `num_batches_tracked` included. */
  async stateDict(): Promise<StateDict> {
    this.#checkAlive();
    const state = new Map<string, HostTensor>();
    for (const spec of this.#specs) {
      const data = (await this.#variable(spec.name).data()) as Float32Array;
      state.set(spec.name, {
        shape: spec.shape,
        dtype: 'float32',
        data: toTorchLayout(spec, data),
      });
      if (spec.role !== 'bnVariance') continue;
      const path = modulePath(spec);
      const count = BigInt64Array.of(this.#counters.get(path) ?? 0n);
      state.set(counterName(path), { shape: [], dtype: 'int64', data: count });
    }
    return state;
  }

  /** Frees all variables. Doing it again does nothing. */
  dispose(): void {
    this.#isDisposed = true;
    for (const variable of this.#variables.values()) variable.dispose();
    this.#variables.clear();
  }

  #run(part: 'features' | 'head', input: tf.Tensor, options: ForwardOptions): tf.Tensor {
    this.#checkAlive();
    const context = contextOf(({ name }) => this.#variable(name), options);
    const run = part === 'features' && options.gradientCheckpointing ? runCheckpointed : runModules;
    return tf.tidy(() => run(modulesOf(this.#network, part), input, context));
  }

  /** Sets variables to tensors of a state that fits them, creating those that do not exist. */
  #assign(specs: readonly ParameterSpec[], state: StateDict): void {
    for (const spec of specs) {
      const source = state.get(spec.name)!;
      const data = fromTorchLayout(spec, source.data as Float32Array);
      const tensor = tf.tensor(data, tensorShape(spec), 'float32');
      const variable = this.#variables.get(spec.name);
      if (variable === undefined) {
        this.#variables.set(spec.name, tf.variable(tensor, spec.trainable));
      } else {
        variable.assign(tensor);
      }
      tensor.dispose();
      if (spec.role !== 'bnVariance') continue;
      const path = modulePath(spec);
      const counter = state.get(counterName(path));
      if (counter?.dtype === 'int64') this.#counters.set(path, counter.data[0] ?? 0n);
    }
  }

  /** A running statistic and that of a batch. */
  #running(name: string, value: tf.Tensor1D): { average: tf.Variable; value: tf.Tensor } {
    const average = this.#variables.get(name);
    if (average === undefined || !isSameShape(average.shape, value.shape)) {
      throw new ModelError(
        'INPUT_INVALID',
        `updateRunningStatistics: ${name} is of shape [${average?.shape.join(', ') ?? 'no such batch norm'}], received [${value.shape.join(', ')}]`,
      );
    }
    return { average, value };
  }

  #select(test: (spec: ParameterSpec) => boolean): ReadonlyMap<string, tf.Variable> {
    this.#checkAlive();
    return new Map(
      this.#specs.filter(test).map(({ name }) => [name, this.#variable(name)] as const),
    );
  }

  #variable(name: string): tf.Variable {
    return this.#variables.get(name)!;
  }

  #checkAlive(): void {
    if (!this.#isDisposed) return;
    throw new ModelError('DISPOSED', 'ResNet: this net has been disposed', {
      hint: 'Make another.',
    });
  }
}

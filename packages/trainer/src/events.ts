import type { StateDict } from '@resnet/model';

import type { Checkpoint } from './checkpoint/checkpoint.ts';
import type { Evaluation } from './evaluate.ts';
import type { Best, HistoryRow } from './history.ts';

/** Epochs and steps in events count from 1. */
export type TrainEvent =
  | StartEvent
  | StepEvent
  | EpochEvent
  | BestEvent
  | CheckpointEvent
  | StoppedEvent
  | DoneEvent;

/** First of all. */
export interface StartEvent {
  readonly type: 'start';
  readonly epochs: number;
  /** Optimiser steps. */
  readonly stepsPerEpoch: number;
  readonly trainImages: number;
  readonly valImages?: number;
  /** Numbers to be trained; frozen ones are not counted. */
  readonly trainableParameters: number;
  /** Where a resumed training goes on. */
  readonly resumed?: {
    readonly epoch: number;
    /** The first step to come. */
    readonly step: number;
    /** Settings that are not those of the checkpoint: the result will not have the same bits. */
    readonly changed: readonly string[];
  };
}

/** After every `logEvery` steps, and after the last of an epoch. Means are over these steps. */
export interface StepEvent {
  readonly type: 'step';
  readonly epoch: number;
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** How many steps this event stands for: those since the one before. */
  readonly steps: number;
  /** The mean an image, as it was before each step's update. */
  readonly loss: number;
  readonly top1: number;
  readonly learningRate: number;
  /** Images in these steps. */
  readonly images: number;
  readonly imagesPerSecond: number;
  /** Milliseconds a step that the device waited for data. */
  readonly dataWaitMs: number;
  /** Milliseconds a step, from having its data to the device being done with it. */
  readonly stepMs: number;
}

/** After an epoch's training and validation. */
export interface EpochEvent {
  readonly type: 'epoch';
  readonly epoch: number;
  readonly train: { readonly loss: number; readonly top1: number };
  /** Of the averaged weights where they are kept; absent without validation data. */
  readonly val?: Evaluation;
  readonly row: HistoryRow;
}

/** After the epoch event of an epoch that is the best so far. */
export interface BestEvent {
  readonly type: 'best';
  readonly best: Best;
  /** The weights that were judged (the averaged ones where they are kept), torch's layout. */
  readonly state: StateDict;
}

/** All that is needed to resume from here; `encodeCheckpoint` makes files of it. */
export interface CheckpointEvent {
  readonly type: 'checkpoint';
  readonly reason: 'epoch' | 'steps' | 'stop';
  readonly checkpoint: Checkpoint;
}

/** Last, where the signal asked to stop: after the checkpoint to resume from. */
export interface StoppedEvent {
  readonly type: 'stopped';
  readonly epoch: number;
  /** Steps done in that epoch. */
  readonly step: number;
}

/** Last, where the training came to its end. */
export interface DoneEvent {
  readonly type: 'done';
  readonly reason: 'finished' | 'earlyStopping';
  readonly best?: Best;
  readonly history: readonly HistoryRow[];
}

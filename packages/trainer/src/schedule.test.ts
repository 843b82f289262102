import { describe, expect, it } from 'vitest';

import updateRules from '../test/fixtures/update-rules.json' with { type: 'json' };
import { constant, cosine, multistep, oneCycle, type Schedule, step } from './schedule.ts';

// A learning rate, or a learning rate and a momentum, by step or by epoch.
const reference: Record<string, (number | number[])[]> = updateRules.schedules;

// The schedulers' own names for these options: tooling/reference/trainer.py.
const cases: Record<string, Schedule> = {
  step: step({ learningRate: 0.4, every: 3, gamma: 0.2 }),
  multistep: multistep({ learningRate: 0.4, milestones: [2, 5, 9] }),
  oneCycle: oneCycle({ learningRate: 0.4 }),
  'oneCycle fixed momentum': oneCycle({
    learningRate: 0.4,
    warmupFraction: 0.25,
    startDivisor: 10,
    endDivisor: 1e3,
    momentum: false,
  }),
  'oneCycle linear': oneCycle({ learningRate: 0.4, anneal: 'linear' }),
  cosine: cosine({
    learningRate: 0.4,
    minLearningRate: 1e-3,
    warmupEpochs: 2,
    warmupLearningRate: 1e-2,
  }),
  'cosine without warm-up': cosine({ learningRate: 0.4 }),
};

describe('schedules', () => {
  it('are the ones of the reference', () => {
    expect(Object.keys(cases)).toEqual(Object.keys(reference));
  });

  it.each(Object.keys(cases))('%s: over 10 epochs of 7 steps', (name) => {
    const rows = reference[name]!;
    const rates = Array.from({ length: 70 }, (_, step) =>
      cases[name]!.at({ step, stepsPerEpoch: 7, epochs: 10 }),
    );
    // Schedules by epoch have a row an epoch.
    const expected = rates.map((_, step) => rows[Math.floor((step * rows.length) / 70)]!);
    expect(rates.map((r) => r.learningRate)).toBeAllClose(
      expected.map((row) => (typeof row === 'number' ? row : row[0]!)),
      { rtol: 1e-9, atol: 1e-12 },
    );
    // Where the schedule leaves the momentum alone, torch shows the optimiser's 0.9.
    expect(rates.map((r) => r.momentum ?? 0.9)).toBeAllClose(
      expected.map((row) => (typeof row === 'number' ? 0.9 : row[1]!)),
      { rtol: 1e-9 },
    );
  });

  it('keeps a constant rate', () => {
    expect(constant(0.3).at({ step: 5, stepsPerEpoch: 2, epochs: 3 })).toEqual({
      learningRate: 0.3,
    });
  });

  it.each([1, 2, 3])('gives finite rates in a training of %d steps', (total) => {
    for (const schedule of [oneCycle({ learningRate: 1 }), cosine({ learningRate: 1 })]) {
      for (let step = 0; step < total; step++) {
        const rate = schedule.at({ step, stepsPerEpoch: total, epochs: 1 }).learningRate;
        expect(rate).toBeGreaterThan(0);
        expect(rate).toBeLessThanOrEqual(1);
      }
    }
  });

  it('refuses rates that are none', () => {
    expect(() => constant(NaN)).toThrow('constant: learningRate is a number >= 0, received NaN');
    expect(() => step({ learningRate: 1, every: 0 })).toThrow(/positive integer, received 0/);
    expect(() => oneCycle({ learningRate: 1, warmupFraction: 2 })).toThrow(/in \[0, 1\]/);
  });
});

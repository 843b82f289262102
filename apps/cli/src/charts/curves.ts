import type { HistoryRow } from '@resnet/trainer';

import { renderSvg } from './render.ts';
import { fontFamily, palette } from './theme.ts';

const width = 960;
const height = 420;

/**
 * The curves of a training run as SVG: loss at the left, top-1 accuracy at the right, training
 * against validation, the best epoch marked. One epoch gives points instead of lines.
 */
export function drawCurves(history: readonly HistoryRow[], title: string): string {
  const panels = [
    {
      name: 'Loss',
      left: 64,
      train: history.map((row) => [row.epoch, row.trainLoss] as const),
      validation: history.map((row) => [row.epoch, row.valLoss ?? Number.NaN] as const),
      format: (value: number) => String(value),
      scale: { scale: true, splitNumber: 5 },
    },
    {
      name: 'Top-1 accuracy',
      left: width / 2 + 56,
      train: history.map((row) => [row.epoch, row.trainTop1] as const),
      validation: history.map((row) => [row.epoch, row.valTop1 ?? Number.NaN] as const),
      format: (value: number) => `${Math.round(value * 100)} %`,
      scale: { ...accuracyScale(history), max: 1 },
    },
  ];
  const best = bestRow(history);
  const epochs = history.map((row) => row.epoch);
  const first = Math.min(...epochs);
  const last = Math.max(...epochs);
  // A single epoch sits in the middle of its axis instead of on the edge.
  const [from, to] = first === last ? [first - 1, last + 1] : [first, last];
  const text = { fontFamily, color: palette.ink };
  return renderSvg(
    {
      backgroundColor: palette.background,
      textStyle: text,
      title: [
        { text: title, left: 24, top: 16, textStyle: { ...text, fontSize: 16, fontWeight: 600 } },
        ...(best === undefined
          ? []
          : [
              {
                text: `best: ${((best.valTop1 ?? 0) * 100).toFixed(1)} % on validation, epoch ${best.epoch}`,
                right: 24,
                top: 19,
                textStyle: { ...text, fontSize: 13, fontWeight: 400, color: palette.muted },
              },
            ]),
        ...panels.map((panel) => ({
          text: panel.name,
          left: panel.left - 40,
          top: 56,
          textStyle: { ...text, fontSize: 13, fontWeight: 600 },
        })),
      ],
      legend: {
        data: ['training', 'validation'],
        bottom: 12,
        left: 'center',
        itemWidth: 28,
        itemGap: 28,
        textStyle: { ...text, fontSize: 12, color: palette.muted },
      },
      grid: panels.map((panel) => ({
        left: panel.left,
        width: width / 2 - 96,
        top: 88,
        bottom: 84,
      })),
      xAxis: panels.map((panel, gridIndex) => ({
        type: 'value',
        gridIndex,
        name: 'epoch',
        nameLocation: 'middle',
        nameGap: 28,
        nameTextStyle: { ...text, fontSize: 12, color: palette.muted },
        min: from,
        max: to,
        minInterval: 1,
        splitNumber: 6,
        axisLine: { onZero: false, lineStyle: { color: palette.axis } },
        axisTick: { lineStyle: { color: palette.axis } },
        axisLabel: {
          fontSize: 11,
          fontFamily,
          color: palette.muted,
          formatter: (value: number) =>
            Number.isInteger(value) && value >= first && value <= last ? String(value) : '',
        },
        splitLine: { show: false },
        id: panel.name,
      })),
      yAxis: panels.map((panel, gridIndex) => ({
        type: 'value',
        gridIndex,
        ...panel.scale,
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { fontSize: 11, fontFamily, color: palette.muted, formatter: panel.format },
        splitLine: { lineStyle: { color: palette.grid } },
      })),
      series: panels.flatMap((panel, index) => [
        line('training', panel.train, index, palette.train, 'solid'),
        line('validation', panel.validation, index, palette.validation, [7, 4]),
        ...(best === undefined || history.length === 1
          ? []
          : [
              bestMark(
                panel.validation.find(([epoch]) => epoch === best.epoch),
                index,
              ),
            ]),
      ]),
    },
    width,
    height,
  );
}

type Point = readonly [epoch: number, value: number];

function line(
  name: string,
  data: readonly Point[],
  index: number,
  color: string,
  type: 'solid' | readonly number[],
): object {
  return {
    type: 'line',
    name,
    data: data.filter(([, value]) => Number.isFinite(value)),
    xAxisIndex: index,
    yAxisIndex: index,
    showSymbol: data.length <= 30,
    symbol: type === 'solid' ? 'circle' : 'emptyCircle',
    symbolSize: data.length === 1 ? 10 : 5,
    lineStyle: { width: 2, color, type },
    itemStyle: { color },
  };
}

/** A ring around the best epoch's validation value. */
function bestMark(point: Point | undefined, index: number): object {
  return {
    type: 'scatter',
    name: 'best',
    data: point === undefined ? [] : [point],
    xAxisIndex: index,
    yAxisIndex: index,
    symbol: 'circle',
    symbolSize: 15,
    itemStyle: { color: 'transparent', borderColor: palette.best, borderWidth: 2 },
    z: 5,
  };
}

function bestRow(history: readonly HistoryRow[]): HistoryRow | undefined {
  return history
    .filter((row) => row.valTop1 !== undefined)
    .reduce<HistoryRow | undefined>(
      (best, row) => ((row.valTop1 ?? 0) > (best?.valTop1 ?? -1) ? row : best),
      undefined,
    );
}

/**
 * The lowest accuracy shown, and the step of the axis: a run between 90 and 95 % is not drawn as
 * a flat line, and the axis starts at one of its own ticks.
 */
function accuracyScale(history: readonly HistoryRow[]): { min: number; interval: number } {
  const values = history.flatMap((row) => [row.trainTop1, row.valTop1 ?? row.trainTop1]);
  const lowest = Math.min(1, ...values);
  const interval = lowest > 0.75 ? 0.05 : lowest > 0.5 ? 0.1 : 0.2;
  const steps = Math.floor(lowest / interval - 0.25);
  return { min: Math.max(0, Math.min(1 - 2 * interval, steps * interval)), interval };
}

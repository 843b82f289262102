import { renderSvg } from './render.ts';
import { fontFamily, palette, ramp, shorten, textWidth } from './theme.ts';

/** From this many classes on there is no room for a label a class: every few are shown. */
const allLabelsUpTo = 60;
/** Numbers in the cells up to this many classes; above, colour alone shows them. */
const numbersUpTo = 30;

/**
 * A confusion matrix as SVG: a row a true class, a column a predicted one. The colour is the fraction
 * of the row, so that small classes are judged as large ones are; the number is the count.
 *
 * @param matrix `matrix[truth][prediction]`, counts
 */
export function drawConfusionMatrix(
  matrix: readonly (readonly number[])[],
  labels: readonly string[],
  title: string,
): string {
  const count = labels.length;
  const cell = cellSize(count);
  const side = Math.round(cell * count);
  const labelSize = cell >= 20 ? 12 : cell >= 13 ? 10 : 9;
  const short = labels.map((label) => shorten(label, 24));
  const labelWidth = Math.ceil(Math.max(...short.map((label) => textWidth(label, labelSize))));
  // Column labels lie flat where they fit into their cells and stand on end where they do not.
  const flat = labelWidth <= cell - 8;
  const below = (flat ? labelSize : labelWidth) + 20;
  const left = labelWidth + 64;
  const top = 72;
  const width = Math.max(left + side + 120, 420);
  const height = top + side + below + 40;
  const rowTotals = matrix.map((row) => row.reduce((sum, value) => sum + value, 0));
  const total = rowTotals.reduce((sum, value) => sum + value, 0);
  const right = matrix.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  const text = { fontFamily, color: palette.ink };
  const axis = {
    type: 'category',
    data: short,
    axisLine: { lineStyle: { color: palette.axis } },
    axisTick: { show: false },
    splitArea: { show: false },
    nameLocation: 'middle',
    nameTextStyle: { ...text, fontSize: 12, color: palette.muted },
  };
  const axisLabel = {
    fontSize: labelSize,
    fontFamily,
    color: palette.ink,
    interval: count <= allLabelsUpTo ? 0 : 'auto',
  };
  const caption =
    total === 0 ? 'no images' : `${((100 * right) / total).toFixed(1)} % of ${total} images right`;
  return renderSvg(
    {
      backgroundColor: palette.background,
      textStyle: text,
      title: {
        text: title,
        subtext: caption,
        left: 24,
        top: 12,
        itemGap: 6,
        textStyle: { ...text, fontSize: 16, fontWeight: 600 },
        subtextStyle: { ...text, fontSize: 12, color: palette.muted },
      },
      grid: {
        left,
        top,
        width: side,
        height: side,
        show: true,
        borderColor: palette.axis,
        borderWidth: 0.5,
      },
      xAxis: {
        ...axis,
        position: 'bottom',
        name: 'predicted',
        nameGap: below,
        axisLabel: { ...axisLabel, rotate: flat ? 0 : 90 },
      },
      yAxis: {
        ...axis,
        inverse: true,
        name: 'true class',
        nameGap: labelWidth + 24,
        axisLabel,
      },
      visualMap: {
        type: 'continuous',
        dimension: 2,
        min: 0,
        max: 1,
        calculable: false,
        orient: 'vertical',
        left: left + side + 24,
        top,
        itemWidth: 12,
        itemHeight: Math.min(side, 160),
        text: ['100 %', '0 %'],
        textGap: 6,
        textStyle: { ...text, fontSize: 11, color: palette.muted },
        inRange: { color: ramp },
      },
      series: [
        {
          type: 'heatmap',
          // Of many classes nearly all cells are empty: only the others are drawn.
          data: matrix.flatMap((row, truth) =>
            row.flatMap((value, prediction) => {
              if (value === 0 && count > numbersUpTo) return [];
              const fraction = value / Math.max(1, rowTotals[truth] ?? 1);
              return {
                value: [prediction, truth, fraction, value],
                label: { color: fraction > 0.55 ? palette.background : palette.ink },
              };
            }),
          ),
          itemStyle: { borderColor: palette.grid, borderWidth: cell >= 9 ? 0.5 : 0 },
          label: {
            show: count <= numbersUpTo,
            fontFamily,
            fontSize: cell >= 36 ? 13 : cell >= 24 ? 11 : 9,
            formatter: ({ value }: { value: readonly number[] }) =>
              value[3] === 0 ? '' : String(value[3]),
          },
        },
      ],
    },
    width,
    height,
  );
}

/** Pixels a class: room for numbers where they are few, an image of bounded size where many. */
function cellSize(count: number): number {
  if (count > 100) return Math.max(2, 1000 / count);
  return Math.max(10, Math.min(64, Math.max(22, 520 / count), 720 / count));
}

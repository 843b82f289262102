import { HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  TitleComponent,
  VisualMapComponent,
  GraphicComponent,
} from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

/** Draws a chart to the text of an SVG file; needs no browser. */
export function renderSvg(option: EChartsCoreOption, width: number, height: number): string {
  use([
    GraphicComponent,
    GridComponent,
    HeatmapChart,
    LegendComponent,
    LineChart,
    ScatterChart,
    SVGRenderer,
    TitleComponent,
    VisualMapComponent,
  ]);
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, ...option });
    return `${chart.renderToSVGString()}\n`;
  } finally {
    chart.dispose();
  }
}

import { ResnetPredictorElement } from './resnet-predictor.ts';

/** Makes `<resnet-predictor>` known to the browser; again, or where there is none, does nothing. */
export function definePredictorElement(): void {
  const registry: CustomElementRegistry | undefined = globalThis.customElements;
  if (registry?.get('resnet-predictor') === undefined) {
    registry?.define('resnet-predictor', ResnetPredictorElement);
  }
}

import '@resnet/web';
import { useState } from 'react';

// React 19 sets properties of custom elements and listens to their events by `on` and their name.
export function App() {
  const [best, setBest] = useState();
  return (
    <main>
      <h1>What is it?</h1>
      <resnet-predictor
        model="/model/"
        topK={3}
        map
        onprediction={({ detail }) => setBest(detail.predictions[0])}
      >
        <span slot="prompt">Drop a picture here</span>
      </resnet-predictor>
      <p>
        Last:{' '}
        <output>{best ? `${best.label}, ${Math.round(100 * best.probability)} %` : ''}</output>
      </p>
    </main>
  );
}

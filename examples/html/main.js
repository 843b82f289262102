const output = document.querySelector('output');

document.querySelector('resnet-predictor').addEventListener('prediction', ({ detail }) => {
  const [best] = detail.predictions;
  output.textContent = `${best.label}, ${Math.round(100 * best.probability)} %`;
});

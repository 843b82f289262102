// A parameter's update in one pass over memory, in the order of operations of torch.optim. The new
// values are written beside the old ones.

/**
 * g = gradient + weightDecay * parameter
 * newMomentumBuffer = momentum * momentumBuffer + g
 * newParameter = parameter - learningRate * (nesterov ? g + momentum * newMomentumBuffer : newMomentumBuffer)
 *
 * Without momentum, pass null pointers and momentum 0.
 */
export function sgd(
  parameter: usize,
  gradient: usize,
  momentumBuffer: usize,
  newParameter: usize,
  newMomentumBuffer: usize,
  size: i32,
  learningRate: f32,
  momentum: f32,
  weightDecay: f32,
  nesterov: i32,
): void {
  const rate4 = f32x4.splat(learningRate);
  const momentum4 = f32x4.splat(momentum);
  const decay4 = f32x4.splat(weightDecay);
  const vectors = size & ~3;
  let i = 0;
  for (; i < vectors; i += 4) {
    const at = (<usize>i) << 2;
    const p = v128.load(parameter + at);
    const g = f32x4.add(v128.load(gradient + at), f32x4.mul(decay4, p));
    let step = g;
    if (momentumBuffer) {
      const m = f32x4.add(f32x4.mul(momentum4, v128.load(momentumBuffer + at)), g);
      v128.store(newMomentumBuffer + at, m);
      step = nesterov ? f32x4.add(g, f32x4.mul(momentum4, m)) : m;
    }
    v128.store(newParameter + at, f32x4.sub(p, f32x4.mul(rate4, step)));
  }
  for (; i < size; i++) {
    const at = (<usize>i) << 2;
    const p = load<f32>(parameter + at);
    const g = load<f32>(gradient + at) + weightDecay * p;
    let step = g;
    if (momentumBuffer) {
      const m = momentum * load<f32>(momentumBuffer + at) + g;
      store<f32>(newMomentumBuffer + at, m);
      step = nesterov ? g + momentum * m : m;
    }
    store<f32>(newParameter + at, p - learningRate * step);
  }
}

/**
 * newExpAvg = beta1 * expAvg + (1 - beta1) * gradient
 * newExpAvgSq = beta2 * expAvgSq + (1 - beta2) * gradient^2
 * newParameter = keep * parameter - rate * newExpAvg / (sqrt(newExpAvgSq) / correction + epsilon)
 *
 * keep = 1 - learningRate * weightDecay, rate = learningRate / (1 - beta1^t), correction =
 * sqrt(1 - beta2^t).
 */
export function adamw(
  parameter: usize,
  gradient: usize,
  expAvg: usize,
  expAvgSq: usize,
  newParameter: usize,
  newExpAvg: usize,
  newExpAvgSq: usize,
  size: i32,
  keep: f32,
  rate: f32,
  beta1: f32,
  beta2: f32,
  rest1: f32,
  rest2: f32,
  correction: f32,
  epsilon: f32,
): void {
  const vectors = size & ~3;
  let i = 0;
  for (; i < vectors; i += 4) {
    const at = (<usize>i) << 2;
    const g = v128.load(gradient + at);
    const m = f32x4.add(
      f32x4.mul(f32x4.splat(beta1), v128.load(expAvg + at)),
      f32x4.mul(f32x4.splat(rest1), g),
    );
    const v = f32x4.add(
      f32x4.mul(f32x4.splat(beta2), v128.load(expAvgSq + at)),
      f32x4.mul(f32x4.splat(rest2), f32x4.mul(g, g)),
    );
    const root = f32x4.div(f32x4.sqrt(v), f32x4.splat(correction));
    const step = f32x4.div(m, f32x4.add(root, f32x4.splat(epsilon)));
    const kept = f32x4.mul(v128.load(parameter + at), f32x4.splat(keep));
    v128.store(newExpAvg + at, m);
    v128.store(newExpAvgSq + at, v);
    v128.store(newParameter + at, f32x4.sub(kept, f32x4.mul(f32x4.splat(rate), step)));
  }
  for (; i < size; i++) {
    const at = (<usize>i) << 2;
    const g = load<f32>(gradient + at);
    const m = beta1 * load<f32>(expAvg + at) + rest1 * g;
    const v = beta2 * load<f32>(expAvgSq + at) + rest2 * (g * g);
    const step = m / (Mathf.sqrt(v) / correction + epsilon);
    store<f32>(newExpAvg + at, m);
    store<f32>(newExpAvgSq + at, v);
    store<f32>(newParameter + at, load<f32>(parameter + at) * keep - rate * step);
  }
}

/** newAverage = average + weight * (value - average). */
export function movingAverage(
  average: usize,
  value: usize,
  newAverage: usize,
  size: i32,
  weight: f32,
): void {
  const weight4 = f32x4.splat(weight);
  const vectors = size & ~3;
  let i = 0;
  for (; i < vectors; i += 4) {
    const at = (<usize>i) << 2;
    const a = v128.load(average + at);
    const difference = f32x4.sub(v128.load(value + at), a);
    v128.store(newAverage + at, f32x4.add(a, f32x4.mul(weight4, difference)));
  }
  for (; i < size; i++) {
    const at = (<usize>i) << 2;
    const a = load<f32>(average + at);
    store<f32>(newAverage + at, a + weight * (load<f32>(value + at) - a));
  }
}

// Means and standard deviations of ImageNet's channels, on pixels in 0..1: what published weights take.
export const imagenetMean: readonly number[] = [0.485, 0.456, 0.406];
export const imagenetStd: readonly number[] = [0.229, 0.224, 0.225];

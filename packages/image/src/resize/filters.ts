/** How a resize weighs pixels. All but `nearest` are antialiased, as Pillow's are. */
export type Interpolation = 'nearest' | 'bilinear' | 'bicubic' | 'lanczos';

/** Every {@link Interpolation}, from the fastest to the sharpest. */
export const interpolations: readonly Interpolation[] = [
  'nearest',
  'bilinear',
  'bicubic',
  'lanczos',
];

export interface Filter {
  /** Half the width of the kernel, in output pixels when enlarging. */
  readonly support: number;
  readonly weight: (x: number) => number;
}

/** The kernels of Pillow's `Resample.c`, operation for operation: the last bit of a weight counts. */
export const filters: Readonly<Record<Exclude<Interpolation, 'nearest'>, Filter>> = {
  bilinear: {
    support: 1,
    weight: (x) => {
      const distance = Math.abs(x);
      return distance < 1 ? 1 - distance : 0;
    },
  },
  // Keys, "Cubic convolution interpolation for digital image processing", with a = -0.5.
  bicubic: {
    support: 2,
    weight: (x) => {
      const a = -0.5;
      const distance = Math.abs(x);
      if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
      if (distance < 2) return (((distance - 5) * distance + 8) * distance - 4) * a;
      return 0;
    },
  },
  lanczos: {
    support: 3,
    weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0),
  },
};

function sinc(x: number): number {
  if (x === 0) return 1;
  const angle = x * Math.PI;
  return Math.sin(angle) / angle;
}

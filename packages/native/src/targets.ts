import { NativeError } from './errors.ts';

/** A file of the Python package index, pinned: what pip brings must be this very file. */
export interface Wheel {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly sha256: string;
  /** Megabytes to download, for the progress display and the disk check; rounded up. */
  readonly megabytes: number;
}

/** One TensorFlow for one kind of machine. */
export interface Target {
  /** Names the folder in the cache. */
  readonly id: string;
  readonly version: string;
  readonly variant: 'cpu' | 'cuda';
  /** The wheel that carries the libraries and headers, first, then those with CUDA's libraries. */
  readonly wheels: readonly Wheel[];
  readonly libraries: { readonly cc: string; readonly framework: string };
  /** Megabytes that must be free to set it up: downloads and unpacked files at the worst moment. */
  readonly neededMegabytes: number;
}

export const tensorflowVersion = '2.21.0';

const elf = { cc: 'libtensorflow_cc.so.2', framework: 'libtensorflow_framework.so.2' };
const machO = { cc: 'libtensorflow_cc.2.dylib', framework: 'libtensorflow_framework.2.dylib' };

function tensorflow(name: string, platform: string, sha256: string, megabytes: number): Wheel {
  // The C library is the same for every Python; the file is chosen by Python 3.11's tag.
  const file = `${name.replaceAll('-', '_')}-${tensorflowVersion}-cp311-cp311-${platform}.whl`;
  return { name, version: tensorflowVersion, file, sha256, megabytes };
}

function nvidia(part: string, version: string, platform: string, sha256: string): Wheel {
  const name = `nvidia-${part}-cu12`;
  const file = `${name.replaceAll('-', '_')}-${version}-py3-none-${platform}.whl`;
  return { name, version, file, sha256, megabytes: 0 };
}

const linux = { x64: 'manylinux_2_27_x86_64', arm64: 'manylinux_2_27_aarch64' } as const;
const older = {
  2010: 'manylinux2010_x86_64.manylinux_2_12_x86_64',
  2014: 'manylinux2014_x86_64.manylinux_2_17_x86_64',
} as const;

// The versions that pip chose on 2026-11-24 for the extra `and-cuda` of tensorflow 2.21.0; its
// METADATA gives ranges (nvidia-cudnn-cu12>=9.3.0.75,<10 ...). Pinned, so that all get the same.
const cudaLibraries: readonly Wheel[] = [
  nvidia(
    'cublas',
    '12.9.3.13',
    linux.x64,
    'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
  ),
  nvidia(
    'cuda-cupti',
    '12.8.90',
    older[2014],
    'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182',
  ),
  nvidia(
    'cuda-nvcc',
    '12.9.86',
    older[2010],
    '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
  ),
  nvidia(
    'cuda-nvrtc',
    '12.9.86',
    older[2010],
    '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
  ),
  nvidia(
    'cuda-runtime',
    '12.9.79',
    older[2014],
    '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
  ),
  nvidia(
    'cudnn',
    '9.28.0.42',
    linux.x64,
    '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
  ),
  nvidia(
    'cufft',
    '11.4.1.4',
    older[2014],
    'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
  ),
  nvidia(
    'curand',
    '10.3.10.19',
    linux.x64,
    '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
  ),
  nvidia(
    'cusolver',
    '11.7.5.82',
    linux.x64,
    '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
  ),
  nvidia(
    'cusparse',
    '12.5.10.65',
    older[2014],
    '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
  ),
  nvidia(
    'nccl',
    '2.32.3',
    linux.x64,
    'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
  ),
  nvidia(
    'nvjitlink',
    '12.9.86',
    older[2010],
    'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
  ),
];

const targets: Readonly<Record<string, Target>> = {
  'cpu-linux-x64': {
    id: `tensorflow-${tensorflowVersion}-cpu-linux-x64`,
    version: tensorflowVersion,
    variant: 'cpu',
    wheels: [
      tensorflow(
        'tensorflow-cpu',
        linux.x64,
        '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
        260,
      ),
    ],
    libraries: elf,
    neededMegabytes: 1300,
  },
  'cpu-linux-arm64': {
    id: `tensorflow-${tensorflowVersion}-cpu-linux-arm64`,
    version: tensorflowVersion,
    variant: 'cpu',
    wheels: [
      tensorflow(
        'tensorflow',
        linux.arm64,
        '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
        270,
      ),
    ],
    libraries: elf,
    neededMegabytes: 1300,
  },
  'cpu-darwin-arm64': {
    id: `tensorflow-${tensorflowVersion}-cpu-darwin-arm64`,
    version: tensorflowVersion,
    variant: 'cpu',
    wheels: [
      tensorflow(
        'tensorflow',
        'macosx_12_0_arm64',
        '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
        270,
      ),
    ],
    libraries: machO,
    neededMegabytes: 1300,
  },
  'cuda-linux-x64': {
    id: `tensorflow-${tensorflowVersion}-cuda-linux-x64`,
    version: tensorflowVersion,
    variant: 'cuda',
    wheels: [
      tensorflow(
        'tensorflow',
        linux.x64,
        '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
        575,
      ),
      ...cudaLibraries,
    ],
    libraries: elf,
    neededMegabytes: 9000,
  },
};

export interface Machine {
  readonly platform: string;
  readonly arch: string;
}

/** The TensorFlow for a machine. Throws a NativeError (UNSUPPORTED_PLATFORM) that says what to use instead. */
export function targetFor(variant: 'cpu' | 'cuda', { platform, arch }: Machine = process): Target {
  const target = targets[`${variant}-${platform}-${arch}`];
  if (target !== undefined) return target;
  const where = `${platform} on ${arch}`;
  if (variant === 'cuda') {
    throw new NativeError(
      'UNSUPPORTED_PLATFORM',
      `TensorFlow ${tensorflowVersion} with CUDA is set up on Linux x64 only; this is ${where}.`,
      {
        hint: 'Leave --cuda out for the CPU, or use the webgpu backend, which runs on any graphics card.',
      },
    );
  }
  throw new NativeError(
    'UNSUPPORTED_PLATFORM',
    `There is no TensorFlow ${tensorflowVersion} library to set up for ${where}.`,
    {
      hint:
        platform === 'win32'
          ? "On Windows let the package's own install script download TensorFlow: npm rebuild @tensorflow/tfjs-node-gpu (or work in WSL)."
          : "Try the package's own install script (npm rebuild @tensorflow/tfjs-node-gpu), or use the wasm backend, which works everywhere.",
    },
  );
}

/** Renderers on the processor: WebGPU marks them as fallback adapters, not all browsers do. */
export function isSoftwareAdapter(info: GPUAdapterInfo): boolean {
  if (info.isFallbackAdapter) return true;
  const names = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  return /llvmpipe|lavapipe|swiftshader|software|basic render|\bwarp\b/i.test(names);
}

/** As much as the browser tells: often the vendor and the family only. */
export function describeAdapter(info: GPUAdapterInfo): string {
  const { vendor, architecture, device, description } = info;
  return (
    description || [vendor, architecture, device].filter(Boolean).join(' ') || 'unnamed adapter'
  );
}

/** Null as well where the browser has no WebGPU, or asking throws. */
export async function requestAdapter(): Promise<GPUAdapter | null> {
  // Absent where a page is not served securely, whatever the types say.
  const gpu: GPU | undefined = navigator.gpu;
  try {
    return (await gpu?.requestAdapter({ powerPreference: 'high-performance' })) ?? null;
  } catch {
    return null;
  }
}

/**
 * Whether Dawn can look for graphics drivers at all. On Linux that takes the Vulkan loader, without
 * which Dawn finds no adapter and writes so to the terminal by itself: it is not to be asked then.
 */
export function hasVulkanLoader(): boolean {
  return process.platform !== 'linux' || isLibrary('libvulkan.so.1');
}

/** Whether the system's linker finds a library of this name. */
export function isLibrary(name: string): boolean {
  try {
    process.dlopen({ exports: {} }, name);
    return true;
  } catch (error) {
    // It was opened, and is no addon.
    return String(error).includes('did not self-register');
  }
}

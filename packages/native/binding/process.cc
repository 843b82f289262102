// Settings of the process that TensorFlow's C interface offers no call for. An addon of its own,
// loaded before the npm package's.
#include <cstdlib>

#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace {

// Loading TensorFlow logs to standard error, whatever TF_CPP_MIN_LOG_LEVEL says: its logging is
// set up by its Python package only. So standard error is away while the library is loaded; a
// failure to load is told by the loader again when the npm package's addon asks for it.
void load_quietly() {
  const int standard_error = dup(STDERR_FILENO);
  const int nowhere = open("/dev/null", O_WRONLY);
  if (standard_error >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  void* library = dlopen(FRAMEWORK, RTLD_NOW | RTLD_LOCAL);
  if (standard_error >= 0) dup2(standard_error, STDERR_FILENO);
  if (standard_error >= 0) close(standard_error);
  if (nowhere >= 0) close(nowhere);
  if (library == nullptr) return;
  // absl::SetMinLogLevel of the Abseil in TensorFlow 2.21; another version may have another name.
  void* symbol = dlsym(library, "_ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE");
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (symbol != nullptr && level != nullptr) {
    reinterpret_cast<void (*)(int)>(symbol)(std::atoi(level));
  }
}

// Tensors of a training step come and go by the hundred. glibc maps each large one anew from the
// kernel, and its pages cost more than the arithmetic on them; kept on the heap they are reused.
void keep_memory() {
#ifdef __GLIBC__
  if (std::getenv("MALLOC_MMAP_THRESHOLD_") || std::getenv("GLIBC_TUNABLES")) return;
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 2147483647);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

}  // namespace

NAPI_MODULE_INIT() {
  keep_memory();
  load_quietly();
  return exports;
}

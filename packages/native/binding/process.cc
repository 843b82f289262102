// Keeps TensorFlow quiet while it is loaded, which its C interface offers no call for. An addon of
// its own, loaded before the npm package's.
#include <cstdlib>

#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

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

}  // namespace

NAPI_MODULE_INIT() {
  load_quietly();
  return exports;
}

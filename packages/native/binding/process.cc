// What loading TensorFlow needs and its C interface offers no call for: quiet, and memory given
// back. An addon of its own, loaded before the npm package's.
#include <cstdlib>
#include <cstring>

#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

#if defined(__linux__)
#include <link.h>
#include <sys/mman.h>
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

#if defined(__linux__)
// Loading runs code all over TensorFlow's 850 MB of libraries, which leaves some 200 MB of them in
// memory that are not used again. Segments that are not written to can be dropped: they are the
// file, and come back page by page as they are used.
int release_segments(dl_phdr_info* library, size_t, void*) {
  if (std::strstr(library->dlpi_name, "libtensorflow") == nullptr) return 0;
  const uintptr_t page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < library->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = library->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    // Whole pages only: a page at an end may be shared with a segment that is written to.
    const uintptr_t begin = (library->dlpi_addr + segment.p_vaddr + page - 1) & ~(page - 1);
    const uintptr_t end = (library->dlpi_addr + segment.p_vaddr + segment.p_filesz) & ~(page - 1);
    if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}
#endif

napi_value release_unused_pages(napi_env, napi_callback_info) {
#if defined(__linux__)
  dl_iterate_phdr(release_segments, nullptr);
#endif
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  load_quietly();
  napi_value function;
  if (napi_create_function(env, nullptr, 0, release_unused_pages, nullptr, &function) == napi_ok) {
    napi_set_named_property(env, exports, "releaseUnusedPages", function);
  }
  return exports;
}

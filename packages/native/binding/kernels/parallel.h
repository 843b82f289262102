// Threads for the kernels in this folder. TensorFlow's C interface lends kernels no threads of its
// own; eager operations run one after the other, so that its threads sleep while these work.
#pragma once

#include <cstdint>
#include <functional>

namespace resnet {

// Calls `task(0)` ... `task(count - 1)`, on several threads, and returns when all have ended. The
// number of threads is TF_NUM_INTRAOP_THREADS, or that of the CPUs of this process. What the
// tasks are must not depend on it: results then are the same to the bit on any machine. What a task
// throws, on whichever thread, is thrown here when all threads have stopped; tasks may be left out
// then.
void parallel(int64_t count, const std::function<void(int64_t)>& task);

}  // namespace resnet

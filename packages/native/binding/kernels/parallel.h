// Threads for the kernels in this folder. TensorFlow's C interface lends kernels no threads of its
// own; eager operations run one after the other, so that its threads sleep while these work.
#pragma once

#include <cstdint>
#include <functional>

namespace resnet {

// Calls `task(0)` ... `task(count - 1)`, on several threads, and returns when all have ended. The
// number of threads is TF_NUM_INTRAOP_THREADS, or that of the CPUs of this process. What the
// tasks are must not depend on it: results then are the same to the bit on any machine.
void parallel(int64_t count, const std::function<void(int64_t)>& task);

}  // namespace resnet

// Custom ops for TensorFlow, where its own take several passes over memory for what one
// can do. An addon that is loaded before TensorFlow is used; it gives JavaScript nothing. Where
// TensorFlow refuses one of them, those after it are missing too. Convolutions come last, as there
// may be none: whoever finds the last before them has the others, and so it is with the filter
// gradient.
#include <mutex>

#include <node_api.h>

#include "op_kernel.h"

NAPI_MODULE_INIT() {
  // TensorFlow's registries are the process's; Node initialises an addon once a thread that uses
  // it.
  static std::once_flag once;
  std::call_once(once, [] {
    static_cast<void>(resnet::define_batch_norm() && resnet::define_max_pool() &&
                      resnet::define_optimizers() && resnet::define_add_relu() &&
                      resnet::define_clip() && resnet::define_convolutions() &&
                      resnet::define_conv_batch_norm() && resnet::define_filter_gradient());
  });
  return exports;
}

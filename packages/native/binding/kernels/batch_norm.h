// Batch norm in training, of x [rows, C].
#pragma once

#include <cstdint>

namespace resnet {

struct BatchNorm {
  float epsilon;
  bool relu;
};

// What is kept for the gradient, [C] each: what was subtracted, what deviations were multiplied by
// before the scale, and the offset.
template <typename Float>
struct SavedStatistics {
  Float* centre;
  Float* inverse;
  Float* offset;
};

// y = relu(normalised * scale + offset + addend), the ReLU and the addend each where there is one;
// of each channel the mean and the unbiased variance.
template <typename T>
void batch_norm(const BatchNorm& settings, const T* x, int64_t rows, int64_t channels,
                const float* scale, const float* offset, const T* addend, T* y, float* mean,
                float* variance, const SavedStatistics<float>& kept);

// y again, to the same bits, where there was no addend.
template <typename T>
void batch_norm_again(const BatchNorm& settings, const T* x, int64_t rows, int64_t channels,
                      const float* scale, const SavedStatistics<const float>& kept, T* y);

// The gradients by x, scale and offset. Where there was an addend, its gradient, too: it takes the
// output y, and then the settings' ReLU is not asked for.
template <typename T>
void batch_norm_gradient(const BatchNorm& settings, const T* dy, const T* x, int64_t rows,
                         int64_t channels, const float* scale,
                         const SavedStatistics<const float>& kept, const T* y, T* d_addend, T* dx,
                         float* d_scale, float* d_offset);

}  // namespace resnet

// The definitions, as loops in float64: what the kernels are held against.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace naive {

using Values = std::vector<double>;

// A convolution of [N, H, W, Ci] by [kh, kw, Ci, Co].
struct Conv {
  int64_t batch, height, width, in, out, kh, kw, stride, padding, dilation;
  int64_t out_height() const {
    return (height + 2 * padding - dilation * (kh - 1) - 1) / stride + 1;
  }
  int64_t out_width() const { return (width + 2 * padding - dilation * (kw - 1) - 1) / stride + 1; }
  int64_t inputs() const { return batch * height * width * in; }
  int64_t outputs() const { return batch * out_height() * out_width() * out; }
  int64_t filters() const { return kh * kw * in * out; }

  // Calls visit(x index, filter index, y index) for each product.
  template <typename Visit>
  void products(const Visit& visit) const {
    for (int64_t n = 0; n < batch; ++n)
      for (int64_t oy = 0; oy < out_height(); ++oy)
        for (int64_t ox = 0; ox < out_width(); ++ox)
          for (int64_t ky = 0; ky < kh; ++ky)
            for (int64_t kx = 0; kx < kw; ++kx) {
              const int64_t y = oy * stride - padding + ky * dilation;
              const int64_t x = ox * stride - padding + kx * dilation;
              if (y < 0 || y >= height || x < 0 || x >= width) continue;
              for (int64_t i = 0; i < in; ++i)
                for (int64_t o = 0; o < out; ++o)
                  visit(((n * height + y) * width + x) * in + i,
                        ((ky * kw + kx) * in + i) * out + o,
                        ((n * out_height() + oy) * out_width() + ox) * out + o);
            }
  }

  template <typename X, typename F>
  Values forward(const X& x, const F& filter) const {
    Values y(outputs());
    products([&](int64_t a, int64_t b, int64_t c) { y[c] += double(x[a]) * filter[b]; });
    return y;
  }
  template <typename F, typename D>
  Values input_gradient(const F& filter, const D& dy) const {
    Values dx(inputs());
    products([&](int64_t a, int64_t b, int64_t c) { dx[a] += double(filter[b]) * dy[c]; });
    return dx;
  }
  template <typename X, typename D>
  Values filter_gradient(const X& x, const D& dy) const {
    Values df(filters());
    products([&](int64_t a, int64_t b, int64_t c) { df[b] += double(x[a]) * dy[c]; });
    return df;
  }
};

// Batch norm in training over the last of `channels`.
struct BatchNorm {
  Values mean, inverse, variance;  // variance: unbiased

  template <typename X>
  BatchNorm(const X& x, int64_t channels, double epsilon)
      : mean(channels), inverse(channels), variance(channels) {
    const double rows = double(x.size()) / channels;
    for (size_t i = 0; i < x.size(); ++i) mean[i % channels] += x[i] / rows;
    for (size_t i = 0; i < x.size(); ++i) {
      const double d = x[i] - mean[i % channels];
      variance[i % channels] += d * d / rows;
    }
    for (int64_t c = 0; c < channels; ++c) {
      inverse[c] = 1 / std::sqrt(variance[c] + epsilon);
      variance[c] *= rows / (rows - 1);
    }
  }

  template <typename X, typename P>
  Values forward(const X& x, const P& scale, const P& offset) const {
    const size_t channels = mean.size();
    Values y(x.size());
    for (size_t i = 0; i < x.size(); ++i) {
      const size_t c = i % channels;
      y[i] = (x[i] - mean[c]) * inverse[c] * scale[c] + offset[c];
    }
    return y;
  }

  struct Gradients {
    Values x, scale, offset;
  };
  template <typename X, typename P>
  Gradients backward(const Values& dy, const X& x, const P& scale) const {
    const size_t channels = mean.size();
    const double rows = double(x.size()) / channels;
    Gradients result{Values(x.size()), Values(channels), Values(channels)};
    for (size_t i = 0; i < x.size(); ++i) {
      const size_t c = i % channels;
      result.offset[c] += dy[i];
      result.scale[c] += dy[i] * (x[i] - mean[c]) * inverse[c];
    }
    for (size_t i = 0; i < x.size(); ++i) {
      const size_t c = i % channels;
      const double normalised = (x[i] - mean[c]) * inverse[c];
      result.x[i] = scale[c] * inverse[c] *
                    (dy[i] - result.offset[c] / rows - normalised * result.scale[c] / rows);
    }
    return result;
  }
};

inline void relu(Values& values) {
  for (double& value : values) value = std::max(value, 0.0);
}

// dy where y > 0, else 0.
inline Values relu_gradient(Values dy, const Values& y) {
  for (size_t i = 0; i < dy.size(); ++i) {
    if (y[i] <= 0) dy[i] = 0;
  }
  return dy;
}

}  // namespace naive

#pragma once

#include <stddef.h>
#include <stdint.h>

/// A file that is part of the binary.
typedef struct {
  const uint8_t *_Nonnull bytes;
  size_t count;
} DropgridEmbeddedFile;

/// The four gzip IDX files of an embedded data set.
typedef struct {
  DropgridEmbeddedFile train_images;
  DropgridEmbeddedFile train_labels;
  DropgridEmbeddedFile test_images;
  DropgridEmbeddedFile test_labels;
} DropgridEmbeddedImages;

/// 2,000 training and 2,000 test images of Fashion-MNIST, 28×28×1, ten classes in turn.
DropgridEmbeddedImages dropgrid_fashion_mnist_mini(void);

#include "CEmbeddedData.h"

static const uint8_t train_images[] = {
#embed "fashion-mnist-mini/train-images-idx3-ubyte.gz"
};
static const uint8_t train_labels[] = {
#embed "fashion-mnist-mini/train-labels-idx1-ubyte.gz"
};
static const uint8_t test_images[] = {
#embed "fashion-mnist-mini/t10k-images-idx3-ubyte.gz"
};
static const uint8_t test_labels[] = {
#embed "fashion-mnist-mini/t10k-labels-idx1-ubyte.gz"
};

DropgridEmbeddedImages dropgrid_fashion_mnist_mini(void) {
  return (DropgridEmbeddedImages){
      .train_images = {train_images, sizeof train_images},
      .train_labels = {train_labels, sizeof train_labels},
      .test_images = {test_images, sizeof test_images},
      .test_labels = {test_labels, sizeof test_labels},
  };
}

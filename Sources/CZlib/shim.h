#pragma once

#include <zlib.h>

/// `inflateInit2` (a macro, which Swift cannot import) for gzip data and nothing else.
static inline int dropgrid_inflate_init_gzip(z_stream *stream) {
  return inflateInit2(stream, 16 + MAX_WBITS);
}

// Work that may crash or hang, done first in a forked child, where that costs nothing.
#ifndef DROPGRID_CPROBE_H
#define DROPGRID_CPROBE_H

#include <stddef.h>

enum dgp_outcome {
  dgp_sound,       // the work ended and had no complaint
  dgp_refused,     // it ended with a complaint
  dgp_crashed,     // a signal ended it
  dgp_hung,        // the time was over
  dgp_unavailable  // no child could be made
};

/// Does `body(context, text, capacity)` in a child that has `seconds` of processor time, and
/// `bytes` of memory beyond what the process has. `body` returns 0 or, with a complaint in `text`, 1; the complaint is in
/// the caller's `text` afterwards. The child has one thread, no output and no signal handlers.
int dgp_probe(int (*_Nonnull body)(void *_Nullable context, char *_Nonnull text, size_t capacity),
              void *_Nullable context, unsigned seconds, size_t bytes, char *_Nonnull text,
              size_t capacity);

/// Whether this process is such a child: it has one thread, and needs no locks.
_Bool dgp_is_child(void);

#endif

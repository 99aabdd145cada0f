// Linux calls that the Glibc module leaves out because it is built without _GNU_SOURCE.
#ifndef DROPGRID_CLINUX_SHIM_H
#define DROPGRID_CLINUX_SHIM_H

extern int fallocate(int descriptor, int mode, long offset, long length);
extern int renameat2(int from_directory, const char *from, int to_directory, const char *to,
                     unsigned int flags);

/// Gives every byte up to `length` a place on the disk; errno says why not.
static inline int dgl_reserve(int descriptor, long length) {
  return fallocate(descriptor, 0, 0, length);
}

/// Renames `from` and fails with EEXIST where `to` exists.
static inline int dgl_rename_exclusively(const char *from, const char *to) {
  const int here = -100;               // AT_FDCWD
  const unsigned int no_replace = 1u;  // RENAME_NOREPLACE
  return renameat2(here, from, here, to, no_replace);
}

#endif

// Linux calls that the Glibc module leaves out because it is built without _GNU_SOURCE.
#ifndef DROPGRID_CLINUX_SHIM_H
#define DROPGRID_CLINUX_SHIM_H

#include <fcntl.h>

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

/// Far behind the end of any file, so that locks on data do not meet it.
static inline struct flock dgl_writers_byte(void) {
  return (struct flock){
      .l_type = F_WRLCK, .l_whence = 0, .l_start = 0x7fffffffffff0000l, .l_len = 1};
}

/// Takes the writer's lock of this open file, which ends with it; EAGAIN where another has it.
static inline int dgl_lock_writer(int descriptor) {
  const int set_lock = 37;  // F_OFD_SETLK
  struct flock lock = dgl_writers_byte();
  return fcntl(descriptor, set_lock, &lock);
}

/// 1 where another open file has the writer's lock, 0 where none has, negative where that is unknown.
static inline int dgl_writer_is_there(int descriptor) {
  const int get_lock = 36;  // F_OFD_GETLK
  struct flock lock = dgl_writers_byte();
  if (fcntl(descriptor, get_lock, &lock) != 0) return -1;
  return lock.l_type != F_UNLCK;
}

#endif

// Breaks a program at a chosen call: LD_PRELOAD this library and say in the environment what to do.
//
//   FAULT_KILL_AT=K     SIGKILL at the K-th call that changes a file, the call skipped
//   FAULT_HALF=1        … after half of the call's bytes are written
//   FAULT_ENOSPC_AT=K   from the K-th such call on the disk is full (the first is a short write)
//   FAULT_EIO_AT=K      from the K-th such call on the disk fails
//   FAULT_CRASH_AT=K    a null pointer is written to at the K-th computation of the trials
//   FAULT_ABORT_AT=K    abort() at the K-th computation of the trials
//   FAULT_COUNT=FILE    the number of calls that change a file, at the end of the program
//
// Calls that change a file: write, pwrite, fallocate, fsync, fdatasync, ftruncate, rename,
// renameat2, mkdir, unlink, rmdir and open with O_CREAT. What goes to a terminal, a pipe or standard
// output is left alone. Build: cc -shared -fPIC -o shim.so shim.c -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls, allocations, blocks;
static long kill_at = -1, full_at = -1, failing_at = -1, crash_at = -1, abort_at = -1;
static int half;

static long number(const char *name) {
  const char *text = getenv(name);
  return text ? atol(text) : -1;
}

__attribute__((constructor)) static void start(void) {
  kill_at = number("FAULT_KILL_AT");
  full_at = number("FAULT_ENOSPC_AT");
  failing_at = number("FAULT_EIO_AT");
  crash_at = number("FAULT_CRASH_AT");
  abort_at = number("FAULT_ABORT_AT");
  half = getenv("FAULT_HALF") != NULL;
}

__attribute__((destructor)) static void end(void) {
  const char *path = getenv("FAULT_COUNT");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  fprintf(file, "%ld %ld\n", atomic_load(&calls), atomic_load(&blocks));
  fclose(file);
}

#define NEXT(function)                                                       \
  static __typeof__(function) *next;                                         \
  if (!next) next = (__typeof__(function) *)dlsym(RTLD_NEXT, #function)

enum fate { goes_on, dies, fails };

/// Counts a call; sets errno where it is to fail.
static enum fate fate(long *which) {
  long call = atomic_fetch_add(&calls, 1) + 1;
  *which = call;
  if (call == kill_at) return dies;
  if (full_at > 0 && call >= full_at) {
    errno = ENOSPC;
    return fails;
  }
  if (failing_at > 0 && call >= failing_at) {
    errno = EIO;
    return fails;
  }
  return goes_on;
}

_Noreturn static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static int is_file(int descriptor) {
  struct stat status;
  return descriptor > 2 && fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
  NEXT(pwrite64);
  long which;
  switch (fate(&which)) {
  case dies:
    if (half && count > 1) next(descriptor, bytes, count / 2, offset);
    die();
  case fails:
    if (which == full_at && count > 1) return next(descriptor, bytes, count / 2, offset);
    return -1;
  case goes_on: break;
  }
  return next(descriptor, bytes, count, offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
  return pwrite64(descriptor, bytes, count, offset);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  NEXT(write);
  if (!is_file(descriptor)) return next(descriptor, bytes, count);
  long which;
  switch (fate(&which)) {
  case dies:
    if (half && count > 1) next(descriptor, bytes, count / 2);
    die();
  case fails:
    if (which == full_at && count > 1) return next(descriptor, bytes, count / 2);
    return -1;
  case goes_on: break;
  }
  return next(descriptor, bytes, count);
}

// Nothing of these can be half done: with FAULT_HALF the process dies right after the call.
#define WHOLE(call)                        \
  long which;                              \
  switch (fate(&which)) {                  \
  case dies:                               \
    if (half) (void)!(call);               \
    die();                                 \
  case fails: return -1;                   \
  case goes_on: break;                     \
  }                                        \
  return call

int fallocate64(int descriptor, int mode, off64_t offset, off64_t length) {
  NEXT(fallocate64);
  WHOLE(next(descriptor, mode, offset, length));
}
int fallocate(int descriptor, int mode, off_t offset, off_t length) {
  return fallocate64(descriptor, mode, offset, length);
}
int fsync(int descriptor) {
  NEXT(fsync);
  WHOLE(next(descriptor));
}
int fdatasync(int descriptor) {
  NEXT(fdatasync);
  WHOLE(next(descriptor));
}
int ftruncate64(int descriptor, off64_t length) {
  NEXT(ftruncate64);
  WHOLE(next(descriptor, length));
}
int ftruncate(int descriptor, off_t length) { return ftruncate64(descriptor, length); }
int rename(const char *from, const char *to) {
  NEXT(rename);
  WHOLE(next(from, to));
}
int renameat2(int from_directory, const char *from, int to_directory, const char *to,
              unsigned int flags) {
  NEXT(renameat2);
  WHOLE(next(from_directory, from, to_directory, to, flags));
}
int mkdir(const char *path, mode_t mode) {
  NEXT(mkdir);
  WHOLE(next(path, mode));
}
int unlink(const char *path) {
  NEXT(unlink);
  WHOLE(next(path));
}
int rmdir(const char *path) {
  NEXT(rmdir);
  WHOLE(next(path));
}

static int open_created(int (*next)(const char *, int, ...), const char *path, int flags,
                        mode_t mode) {
  if (!(flags & O_CREAT)) return next(path, flags, mode);
  WHOLE(next(path, flags, mode));
}
int open(const char *path, int flags, ...) {
  NEXT(open);
  va_list list;
  va_start(list, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
  va_end(list);
  return open_created(next, path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  NEXT(open64);
  va_list list;
  va_start(list, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
  va_end(list);
  return open_created(next, path, flags, mode);
}

// Blocks of memory that the trials' threads ask for. The C library's own names need no lookup, which
// would ask for memory itself.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);

static void count_block(void) {
  char thread[16] = "";
  prctl(PR_GET_NAME, thread);
  if (!strncmp(thread, "trials-", 7)) atomic_fetch_add(&blocks, 1);
}
void *malloc(size_t size) {
  count_block();
  return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
  count_block();
  return __libc_calloc(count, size);
}
void *realloc(void *block, size_t size) {
  count_block();
  return __libc_realloc(block, size);
}

// Aligned memory is what a network is made of, on its trial's thread.
int posix_memalign(void **pointer, size_t alignment, size_t size) {
  NEXT(posix_memalign);
  char thread[16] = "";
  prctl(PR_GET_NAME, thread);
  // The speed probe before a sweep makes networks as well.
  if (strncmp(thread, "trials-", 7)) return next(pointer, alignment, size);
  long which = atomic_fetch_add(&allocations, 1) + 1;
  if (which == crash_at) *(volatile int *)0 = 1;
  if (which == abort_at) abort();
  return next(pointer, alignment, size);
}

#define _GNU_SOURCE
#include "CProbe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static _Bool is_child;

_Bool dgp_is_child(void) { return is_child; }

static void limit(int resource, rlim_t value) {
  struct rlimit now;
  if (getrlimit(resource, &now) != 0) return;
  if (now.rlim_cur != RLIM_INFINITY && now.rlim_cur <= value) return;
  now.rlim_cur = value;
  setrlimit(resource, &now);
}

/// Bytes of address space that the process has; 0 where that cannot be read.
static size_t address_space(void) {
  FILE *file = fopen("/proc/self/statm", "re");
  if (!file) return 0;
  unsigned long pages = 0;
  if (fscanf(file, "%lu", &pages) != 1) pages = 0;
  fclose(file);
  return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/// How long to wait for a child that may compute for `seconds`.
static unsigned waiting(unsigned seconds) { return 4 * seconds + 10; }

static void set_up_child(unsigned seconds, size_t most_bytes, pid_t parent, int pipe_end) {
  is_child = 1;
  // Locks end with the last descriptor of an open file: none may live on here.
  if (pipe_end > 3) close_range(3, (unsigned)pipe_end - 1, 0);
  close_range((unsigned)pipe_end + 1, ~0u, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(2);
  // Its threads are not here, and their handlers would speak for them.
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  signal(SIGPIPE, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  limit(RLIMIT_CORE, 0);
  // Its own time first: a busy machine must not make it look hung.
  limit(RLIMIT_CPU, seconds);
  if (most_bytes) limit(RLIMIT_AS, most_bytes);
  alarm(waiting(seconds) - 1);
  // What the C library says of a damaged heap is not for the user.
  int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int descriptor = 0; descriptor <= 2 && nowhere >= 0; descriptor++)
    dup2(nowhere, descriptor);
}

static void write_all(int file, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(file, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes += written;
    count -= (size_t)written;
  }
}

static long long now_in_milliseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/// Reads until the other end is closed; false where the time was over before.
static _Bool read_all(int file, char *bytes, size_t capacity, size_t *count, unsigned seconds) {
  const long long end = now_in_milliseconds() + seconds * 1000LL;
  *count = 0;
  for (;;) {
    long long left = end - now_in_milliseconds();
    struct pollfd waiting = {.fd = file, .events = POLLIN};
    if (left <= 0) return 0;
    int ready = poll(&waiting, 1, (int)left);
    if (ready < 0 && errno != EINTR) return 0;
    if (ready <= 0) continue;
    char rest[64];
    const _Bool has_room = *count < capacity;
    ssize_t more = read(file, has_room ? bytes + *count : rest,
                        has_room ? capacity - *count : sizeof rest);
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) return 1;
    if (has_room) *count += (size_t)more;
  }
}

int dgp_probe(int (*body)(void *, char *, size_t), void *context, unsigned seconds, size_t bytes,
              char *text, size_t capacity) {
  int ends[2];
  text[0] = 0;
  if (pipe2(ends, O_CLOEXEC) != 0) return dgp_unavailable;
  const size_t used = address_space();
  const size_t most = used && bytes < (size_t)-1 - used ? used + bytes : 0;
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return dgp_unavailable;
  }
  if (child == 0) {
    set_up_child(seconds, most, parent, ends[1]);
    const char word = body(context, text, capacity) == 0 ? 's' : 'r';
    write_all(ends[1], &word, 1);
    if (word == 'r') write_all(ends[1], text, strnlen(text, capacity));
    _exit(0);
  }
  close(ends[1]);
  char word = 0;
  size_t count = 0;
  char answer[4097];
  _Bool ended = read_all(ends[0], answer, sizeof answer, &count, waiting(seconds));
  close(ends[0]);
  if (!ended) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGALRM))
    ended = 0;
  if (count > 0) {
    word = answer[0];
    size_t length = count - 1 < capacity - 1 ? count - 1 : capacity - 1;
    memcpy(text, answer + 1, length);
    text[length] = 0;
  }
  if (!ended) return dgp_hung;
  if (word == 's') return dgp_sound;
  if (word == 'r') return dgp_refused;
  return dgp_crashed;
}

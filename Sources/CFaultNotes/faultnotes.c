#include "CFaultNotes.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { signal_count = 6, path_bytes = 4096, trial_bytes = 64, stack_bytes = 32768 };
static const int signals[signal_count] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT};
static struct sigaction former[signal_count];
static char directory_path[path_bytes];
static char file_path[path_bytes + 8];
static _Bool is_watching;

static _Thread_local char thread_trial[trial_bytes];
// A stack that has overflowed cannot carry its own handler.
static _Thread_local char thread_stack[stack_bytes];
static _Thread_local _Bool has_stack;

/// Async-signal-safe calls only.
static void note(int number) {
  char line[trial_bytes + 8];
  size_t length = 0;
  while (length < trial_bytes && thread_trial[length]) {
    line[length] = thread_trial[length];
    length++;
  }
  line[length++] = ' ';
  if (number >= 10) line[length++] = (char)('0' + number / 10);
  line[length++] = (char)('0' + number % 10);
  line[length++] = '\n';
  mkdir(directory_path, 0755);
  int file = open(file_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return;
  // One call, so that two threads that fault at once do not mix their lines.
  if (write(file, line, length) == (ssize_t)length) fsync(file);
  close(file);
}

static void on_fault(int number, siginfo_t *info, void *context) {
  (void)context;
  // si_code is positive where the kernel raised it; a signal from another process says nothing
  // about the trial.
  _Bool own = info->si_code > 0 || info->si_pid == getpid();
  if (own && thread_trial[0]) note(number);
  for (int index = 0; index < signal_count; index++)
    if (signals[index] == number) sigaction(number, &former[index], NULL);
  // Blocked until this handler returns.
  raise(number);
}

_Bool dgf_watch(const char *directory) {
  size_t length = strlen(directory);
  if (length >= path_bytes) return 0;
  memcpy(directory_path, directory, length + 1);
  memcpy(file_path, directory, length);
  memcpy(file_path + length, "/faults", 8);
  if (is_watching) return 1;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (int index = 0; index < signal_count; index++)
    sigaction(signals[index], &action, &former[index]);
  is_watching = 1;
  return 1;
}

void dgf_unwatch(void) {
  if (!is_watching) return;
  for (int index = 0; index < signal_count; index++)
    sigaction(signals[index], &former[index], NULL);
  is_watching = 0;
}

void dgf_enter(const char *trial) {
  if (!has_stack) {
    stack_t stack = {.ss_sp = thread_stack, .ss_size = stack_bytes};
    has_stack = sigaltstack(&stack, NULL) == 0;
  }
  strncpy(thread_trial, trial, trial_bytes - 1);
}

void dgf_leave(void) { thread_trial[0] = 0; }

// Notes the trial of a thread that brings the process down, from inside the signal's handler.
#ifndef DROPGRID_CFAULTNOTES_H
#define DROPGRID_CFAULTNOTES_H

/// From now on a SEGV, BUS, ILL, TRAP, FPE or ABRT of the process's own making appends the line
/// "<trial> <signal number>\n" to `directory`/faults, making both where they are missing; then the
/// signal takes its former course. False where the path is too long.
_Bool dgf_watch(const char *_Nonnull directory);

/// Gives the signals back to who had them.
void dgf_unwatch(void);

/// The calling thread works on `trial` now (at most 63 bytes).
void dgf_enter(const char *_Nonnull trial);

/// The calling thread works on no trial any more.
void dgf_leave(void);

#endif

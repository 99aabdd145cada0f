#include "CBuildInfo.h"

const char *dg_build_commit(void) { return DROPGRID_COMMIT; }

// What the build knew of itself.
#pragma once

// The git commit that was built, with "+changes" where the checkout had others; empty where the
// build was not told (DROPGRID_COMMIT, which the scripts set).
const char *_Nonnull dg_build_commit(void);

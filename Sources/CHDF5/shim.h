// What Swift cannot import of HDF5: its constants are macros that call functions or cast.
#ifndef DROPGRID_CHDF5_SHIM_H
#define DROPGRID_CHDF5_SHIM_H

#include <hdf5.h>
#include <hdf5_hl.h>

static inline hid_t dgh_default(void) { return H5P_DEFAULT; }
static inline hid_t dgh_all(void) { return H5S_ALL; }
static inline hid_t dgh_current_error_stack(void) { return H5E_DEFAULT; }
static inline haddr_t dgh_undefined_address(void) { return HADDR_UNDEF; }

static inline unsigned dgh_truncate(void) { return H5F_ACC_TRUNC; }
static inline unsigned dgh_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned dgh_read_write(void) { return H5F_ACC_RDWR; }

static inline hid_t dgh_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t dgh_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t dgh_link_create(void) { return H5P_LINK_CREATE; }

static inline hid_t dgh_int8(void) { return H5T_STD_I8LE; }
static inline hid_t dgh_int32(void) { return H5T_STD_I32LE; }
static inline hid_t dgh_int64(void) { return H5T_STD_I64LE; }
static inline hid_t dgh_float32(void) { return H5T_IEEE_F32LE; }
static inline hid_t dgh_float64(void) { return H5T_IEEE_F64LE; }
static inline hid_t dgh_dimension_only(void) { return H5T_IEEE_F32BE; }
static inline hid_t dgh_c_string(void) { return H5T_C_S1; }
static inline size_t dgh_variable_length(void) { return H5T_VARIABLE; }

#endif

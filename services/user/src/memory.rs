//! Memory that hashing used goes back to the system.

/// From this size on, a block of memory is the system's again as soon as it is freed.
#[cfg(target_env = "gnu")]
const LARGE_BYTES: i32 = 1024 * 1024;

/// Makes the allocator of glibc give large blocks back. By itself it learns from the first 19 MiB that were
/// freed to keep such blocks, one for every thread that ever hashed a password: some 200 MB after ten logins
/// that no longer do anything.
#[cfg(target_env = "gnu")]
#[allow(unsafe_code, reason = "a setting of the C library, made before there are threads")]
pub(crate) fn give_back_large_blocks() {
    // SAFETY: mallopt takes two integers and may be called at any time.
    unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BYTES) };
}

/// Other C libraries have no such habit.
#[cfg(not(target_env = "gnu"))]
pub(crate) fn give_back_large_blocks() {}

//! The three things that only the operating system's own calls can do. The only unsafe code of the program.
#![allow(unsafe_code, reason = "libc calls and pre_exec; each block says why it is sound")]

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// A signal to a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// SIGTERM: finish what was taken and end.
    Terminate,
    /// SIGKILL: end now.
    Kill,
    /// SIGSTOP: stand still.
    Freeze,
    /// SIGCONT: go on.
    Thaw,
}

/// Sends a signal to a child of this process.
pub(crate) fn send(pid: u32, signal: Signal) {
    let number = match signal {
        Signal::Terminate => libc::SIGTERM,
        Signal::Kill => libc::SIGKILL,
        Signal::Freeze => libc::SIGSTOP,
        Signal::Thaw => libc::SIGCONT,
    };
    // SAFETY: kill takes two integers and touches no memory of ours. A child that is gone already is no
    // failure, so the result says nothing.
    unsafe { libc::kill(pid.cast_signed(), number) };
}

/// Makes the child die when this program dies in any way, SIGKILL included. The kernel ties it to the thread
/// that starts the child, so that must be the main thread.
pub(crate) fn die_with_this_process(command: &mut Command) {
    let parent = std::process::id();
    // SAFETY: between fork and exec the closure makes two system calls, which are async-signal-safe, and
    // allocates nothing.
    unsafe {
        command.pre_exec(move || {
            if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) != 0 {
                return Err(io::Error::last_os_error());
            }
            // The parent may have died before the call above took effect.
            if libc::getppid().cast_unsigned() != parent {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            Ok(())
        });
    }
}

/// From here on, files that this process and its children make are for their owner only.
pub(crate) fn keep_new_files_private() {
    // SAFETY: umask takes and returns an integer.
    unsafe { libc::umask(0o077) };
}

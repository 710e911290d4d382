//! Standard output behind a buffer: whoever logs only appends; a thread writes.

use std::{
    io::{self, Write},
    sync::{Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

/// Lines are gathered for this long, so that one write carries many.
const GATHER_FOR: Duration = Duration::from_millis(10);

/// What is kept for a reader that is stuck; lines beyond are dropped and counted.
const MAX_WAITING_BYTES: usize = 1024 * 1024;

/// The memory that is kept for the next lines once a busy moment is over.
const KEPT_BYTES: usize = 256 * 1024;

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    dropped_lines: u64,
}

/// Where log lines go.
pub(super) struct Output {
    waiting: Mutex<Waiting>,
    has_lines: Condvar,
    /// What is being written. Held until it is, so that lines keep their order.
    writing: Mutex<Vec<u8>>,
}

impl Output {
    /// Starts the thread that writes; it lives as long as the process.
    pub(super) fn start() -> io::Result<&'static Self> {
        let output: &'static Self = Box::leak(Box::new(Self {
            waiting: Mutex::default(),
            has_lines: Condvar::new(),
            writing: Mutex::default(),
        }));
        thread::Builder::new().name("log".into()).stack_size(64 * 1024).spawn(move || {
            loop {
                output.wait_for_lines();
                thread::sleep(GATHER_FOR);
                output.flush();
            }
        })?;
        Ok(output)
    }

    /// Writes all that waits.
    pub(super) fn flush(&self) {
        let mut bytes = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut *bytes, &mut waiting.bytes);
        let dropped_lines = std::mem::take(&mut waiting.dropped_lines);
        drop(waiting);
        let mut stdout = io::stdout().lock();
        // Nobody is left to tell when standard output is gone.
        let _ = stdout.write_all(&bytes);
        if dropped_lines > 0 {
            let _ = writeln!(stdout, "{{\"level\":\"WARN\",\"dropped_log_lines\":{dropped_lines}}}");
        }
        let _ = stdout.flush();
        bytes.clear();
        bytes.shrink_to(KEPT_BYTES);
    }

    /// Takes one whole line, which `write` appends.
    pub(super) fn line(&self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let before = waiting.bytes.len();
        write(&mut waiting.bytes);
        if waiting.bytes.len() > MAX_WAITING_BYTES {
            waiting.bytes.truncate(before);
            waiting.dropped_lines += 1;
        }
        let is_first = before == 0;
        drop(waiting);
        if is_first {
            self.has_lines.notify_one();
        }
    }

    fn wait_for_lines(&self) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let is_empty = |waiting: &mut Waiting| waiting.bytes.is_empty();
        drop(self.has_lines.wait_while(waiting, is_empty).unwrap_or_else(PoisonError::into_inner));
    }
}

impl Write for &'static Output {
    /// Takes one whole line.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.line(|bytes| bytes.extend_from_slice(line));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
